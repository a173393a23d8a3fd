import JSONBytes
import Testing

@testable import Singer

@Suite("Settings")
struct SettingsTests {
  static let table = SettingTable(
    program: "tap-close",
    settings: [
      Setting("api_key", .string, isSecret: true, isRequired: true, description: "The API key."),
      Setting("api_keys", .array, isSecret: true, description: "Several keys."),
      Setting("start_date", .dateTime, description: "Older records | are left out."),
      Setting("date_window", .integer, default: 15, range: 1...366, description: "Days per request."),
      Setting("rate_limit_share", .number, default: 1, range: 0.01...1, description: "Part of the limit."),
      Setting("deletes", .boolean, default: false, description: "Tombstones."),
      Setting(
        "custom_fields", .string, default: "columns", choices: ["columns", "list"], description: "Shape."),
      Setting("request_headers", .object, description: "More headers."),
    ])

  private func resolve(
    _ configs: String..., environment: [String: String]? = nil
  ) throws -> Settings {
    let files = try configs.enumerated().map { (name: "c\($0).json", config: try json($1)) }
    return try Self.table.resolve(files, environment: environment.map { variables in { variables[$0] } })
  }

  @Test("have defaults")
  func defaults() throws {
    let settings = try resolve(#"{"api_key":"k"}"#)
    #expect(settings.string("api_key") == "k")
    #expect(settings.integer("date_window") == 15)
    #expect(settings.number("rate_limit_share") == 1)
    #expect(settings.boolean("deletes") == false)
    #expect(settings.timestamp("start_date") == nil)
    #expect(!settings.isSet("date_window"))
    #expect(settings.isSet("api_key"))
    #expect(settings.warnings.isEmpty)
  }

  @Test("are taken from texts too, because some runners know nothing but text")
  func texts() throws {
    let settings = try resolve(
      #"""
      {"api_key":"1234","date_window":"30","rate_limit_share":"0.5","deletes":"yes","start_date":"2024-05-01",
       "api_keys":"[\"a\",\"b\"]","request_headers":"{\"X\":\"1\"}"}
      """#)
    #expect(settings.string("api_key") == "1234")
    #expect(settings.integer("date_window") == 30)
    #expect(settings.number("rate_limit_share") == 0.5)
    #expect(settings.boolean("deletes") == true)
    #expect(settings.timestamp("start_date") == Timestamp("2024-05-01T00:00:00Z"))
    #expect(settings.array("api_keys") == ["a", "b"])
    #expect(settings.object("request_headers") == ["X": "1"])
  }

  @Test("in a later file win, and the environment over all")
  func precedence() throws {
    let settings = try resolve(
      #"{"api_key":"a","date_window":1,"deletes":true}"#, #"{"api_key":"b","date_window":2,"deletes":null}"#,
      environment: ["TAP_CLOSE_API_KEY": "c", "TAP_CLOSE_DELETES": "", "API_KEY": "d"])
    #expect(settings.string("api_key") == "c")
    #expect(settings.integer("date_window") == 2)
    #expect(settings.boolean("deletes") == true)
  }

  @Test(
    "in the environment are texts",
    arguments: [
      ("TAP_CLOSE_DELETES", "true", "deletes", true),
      ("TAP_CLOSE_DELETES", "1", "deletes", true),
      ("TAP_CLOSE_DELETES", "YES", "deletes", true), ("TAP_CLOSE_DELETES", "on", "deletes", true),
      ("TAP_CLOSE_DELETES", "off", "deletes", false), ("TAP_CLOSE_DELETES", "False", "deletes", false),
      ("TAP_CLOSE_DATE_WINDOW", "7", "date_window", 7),
      ("TAP_CLOSE_API_KEYS", #"["a"]"#, "api_keys", ["a"]),
      ("TAP_CLOSE_REQUEST_HEADERS", #"{"a":"b"}"#, "request_headers", ["a": "b"]),
      ("TAP_CLOSE_START_DATE", "2024-05-01", "start_date", "2024-05-01"),
    ] as [(String, String, String, JSONValue)])
  func environment(variable: String, text: String, name: String, value: JSONValue) throws {
    let settings = try resolve(environment: ["TAP_CLOSE_API_KEY": "k", variable: text])
    #expect(settings[name] == value)
  }

  @Test("that are wrong are all named at once")
  func problems() throws {
    let text = errorText {
      _ = try resolve(
        #"""
        {"api_key":7,"start_date":"soon","date_window":1.5,"rate_limit_share":0,"deletes":"maybe",
         "custom_fields":"rows","request_headers":[],"api_keys":"k1"}
        """#, environment: ["TAP_CLOSE_DATE_WINDOW": "many"])
    }
    #expect(
      text == """
        c0.json: "api_key" must be a string
        c0.json: "start_date" must be a date-time such as 2024-01-31T08:00:00Z, not "soon"
        c0.json: "date_window" must be a whole number from 1 to 366, not 1.5
        c0.json: "rate_limit_share" must be a number from 0.01 to 1, not 0
        c0.json: "deletes" must be true or false, not "maybe"
        c0.json: "custom_fields" must be one of columns, list, not "rows"
        c0.json: "request_headers" must be an object, not an array
        c0.json: "api_keys" must be an array
        TAP_CLOSE_DATE_WINDOW must be a whole number from 1 to 366, not "many"
        """)
  }

  @Test(
    "that are required must be there",
    arguments: ["{}", #"{"api_key":null}"#, #"{"api_key":""}"#])
  func required(config: String) {
    #expect(
      errorText { _ = try resolve(config) }
        == #""api_key" is missing; set it in the config file, or use --config=ENV and TAP_CLOSE_API_KEY"#)
  }

  @Test("that nobody knows are told, not refused")
  func unknown() throws {
    let settings = try resolve(#"{"api_key":"k","start_dat":"2024-05-01","stream_maps":{}}"#)
    #expect(
      settings.warnings == [
        #"c0.json: the setting "start_dat" is not known and changes nothing; did you mean "start_date"?"#,
        #"c0.json: the setting "stream_maps" is not known and changes nothing"#,
      ])
  }

  @Test("must be an object")
  func notAnObject() {
    #expect(errorText { _ = try resolve("[]") } == "c0.json: the config must be an object, not an array")
  }

  @Test("never show their secrets, and name them for the log")
  func secrets() throws {
    let settings = try resolve(#"{"api_key":"key-1","api_keys":["key-2",{"x":"key-3"},4],"date_window":3}"#)
    #expect(settings.secrets == ["key-1", "key-2", "key-3"])
    #expect(settings.description == #"{"api_key":"[redacted]","api_keys":"[redacted]","date_window":3}"#)
  }

  @Test("are loaded from the files and the environment that --config names")
  func load() throws {
    let first = TemporaryFile(#"{"api_key":"a","date_window":1}"#)
    let second = TemporaryFile(#"{"date_window":2}"#)
    let variables = ["TAP_CLOSE_API_KEY": "e"]
    let environment: Environment = { variables[$0] }
    let settings = try Self.table.load(["ENV", first.path, second.path], environment: environment)
    #expect(settings.string("api_key") == "e")
    #expect(settings.integer("date_window") == 2)
    #expect(try Self.table.load([first.path], environment: environment).string("api_key") == "a")
    #expect(throws: SingerError.self) { try Self.table.load(["/nowhere/c.json"], environment: environment) }
  }
}

@Suite("--about")
struct AboutTests {
  private let about = About(
    SettingsTests.table, description: "Reads Close.", version: "1.2.3", capabilities: ["catalog", "state"])

  @Test("tells programs the settings as JSON Schema")
  func asJSON() throws {
    let value = try json(about.text(.json))
    #expect(value.object?.keys == ["name", "description", "version", "capabilities", "settings"])
    #expect(value["name"] == "tap-close")
    #expect(value["version"] == "1.2.3")
    #expect(value["capabilities"] == ["catalog", "state"])
    #expect(value["settings"]?["type"] == "object")
    #expect(value["settings"]?["required"] == ["api_key"])
    let properties = value["settings"]?["properties"]
    #expect(properties?.object?.keys == SettingsTests.table.settings.map(\.name))
    #expect(
      properties?["api_key"]?.compact
        == #"{"type":["string"],"title":"Api Key","description":"The API key.","secret":true}"#)
    #expect(
      properties?["date_window"]?.compact
        == #"{"type":["integer","null"],"title":"Date Window","description":"Days per request.","default":15}"#
    )
    #expect(properties?["start_date"]?["format"] == "date-time")
    #expect(properties?["custom_fields"]?["enum"] == ["columns", "list"])
  }

  @Test("tells people")
  func asText() {
    #expect(
      about.text(.text) == """
        Name: tap-close
        Description: Reads Close.
        Version: 1.2.3
        Capabilities: catalog, state
        Settings:
          api_key (string, required, secret): The API key.
          api_keys (array, secret): Several keys.
          start_date (string): Older records | are left out.
          date_window (integer, default 15): Days per request.
          rate_limit_share (number, default 1): Part of the limit.
          deletes (boolean, default false): Tombstones.
          custom_fields (string, default "columns"): Shape. One of: columns, list.
          request_headers (object): More headers.

        """)
  }

  @Test("writes documentation")
  func asMarkdown() {
    let text = about.text(.markdown)
    #expect(text.hasPrefix("# `tap-close`\n\nReads Close.\n"))
    #expect(text.contains("* `catalog`\n* `state`\n"))
    #expect(text.contains("| `api_key` | string | yes |  | The API key. |\n"))
    #expect(text.contains("| `start_date` | string | no |  | Older records \\| are left out. |\n"))
    #expect(text.hasSuffix("| `request_headers` | object | no |  | More headers. |\n"))
  }

  @Test("tells what stands in a block")
  func blocks() throws {
    let action = Setting("action", .string, choices: ["create", "update"], description: "What to do.")
    let streams = Setting("streams", .object, blockSettings: [action], description: "By name.")
    let about = About(
      SettingTable(program: "p", settings: [streams]), description: "d", version: "1", capabilities: [])
    #expect(
      about.text(.text).hasSuffix(
        "  streams (object): By name.\n    action (string): What to do. One of: create, update.\n"))
    #expect(about.text(.markdown).contains("### In each block of `streams`\n\n| Setting |"))
    let schema = try json(about.text(.json))["settings"]?["properties"]?["streams"]
    #expect(schema?["additionalProperties"]?["properties"]?["action"]?["enum"] == ["create", "update"])
  }

  @Test("has three forms")
  func formats() throws {
    #expect(try About.Format(nil) == .text)
    #expect(try About.Format("json") == .json)
    #expect(try About.Format("markdown") == .markdown)
    #expect(
      errorText { _ = try About.Format("yaml") }
        == "--format must be one of text, json, markdown, not \"yaml\"")
  }
}
