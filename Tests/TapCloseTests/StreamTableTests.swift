import CloseConnection
import JSONBytes
import Singer
import Testing

@testable import TapClose

@Suite struct StreamTableTests {
  @Test func `the six core tables are selected by default`() {
    #expect(
      StreamTable.all.filter(\.isSelectedByDefault).map(\.name)
        == ["activities", "custom_fields", "event_log", "leads", "tasks", "users"])
  }

  @Test(arguments: [
    ("activities", "date_created"), ("custom_fields", "date_updated"), ("event_log", "date_updated"),
    ("leads", "date_updated"), ("tasks", "date_updated"), ("users", "date_updated"),
  ])
  func `bookmarks are kept under the names tap-closeio uses`(name: String, key: String) throws {
    let stream = try #require(StreamTable.all.first { $0.name == name })
    #expect(stream.replicationKey == key)
    #expect(stream.keyProperties == ["id"])
  }

  @Test func `names are unique`() {
    #expect(Set(StreamTable.all.map(\.name)).count == StreamTable.all.count)
  }

  @Test(arguments: ["calls", "emails", "sms", "whatsapp_messages"])
  func `what a sequence has sent says which one it was`(name: String) throws {
    let stream = try #require(StreamTable.all.first { $0.name == name })
    let fields = Set(stream.shape.properties.keys)
    #expect(fields.isSuperset(of: ["sequence_id", "sequence_name", "sequence_subscription_id"]))
  }

  /// What several loaders need of a schema, measured: see the table in the README.
  @Test(arguments: StreamTable.all.map(\.name))
  func `schemas use one type plus null, and nothing loaders choke on`(name: String) throws {
    let stream = try #require(StreamTable.all.first { $0.name == name })
    let entry = stream.catalogEntry(customFields: [], mode: .columns)
    let properties = try #require(entry.schema["properties"]?.object)
    for key in stream.keyProperties { #expect(properties[key]?["type"] == "string") }
    for (field, schema) in properties { check(schema, "\(name).\(field)") }
    #expect(properties["_undeclared"] != nil)
    for (field, _) in properties {
      let inclusion = entry.metadata[.property(field)]?.inclusion
      let isKey = stream.keyProperties.contains(field) || field == stream.replicationKey
      #expect(inclusion == (isKey ? .automatic : .available), "\(field)")
    }
  }

  private func check(_ schema: JSONValue, _ place: String) {
    let types = schema["type"]?.array?.compactMap(\.string) ?? schema["type"]?.string.map { [$0] } ?? []
    #expect(types.filter { $0 != "null" }.count == 1, "\(place) must have one type")
    #expect(schema["anyOf"] == nil && schema["$ref"] == nil, "\(place)")
    if let format = schema["format"]?.string { #expect(["date-time", "date"].contains(format), "\(place)") }
    if types.contains("object"), let properties = schema["properties"]?.object {
      for (name, property) in properties { check(property, "\(place).\(name)") }
    }
    if types.contains("array") {
      guard let items = schema["items"] else {
        Issue.record("\(place) has no items")
        return
      }
      check(items, "\(place)[]")
    }
  }
}

@Suite struct CustomFieldDefinitionTests {
  private func schema(type: String, multiple: Bool = false) throws -> JSONValue {
    let definition = try #require(
      CustomFieldDefinition([
        "id": "cf_1", "name": "Industry", "type": .string(type), "accepts_multiple_values": .bool(multiple),
      ]))
    #expect(definition.column == "custom.cf_1")
    return definition.schema
  }

  @Test(
    arguments: [
      ("text", "string", nil), ("textarea", "string", nil), ("hidden", "string", nil),
      ("choices", "string", nil),
      ("user", "string", nil), ("contact", "string", nil), ("custom_object", "string", nil),
      ("number", "number", nil), ("date", "string", "date"), ("datetime", "string", "date-time"),
      ("invented_later", "string", nil),
    ] as [(String, String, String?)])
  func `a column has the type of its definition`(type: String, expected: String, format: String?) throws {
    let schema = try schema(type: type)
    #expect(schema["type"] == ["null", .string(expected)])
    #expect(schema["format"]?.string == format)
    #expect(schema["description"] == "Industry")
  }

  @Test func `several values make a list of that type`() throws {
    let schema = try schema(type: "choices", multiple: true)
    #expect(schema["type"] == ["null", "array"])
    #expect(schema["items"] == ["type": ["null", "string"]])
  }
}

@Suite struct StreamSelectionTests {
  private func selection(deselecting fields: [String], mode: CustomFieldMode = .columns) throws
    -> StreamSelection
  {
    let leads = try #require(StreamTable.all.first { $0.name == "leads" })
    let definitions = [CustomFieldDefinition(["id": "cf_1", "type": "number"])].compactMap(\.self)
    var entry = leads.catalogEntry(customFields: definitions, mode: mode)
    for field in fields {
      var metadata = entry.metadata[.property(field)] ?? FieldMetadata()
      metadata.isSelected = false
      entry.metadata[.property(field)] = metadata
    }
    entry.metadata[.stream]?.isSelected = true
    return StreamSelection(entry, of: leads, mode: mode, options: RecordPlan.Options())
  }

  @Test func `all custom fields are asked for at once`() throws {
    let fields = try selection(deselecting: []).requestFields
    #expect(fields.contains("custom") && fields.contains("id") && fields.contains("date_updated"))
    #expect(!fields.contains { $0.hasPrefix("custom.") || $0 == "_undeclared" })
  }

  @Test func `without custom columns none are asked for`() throws {
    let selection = try selection(deselecting: ["custom.cf_1", "description"])
    #expect(selection.isPartial)
    #expect(!selection.requestFields.contains("custom") && !selection.requestFields.contains("description"))
    #expect(selection.schema["properties"]?["description"] == nil)
  }

  @Test func `the list of custom fields asks for them too`() throws {
    #expect(try selection(deselecting: [], mode: .list).requestFields.contains("custom"))
    #expect(try !selection(deselecting: ["custom_fields"], mode: .list).requestFields.contains("custom"))
  }
}
