import CloseAPI
import JSONBytes
import Singer
import TestSupport
import Testing

@testable import CloseConnection

@Suite("Settings become a way to Close")
struct ConnectionSettingsTests {
  private func connection(_ config: JSONValue) throws -> CloseConnection {
    let table = SettingTable(program: "tap-close", settings: ConnectionSettings.all)
    let settings = try table.resolve([(name: "config.json", config: config)], environment: nil)
    return try CloseConnection(settings, program: "tap-close", version: "1.0")
  }

  @Test func `a key is enough`() throws {
    let configuration = try connection(["api_key": "k"]).configuration
    #expect(configuration.baseURL == "https://api.close.com/api/v1")
    #expect(configuration.userAgent == "tap-close/1.0")
    #expect(configuration.requestTimeout == .seconds(300) && configuration.retryBudget == .seconds(300))
    #expect(configuration.rateLimitShare == 1 && configuration.concurrency == 4)
    #expect(configuration.headers.isEmpty)
  }

  @Test func `everything can be said`() throws {
    let config = try JSONValue(
      parsing: """
        {"api_keys": ["a", "b"], "base_url": "http://127.0.0.1:8080/api/v1", "user_agent": "us/2",
         "request_timeout": 7.5, "retry_budget_seconds": 0, "rate_limit_share": 0.5, "concurrency": 9,
         "request_headers": {"x-tz-offset": -4, "X-Team": "data"}}
        """)
    let configuration = try connection(config).configuration
    #expect(configuration.baseURL == "http://127.0.0.1:8080/api/v1" && configuration.userAgent == "us/2")
    #expect(configuration.requestTimeout == .milliseconds(7500) && configuration.retryBudget == .zero)
    #expect(configuration.rateLimitShare == 0.5 && configuration.concurrency == 9)
    #expect(configuration.headers.map { "\($0.name): \($0.value)" } == ["x-tz-offset: -4", "X-Team: data"])
  }

  private static let mistakes: [(config: JSONValue, message: String)] = [
    ([:], "no credentials are set"), (["api_key": ""], "no credentials are set"),
    (["api_key": "k", "api_keys": ["k"]], "api_key and api_keys exclude each other"),
    (["api_keys": []], "\"api_keys\" must be an array of API keys"),
    (["api_keys": ["k", ""]], "\"api_keys\" must be an array of API keys"),
    (["api_keys": ["k", 1]], "\"api_keys\" must be an array of API keys"),
    (["oauth": ["client_id": "c"]], "\"oauth\" needs the string \"refresh_token\""),
    (["oauth": ["refresh_token": "r"]], "\"oauth\" needs the string \"token_path\""),
    (["api_key": "k", "base_url": "http://api.close.com/api/v1"], "\"base_url\" cannot be used"),
    (["api_key": "k", "base_url": "close"], "\"base_url\" cannot be used"),
    (["api_key": "k", "request_headers": ["X": "a\r\nY: b"]], "\"request_headers\" cannot be used"),
    (["api_key": "k", "user_agent": "a\nb"], "\"user_agent\" cannot be used"),
  ]

  @Test(arguments: mistakes)
  func `what cannot be used is named`(config: JSONValue, message: String) throws {
    let error = #expect(throws: SingerError.self) { try connection(config) }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    #expect(error?.description.contains("a\r\n") != true)
  }
}
