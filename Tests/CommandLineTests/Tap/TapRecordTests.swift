import CloseSandbox
import JSONBytes
import TestSupport
import Testing

/// What becomes of the values.
@Suite("tap-close: records")
struct TapRecordTests {
  /// One user with a few members of its own.
  private func run(
    _ members: JSONObject, config: JSONObject = [:], catalog: JSONValue? = nil
  ) async throws -> TapRun {
    let organisation = ScriptedOrganisation()
    let date = try Timestamp.at("2024-03-01T12:00:00Z")
    organisation.change {
      $0.add("user", [.init(id: "user_1", created: date, updated: date, members: members)])
    }
    let tap = try Tap(startSandbox(organisation), config)
    return try await tap.run(catalog: catalog ?? Tap.catalog(["users"]))
  }

  private func value(_ text: String) throws -> JSONValue { try JSONValue(parsing: text) }

  // MARK: Fields nobody declares

  static let undeclared: JSONObject = [
    "brand_new": ["deep": [1, nil]], "email": "a@example.com", "later": 2,
  ]

  @Test(arguments: [nil, "collect", "drop", "pass"] as [String?])
  func `undeclared fields are kept in one column, dropped or passed, and named`(mode: String?) async throws {
    let config: JSONObject = mode.map { ["undeclared_fields": .string($0)] } ?? [:]
    let run = try await run(TapRecordTests.undeclared, config: config)
    run.expectHealthy()
    let record = try #require(run.output.records.first).value
    #expect(record["email"] == "a@example.com")
    let all: JSONValue = ["brand_new": ["deep": [1, nil]], "later": 2]
    switch mode {
    case "drop": #expect(record["_undeclared"] == nil && record["later"] == nil)
    case "pass": #expect(record["_undeclared"] == nil && record["brand_new"] == all["brand_new"])
    default: #expect(record["_undeclared"] == all && record["later"] == nil)
    }
    #expect(run.log.contains { $0.contains("does not declare: brand_new, later") })
  }

  @Test(arguments: [("17", "17"), (#""x""#, "x"), ("-1.50", "-1.50")])
  func `a key is always there, as text`(value: String, text: String) async throws {
    let organisation = ScriptedOrganisation()
    let date = try Timestamp.at("2024-03-01T12:00:00Z")
    let id = try self.value(value)
    organisation.change { $0.add("user", [.init(id: "", created: date, updated: date, members: ["id": id])]) }
    let run = try await Tap(startSandbox(organisation)).run(["users"])
    run.expectHealthy()
    #expect(run.output.ids == [text])
    #expect(run.output.records.first?.value["_undeclared"] == nil)
  }

  @Test func `records without anything undeclared have no such column`() async throws {
    let run = try await run(["email": "a@example.com"])
    #expect(run.output.schemas["users"]?["schema"]?["properties"]?["_undeclared"] != nil)
    #expect(run.output.records.first?.value["_undeclared"] == nil)
  }

  @Test(arguments: [#"["a"]"#, #"{"a": 1}"#, "17", "true"])
  func `a value of another type than declared is kept beside the column`(text: String) async throws {
    let run = try await run(["email": try value(text), "first_name": nil])
    run.expectHealthy()
    let record = try #require(run.output.records.first).value
    #expect(record["email"] == nil)
    #expect(record["_undeclared"]?["email"] == (try value(text)))
    #expect(record["first_name"] == .null)
    #expect(run.log.contains { $0.contains("1 values of email are of another type") })
  }

  // MARK: Values

  @Test func `numbers come out digit for digit, dates in one form, text as it is`() async throws {
    let run = try await run([
      "huge": try value("12345678901234567890.10"), "tiny": try value("1E-7"),
      "date_created": "2024-01-31T08:00:00+02:00", "email_verified_at": "2024-01-31 08:00:00.5",
      "email": "ümläut \u{1F600} \" \\ / \u{2028}", "last_name": "",
    ])
    run.expectHealthy()
    let line = try #require(run.outcome.lines.first { $0.contains("\"RECORD\"") })
    #expect(line.contains("12345678901234567890.10") && line.contains("1E-7"))
    let record = try #require(run.output.records.first).value
    #expect(record["date_created"] == "2024-01-31T06:00:00.000000Z")
    #expect(record["email_verified_at"] == "2024-01-31T08:00:00.500000Z")
    #expect(record["date_updated"] == "2024-03-01T12:00:00.000000Z")
    #expect(record["email"] == "ümläut \u{1F600} \" \\ / \u{2028}" && record["last_name"] == "")
    let message = try JSONValue(parsing: line)
    let extracted = try #require(message["time_extracted"]?.string)
    #expect(extracted.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z/) != nil)
  }

  @Test(arguments: [true, false])
  func `text that breaks loaders is cleaned, unless told otherwise`(cleans: Bool) async throws {
    let run = try await run(
      ["email": "a\u{0}b", "odd": ["x\u{0}": "\u{0}"]], config: ["clean_text": .bool(cleans)])
    run.expectHealthy()
    #expect(run.outcome.stdout.contains("\\u0000") != cleans)
    #expect(run.output.records.first?.value["email"] == (cleans ? "ab" : "a\u{0}b"))
    #expect(run.log.contains { $0.contains("text of 1 records cleaned") } == cleans)
  }

  // MARK: Custom fields

  @Test func `custom fields are columns of the type of their definition`() async throws {
    let sandbox = try startSandbox(organisation: { $0.leads = 30 })
    let run = try await Tap(sandbox).run(["leads", "contacts", "opportunities"])
    run.expectHealthy()
    for stream in ["leads", "contacts", "opportunities"] {
      let properties = try #require(run.output.schemas[stream]?["schema"]?["properties"]?.object)
      let columns = properties.keys.filter { $0.hasPrefix("custom.cf_") }
      #expect(!columns.isEmpty)
      let records = run.output.records(stream)
      #expect(records.contains { record in columns.contains { record.value[$0] != nil } })
      #expect(records.allSatisfy { $0.value["_undeclared"] == nil && $0.value["custom"] == nil })
    }
    let leads = run.output.schemas["leads"]?["schema"]?["properties"]?.object ?? [:]
    let types = Set(leads.filter { $0.key.hasPrefix("custom.") }.map { $0.value["type"]?.compact ?? "" })
    #expect(types.isSuperset(of: [#"["null","string"]"#, #"["null","number"]"#, #"["null","array"]"#]))
  }

  @Test func `custom fields are a list of id and value on demand`() async throws {
    let sandbox = try startSandbox(organisation: { $0.leads = 30 })
    let columns = try await Tap(sandbox).run(["leads"])
    let run = try await Tap(sandbox).run(["leads"], config: ["custom_fields": "list"])
    run.expectHealthy()
    let properties = run.output.schemas["leads"]?["schema"]?["properties"]?.object ?? [:]
    #expect(properties["custom_fields"] != nil && !properties.keys.contains { $0.hasPrefix("custom.") })
    var count = 0
    for (column, list) in zip(columns.output.records("leads"), run.output.records("leads")) {
      #expect(column.id == list.id)
      for field in list.value["custom_fields"]?.array ?? [] {
        let id = try #require(field["id"]?.string)
        // Only columns are known to be dates.
        let (value, column) = (field["value"], column.value["custom.\(id)"])
        let instants = [value, column].map { $0?.string.flatMap { Timestamp($0) } }
        #expect(value == column || (instants[0] != nil && instants[0] == instants[1]))
        count += 1
      }
    }
    #expect(count > 20)
    #expect(sandbox.server.statistics.count("GET", "custom_field_schema/lead/") == 1)
  }
}
