import CloseSandbox
import Foundation
import JSONBytes
import TestSupport
import Testing

/// Which tables and fields come out.
@Suite("tap-close: catalog and selection")
struct TapCatalogTests {
  private func world() throws -> (tap: Tap, server: SandboxServer) {
    let sandbox = try startSandbox(organisation: { $0.leads = 12 })
    return (try Tap(sandbox), sandbox.server)
  }

  /// The catalog as discovery prints it, with these streams selected and these fields not.
  private func discovered(
    _ tap: Tap, _ streams: [String], without fields: [[String]] = []
  ) async throws -> JSONValue {
    let outcome = try await tap.start(arguments: ["--discover"]).outcome()
    #expect(outcome.exit == 0)
    var catalog = try JSONValue(parsing: outcome.stdout)
    let chosen = (catalog["streams"]?.array ?? []).map { stream in
      var stream = stream
      let isSelected = streams.contains(stream["tap_stream_id"]?.string ?? "")
      let metadata = (stream["metadata"]?.array ?? []).map { entry in
        var entry = entry
        let breadcrumb = entry["breadcrumb"]?.array?.compactMap(\.string) ?? []
        if breadcrumb.isEmpty { entry["metadata"]?["selected"] = .bool(isSelected) }
        if fields.contains(breadcrumb) { entry["metadata"]?["selected"] = false }
        return entry
      }
      stream["metadata"] = .array(metadata)
      return stream
    }
    catalog["streams"] = .array(chosen)
    return catalog
  }

  @Test func `deselected tables are neither asked for nor announced`() async throws {
    let (tap, server) = try world()
    let run = try await tap.run(catalog: try await discovered(tap, ["users", "tasks"]))
    run.expectHealthy()
    #expect(run.output.schemas.keys.sorted() == ["tasks", "users"])
    #expect(Set(run.output.records.map(\.stream)) == ["tasks", "users"])
    #expect(server.statistics.count("POST", "data/search/") == 0)
    #expect(server.statistics.count("GET", "activity/") == 0)
  }

  @Test func `deselected fields leave schema, records and requests, at any depth`() async throws {
    let (tap, server) = try world()
    let phones = ["properties", "contacts", "items", "properties", "phones"]
    let city = ["properties", "addresses", "items", "properties", "city"]
    let fields = [["properties", "description"], ["properties", "html_url"], phones, city]
    let run = try await tap.run(catalog: try await discovered(tap, ["leads"], without: fields))
    run.expectHealthy()
    let properties = try #require(run.output.schemas["leads"]?["schema"]?["properties"])
    #expect(properties["description"] == nil && properties["html_url"] == nil && properties["name"] != nil)
    #expect(properties["contacts"]?["items"]?["properties"]?["phones"] == nil)
    #expect(properties["contacts"]?["items"]?["properties"]?["emails"] != nil)
    var contacts = 0
    for record in run.output.records("leads") {
      #expect(record.value["description"] == nil && record.value["html_url"] == nil)
      #expect(record.value["name"]?.string != nil)
      for contact in record.value["contacts"]?.array ?? [] {
        contacts += 1
        #expect(contact["phones"] == nil && contact["emails"] != nil)
      }
      for address in record.value["addresses"]?.array ?? [] {
        #expect(address["city"] == nil && address["country"] != nil)
      }
    }
    #expect(contacts > 5)
    let search = try #require(server.requests.last { $0.path == "data/search/" }?.json)
    let asked = search["_fields"]?["lead"]?.array?.compactMap(\.string) ?? []
    #expect(asked.contains("name") && !asked.contains("description") && !asked.contains("html_url"))
  }

  @Test func `keys cannot be deselected`() async throws {
    let (tap, _) = try world()
    let catalog: JSONValue = [
      "streams": [
        [
          "tap_stream_id": "users",
          "metadata": [
            ["breadcrumb": [], "metadata": ["selected": true]],
            ["breadcrumb": ["properties", "id"], "metadata": ["selected": false]],
            ["breadcrumb": ["properties", "date_updated"], "metadata": ["selected": false]],
            ["breadcrumb": ["properties", "email"], "metadata": ["selected": false]],
          ],
        ]
      ]
    ]
    let run = try await tap.run(catalog: catalog)
    #expect(run.exit == 0)
    let properties = run.output.schemas["users"]?["schema"]?["properties"]
    #expect(properties?["id"] != nil && properties?["date_updated"] != nil && properties?["email"] == nil)
    #expect(run.output.records("users").allSatisfy { $0.value["email"] == nil && !$0.id.isEmpty })
  }

  @Test(arguments: ["core", "people-and-pipeline", "activities-without-bodies", "everything", "clone"])
  func `the catalogs that come with it work as they are`(name: String) async throws {
    let (tap, _) = try world()
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    let file = root.appendingPathComponent("../../../catalogs/\(name).json").standardized
    let catalog = try JSONValue(parsing: Array(try Data(contentsOf: file)))
    let run = try await tap.run(catalog: catalog)
    run.expectHealthy()
    #expect(run.warnings == [])
    let names = catalog["streams"]?.array?.compactMap { $0["tap_stream_id"]?.string } ?? []
    #expect(run.output.schemas.keys.sorted() == names.sorted())
    if name == "everything" {
      // Activities come type by type.
      let discovered = try await tap.start(arguments: ["--discover"]).outcome()
      let all = try JSONValue(parsing: discovered.stdout)["streams"]?.array ?? []
      #expect(Set(all.compactMap { $0["tap_stream_id"]?.string }).subtracting(names) == ["activities"])
    }
    if name == "activities-without-bodies" {
      #expect(run.output.records("activities").count > 50)
      for key in ["body_html", "body_text", "note"] {
        #expect(run.output.records("activities").allSatisfy { $0.value[key] == nil })
      }
    }
  }

  /// What Meltano writes: texts for truth values, the choice also on the stream, rules for all fields.
  @Test func `a catalog of Meltano's is followed`() async throws {
    let (tap, _) = try world()
    var catalog = try await discovered(tap, ["users"], without: [["properties", "image"]])
    let streams = (catalog["streams"]?.array ?? []).map { stream in
      var stream = stream
      let isUsers = stream["tap_stream_id"] == "users"
      stream["selected"] = .bool(isUsers)
      stream["replication_method"] = "INCREMENTAL"
      stream["replication_key"] = isUsers ? "date_updated" : stream["replication_key"] ?? .null
      return stream
    }
    catalog["streams"] = .array(streams)
    let run = try await tap.run(catalog: catalog)
    run.expectHealthy()
    #expect(run.output.schemas.keys.sorted() == ["users"])
    #expect(run.output.schemas["users"]?["schema"]?["properties"]?["image"] == nil)
    #expect(run.output.schemas["users"]?["bookmark_properties"] == ["date_updated"])
  }

  @Test func `an old properties file is followed`() async throws {
    let (tap, _) = try world()
    let fields: JSONValue = [
      "id": ["type": "string"], "date_updated": ["type": ["null", "string"], "format": "date-time"],
      "email": ["type": ["null", "string"], "selected": false],
      "first_name": ["type": ["null", "string"], "selected": "true"],
    ]
    let properties: JSONValue = [
      "streams": [
        [
          "stream": "users", "tap_stream_id": "users", "key_properties": ["id"],
          "schema": ["type": "object", "selected": true, "properties": fields],
        ]
      ]
    ]
    let path = try tap.directory.write(properties.compact, to: "properties.json")
    let run = try await tap.run(arguments: ["--properties", path])
    run.expectHealthy()
    let names = run.output.schemas["users"]?["schema"]?["properties"]?.object?.keys
    #expect(names == ["id", "date_updated", "first_name", "_undeclared"])
    #expect(
      run.output.records("users").allSatisfy { $0.value["email"] == nil && $0.value["first_name"] != nil })
  }

  @Test(
    arguments: [
      ["id": ["type": "string"], "name": ["type": ["null", "string"]]],
      ["id": ["type": ["null", "integer"]]], ["name": ["type": ["null", "string"]]], [:], nil,
    ] as [JSONValue])
  func `whatever a catalog leaves out, records have their key and only what SCHEMA declares`(
    properties: JSONValue
  ) async throws {
    let (tap, _) = try world()
    let off: JSONValue = ["selected": false]
    let catalog: JSONValue = [
      "streams": [
        [
          "tap_stream_id": "leads", "schema": properties.isNull ? nil : ["properties": properties],
          "metadata": [
            ["breadcrumb": [], "metadata": ["selected": true]],
            ["breadcrumb": ["properties", "id"], "metadata": off],
            ["breadcrumb": ["properties", "date_updated"], "metadata": off],
          ],
        ]
      ]
    ]
    let run = try await tap.run(catalog: catalog)
    run.expectHealthy()
    let schema = try #require(run.output.schemas["leads"])
    #expect(schema["key_properties"] == ["id"])
    let declared = Set(schema["schema"]?["properties"]?.object?.keys ?? [])
    #expect(declared.isSuperset(of: ["id", "date_updated"]))
    #expect(run.output.records.count == 12)
    for record in run.output.records {
      #expect(record.id.hasPrefix("lead_") && record.date("date_updated") != nil)
      #expect(declared.isSuperset(of: record.value.object?.keys ?? []))
    }
  }

  @Test func `nothing and nobody selected end well, with a word about it`() async throws {
    let (tap, server) = try world()
    let nothing = try await tap.run(catalog: ["streams": []])
    nothing.expectHealthy()
    #expect(nothing.output.types == ["STATE"])
    #expect(nothing.warnings.count == 1 && server.statistics.requests == 0)
    let unknown = try await tap.run(["users", "ghosts"])
    unknown.expectHealthy()
    #expect(unknown.warnings.count == 1 && unknown.warnings.first?.contains("ghosts") == true)
    #expect(unknown.output.schemas.keys.sorted() == ["users"])
  }
}
