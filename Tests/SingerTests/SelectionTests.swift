import JSONBytes
import Testing

@testable import Singer

@Suite("Selection")
struct SelectionTests {
  /// What a catalog says about the stream and about its field `f`, and whether each is sent.
  @Test(
    "of a stream and one of its fields",
    arguments: [
      // No metadata at all, or none for the field.
      (nil, nil, true, true),
      (#"{"selected":true}"#, nil, true, true),
      (#"{"selected":false}"#, nil, false, false),
      // A stream that says nothing about itself is off; one the list does not name is on.
      ("{}", nil, false, false),
      (#"{"inclusion":"available"}"#, #"{"selected":true}"#, false, false),
      (nil, #"{"selected":true}"#, true, true),
      (nil, #"{"selected":false}"#, true, false),
      // The tap's default counts when the user says nothing.
      (#"{"selected-by-default":true}"#, nil, true, true),
      (#"{"selected-by-default":false}"#, nil, false, false),
      (#"{"selected-by-default":true,"selected":false}"#, nil, false, false),
      (#"{"selected-by-default":false,"selected":true}"#, nil, true, true),
      (#"{"selected":true}"#, #"{"selected-by-default":false}"#, true, false),
      (#"{"selected":true}"#, #"{"selected-by-default":false,"selected":true}"#, true, true),
      (#"{"selected":true}"#, #"{"inclusion":"available"}"#, true, true),
      // Nothing of a stream that is off is on.
      (#"{"selected":false}"#, #"{"selected":true}"#, false, false),
      (#"{"selected":false}"#, #"{"inclusion":"automatic"}"#, false, false),
      // Inclusion beats the choice.
      (#"{"selected":true}"#, #"{"inclusion":"automatic","selected":false}"#, true, true),
      (#"{"selected":true}"#, #"{"inclusion":"unsupported","selected":true}"#, true, false),
      (#"{"inclusion":"unsupported","selected":true}"#, nil, false, false),
      (#"{"inclusion":"automatic","selected":false}"#, nil, true, true),
      // Truth values as texts, and null for "nothing said".
      (#"{"selected":"true"}"#, #"{"selected":"False"}"#, true, false),
      (#"{"selected":"false"}"#, nil, false, false),
      (#"{"selected":true}"#, #"{"selected":null}"#, true, true),
    ] as [(String?, String?, Bool, Bool)])
  func table(stream: String?, field: String?, isStreamOn: Bool, isFieldOn: Bool) throws {
    var metadata: [String] = []
    if let stream { metadata.append(#"{"breadcrumb":[],"metadata":\#(stream)}"#) }
    if let field { metadata.append(#"{"breadcrumb":["properties","f"],"metadata":\#(field)}"#) }
    let catalog = try Catalog(
      json(
        #"{"streams":[{"stream":"s","schema":{"properties":{"f":{}}},"metadata":[\#(metadata.joined(separator: ","))]}]}"#
      ))
    let selection = catalog.selection(of: "s")
    #expect(selection.isStreamSelected == isStreamOn)
    #expect(selection.isSelected(.stream) == isStreamOn)
    #expect(selection.isSelected(.property("f")) == isFieldOn)
    #expect((selection.selectedSchema()["properties"]?["f"] != nil) == isFieldOn)
  }

  @Test(
    "is also read where older programs write it",
    arguments: [
      (#""selected":true,"schema":{"properties":{"a":{},"b":{}}}"#, true, ["a", "b"]),
      (#""selected":"false","schema":{"properties":{"a":{}}}"#, false, []),
      (
        #""schema":{"selected":true,"properties":{"a":{"inclusion":"automatic"},"b":{"selected":false},"c":{"selected":"true"}}}"#,
        true, ["a", "c"]
      ),
      (#""schema":{"selected":false,"properties":{"a":{}}}"#, false, []),
      // The metadata list counts before the stream, and the stream before the schema.
      (
        #""selected":true,"schema":{"properties":{"a":{"selected":true}}},"metadata":[{"breadcrumb":[],"metadata":{"selected":false}}]"#,
        false, []
      ),
      (#""selected":true,"schema":{"selected":false,"properties":{"a":{}}}"#, true, ["a"]),
      (
        #""selected":true,"schema":{"properties":{"a":{"selected":true}}},"metadata":[{"breadcrumb":["properties","a"],"metadata":{"selected":false}}]"#,
        true, []
      ),
      // What Meltano hands over: every entry marked, automatic ones with `selected: false` too.
      (
        #""selected":true,"replication_method":"INCREMENTAL","schema":{"properties":{"id":{},"a":{},"b":{}}},"metadata":[{"breadcrumb":[],"metadata":{"inclusion":"available","selected":true,"replication-method":"INCREMENTAL"}},{"breadcrumb":["properties","id"],"metadata":{"inclusion":"automatic","selected":false}},{"breadcrumb":["properties","a"],"metadata":{"inclusion":"available","selected":true}},{"breadcrumb":["properties","b"],"metadata":{"inclusion":"available","selected":false}}]"#,
        true, ["id", "a"]
      ),
    ])
  func legacy(members: String, isOn: Bool, fields: [String]) throws {
    let catalog = try Catalog(json(#"{"streams":[{"stream":"s",\#(members)}]}"#))
    let selection = catalog.selection(of: "s")
    #expect(selection.isStreamSelected == isOn)
    #expect(selection.selectedSchema()["properties"]?.object?.keys == fields)
    #expect(selection.selectedSchema()["selected"] == nil)
  }

  @Test("leaves a property that is called selected alone")
  func propertyCalledSelected() throws {
    let catalog = try Catalog(
      json(
        #"{"streams":[{"stream":"s","schema":{"properties":{"selected":{"type":"boolean"},"items":{}}}}]}"#))
    #expect(
      catalog.selection(of: "s").selectedSchema().compact
        == #"{"properties":{"selected":{"type":"boolean"},"items":{}}}"#)
  }

  @Test("of a stream the catalog does not list is off")
  func unlisted() throws {
    let selection = try Catalog(json(#"{"streams":[]}"#)).selection(of: "leads")
    #expect(!selection.isStreamSelected)
    #expect(!selection.isSelected(.property("id")))
  }

  @Test("keeps the keys, whatever the catalog says, unless the stream is off")
  func keys() throws {
    func entry(_ isSelected: Bool) throws -> CatalogEntry {
      let text = #"""
        {"streams":[{"stream":"s","key_properties":["id"],"replication_key":"date_updated",
         "schema":{"properties":{"id":{},"date_updated":{},"name":{}}},"metadata":[
          {"breadcrumb":[],"metadata":{"selected":\#(isSelected)}},
          {"breadcrumb":["properties","id"],"metadata":{"selected":false}},
          {"breadcrumb":["properties","date_updated"],"metadata":{"selected":false}},
          {"breadcrumb":["properties","name"],"metadata":{"selected":false}}]}]}
        """#
      return try #require(try Catalog(json(text))["s"])
    }
    #expect(
      Selection(of: try entry(true)).selectedSchema()["properties"]?.object?.keys == ["id", "date_updated"])
    #expect(!Selection(of: try entry(false)).isSelected(.property("id")))
  }

  @Test("reaches into objects, arrays and alternatives, and `required` follows")
  func nestedSchema() throws {
    let catalog = try Catalog(
      json(
        #"""
        {"streams":[{"stream":"s","schema":{"type":"object","required":["id","secret","elsewhere"],"properties":{
            "id":{"type":"string"},
            "secret":{"type":"string"},
            "place":{"type":"object","required":["city"],"properties":{"city":{},"zip":{}}},
            "contacts":{"type":"array","items":{"type":"object","required":["id","title"],"properties":{
              "id":{},"title":{},"emails":{"type":"array","items":{"type":"object","properties":{"email":{},"type":{}}}}}}},
            "either":{"anyOf":[{"type":"object","properties":{"a":{},"b":{}}},{"type":"null"}]}}},
          "metadata":[
            {"breadcrumb":[],"metadata":{"selected":true}},
            {"breadcrumb":["properties","secret"],"metadata":{"selected":false}},
            {"breadcrumb":["properties","place","properties","city"],"metadata":{"selected":false}},
            {"breadcrumb":["properties","contacts","items","properties","title"],"metadata":{"selected":false}},
            {"breadcrumb":["properties","contacts","items","properties","emails","items","properties","type"],
             "metadata":{"selected":false}},
            {"breadcrumb":["properties","either","properties","b"],"metadata":{"selected":false}}]}]}
        """#))
    let expected = try json(
      #"""
      {"type":"object","required":["id","elsewhere"],"properties":{
        "id":{"type":"string"},
        "place":{"type":"object","properties":{"zip":{}}},
        "contacts":{"type":"array","items":{"type":"object","required":["id"],"properties":{
          "id":{},"emails":{"type":"array","items":{"type":"object","properties":{"email":{}}}}}}},
        "either":{"anyOf":[{"type":"object","properties":{"a":{}}},{"type":"null"}]}}}
      """#)
    #expect(catalog.selection(of: "s").selectedSchema().compact == expected.compact)
  }

  @Test(
    "of a nested field follows the places around it",
    arguments: [
      (["properties", "a", "properties", "b"], true),
      (["properties", "off", "properties", "b"], false),
      (["properties", "off", "properties", "b", "items", "properties", "c"], false),
      (["properties", "off", "items"], false),
      (["properties", "list", "items", "properties", "x"], true),
      (["properties", "list", "items", "properties", "no"], false),
      (["properties", "list", "items", "properties", "no", "properties", "deeper"], false),
      (["properties", "nobody", "properties", "knows"], true),
    ])
  func inherited(steps: [String], isOn: Bool) throws {
    let catalog = try Catalog(
      json(
        #"""
        {"streams":[{"stream":"s","metadata":[
          {"breadcrumb":[],"metadata":{"selected":true}},
          {"breadcrumb":["properties","off"],"metadata":{"selected":false}},
          {"breadcrumb":["properties","off","properties","b"],"metadata":{"inclusion":"automatic"}},
          {"breadcrumb":["properties","list","items","properties","no"],"metadata":{"selected":false}},
          {"breadcrumb":["properties","list","items","properties","no","properties","deeper"],"metadata":{"selected":true}}
        ]}]}
        """#))
    #expect(catalog.selection(of: "s").isSelected(Breadcrumb(steps)) == isOn)
  }
}
