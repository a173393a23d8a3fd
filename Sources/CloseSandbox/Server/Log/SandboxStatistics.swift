public import JSONBytes

/// How often what was asked for, and what came of it.
public struct SandboxStatistics: Sendable {
  /// Requests to one endpoint, ids blanked out.
  public struct Endpoint: Hashable, Sendable {
    /// The method, `GET` or `POST` and so on.
    public var method: String
    /// The path with ids blanked out, `lead/{id}/`.
    public var path: String
  }

  /// Requests below `/api/v1/` and `/oauth2/`.
  public internal(set) var requests = 0
  /// Requests per endpoint and status; status 0 means that there was no answer.
  public internal(set) var endpoints: [Endpoint: [Int: Int]] = [:]
  /// Requests that overran a rate bucket; a 429 that a fault made up does not count.
  public internal(set) var overruns = 0
  /// Requests that a fault struck.
  public internal(set) var faults = 0
  /// What came in but could not be read as a request; not among `requests`.
  public internal(set) var malformed = 0
  /// Connections accepted.
  public internal(set) var connections = 0
  /// Connections open now.
  public internal(set) var openConnections = 0
  /// Requests being answered now, and the most there ever were at once.
  public internal(set) var inFlight = 0
  /// The most requests that were being answered at once.
  public internal(set) var mostInFlight = 0
  /// Bytes of all answers' bodies.
  public internal(set) var bytes = 0

  /// Requests that were answered with `status`.
  public func count(ofStatus status: Int) -> Int { endpoints.values.reduce(0) { $0 + ($1[status] ?? 0) } }

  /// Requests of `method` to the endpoint `path` (`lead/{id}/`), whatever became of them.
  public func count(_ method: String, _ path: String) -> Int {
    endpoints[Endpoint(method: method, path: path)]?.values.reduce(0, +) ?? 0
  }

  /// Forgets the counts, but not what is open or under way.
  mutating func reset() {
    var fresh = SandboxStatistics()
    fresh.openConnections = openConnections
    fresh.inFlight = inFlight
    fresh.mostInFlight = inFlight
    self = fresh
  }

  /// The statistics for `GET /sandbox/statistics`.
  public var report: JSONValue {
    let rows = endpoints.sorted { ($0.key.path, $0.key.method) < ($1.key.path, $1.key.method) }
    var totals: [Int: Int] = [:]
    for (_, statuses) in rows { totals.merge(statuses, uniquingKeysWith: +) }
    return [
      "requests": .int(requests), "statuses": SandboxStatistics.object(totals), "overruns": .int(overruns),
      "faults": .int(faults), "malformed": .int(malformed), "bytes": .int(bytes),
      "connections": .int(connections),
      "open_connections": .int(openConnections), "most_in_flight": .int(mostInFlight),
      "endpoints": .array(
        rows.map { endpoint, statuses in
          [
            "method": .string(endpoint.method), "path": .string(endpoint.path),
            "requests": .int(statuses.values.reduce(0, +)), "statuses": SandboxStatistics.object(statuses),
          ]
        }),
    ]
  }

  private static func object(_ counts: [Int: Int]) -> JSONValue {
    .object(JSONObject(counts.sorted { $0.key < $1.key }.map { (String($0.key), .int($0.value)) }))
  }
}
