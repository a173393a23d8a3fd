import CloseSandbox
import JSONBytes
import Testing

/// An organisation with a clock, asked by hand.
struct Fixture {
  static let start = Timestamp("2024-05-31T12:00:00Z") ?? .earliest

  let organisation: Organisation
  var now = Fixture.start
  var caller: SandboxCaller

  /// Generates `leads` leads; `change` sets the other options.
  init(leads: Int = 30, _ change: (inout OrganisationOptions) -> Void = { _ in }) throws {
    var options = OrganisationOptions()
    options.leads = leads
    change(&options)
    organisation = try Organisation(options: options, now: Fixture.start)
    caller = organisation.admin
  }

  /// 60 leads that all tests share; nobody may change them.
  static func shared() throws -> Fixture { try sharedResult.get() }

  private static let sharedResult = Result { try Fixture(leads: 60) }

  /// An answer, with its body read.
  struct Answer {
    let status: Int
    let headers: [(name: String, value: String)]
    let bytes: [UInt8]
    let body: JSONValue

    var data: [JSONValue] { body["data"]?.array ?? [] }
    var ids: [String] { data.compactMap { $0["id"]?.string } }
    subscript(key: String) -> JSONValue? { body[key] }
  }

  func send(
    _ method: String, _ target: String, _ body: JSONValue? = nil, headers: [String: String] = [:]
  ) throws -> Answer {
    let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    var query: [(name: String, value: String)] = []
    for pair in parts.count < 2 ? [] : parts[1].split(separator: "&") {
      let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      query.append((sides[0], sides.count > 1 ? sides[1] : ""))
    }
    var headers = headers
    if body != nil, headers["content-type"] == nil { headers["content-type"] = "application/json" }
    let request = SandboxRequest(
      method: method, path: String(parts[0]), query: query, headers: headers,
      body: body.map { Array($0.compact.utf8) } ?? [], caller: caller)
    let response = organisation.respond(to: request, at: now)
    let value = response.body.isEmpty ? JSONValue.null : try JSONValue(parsing: response.body)
    return Answer(status: response.status, headers: response.headers, bytes: response.body, body: value)
  }

  func get(_ target: String, headers: [String: String] = [:]) throws -> Answer {
    try send("GET", target, headers: headers)
  }

  /// Walks all pages of a list.
  func all(_ target: String, limit: Int = 100) throws -> [JSONValue] {
    var rows: [JSONValue] = []
    let separator = target.contains("?") ? "&" : "?"
    while true {
      let page = try get("\(target)\(separator)_limit=\(limit)&_skip=\(rows.count)")
      try #require(page.status == 200)
      rows += page.data
      guard page["has_more"]?.bool == true else { return rows }
    }
  }
}
