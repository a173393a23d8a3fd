public import CloseAPI
import HTTPTransport
import JSONBytes
public import Singer

/// How a program reaches Close, as its settings say.
public struct CloseConnection: Sendable {
  /// How the client behaves.
  public let configuration: ClientConfiguration
  private let credentials: CloseCredentials

  /// Reads the connection settings of `program`.
  ///
  /// - Throws: `SingerError.config` when credentials are missing, doubled or incomplete, or when address or
  ///   headers cannot be used.
  public init(_ settings: Settings, program: String, version: String) throws(SingerError) {
    var configuration = ClientConfiguration(
      baseURL: settings.string("base_url") ?? ClientConfiguration.closeURL,
      userAgent: settings.string("user_agent") ?? "\(program)/\(version)")
    configuration.headers = (settings.object("request_headers") ?? JSONObject()).map {
      (name: $0.key, value: $0.value.string ?? $0.value.compact)
    }
    configuration.requestTimeout = .seconds(settings.number("request_timeout") ?? 300)
    configuration.retryBudget = .seconds(settings.number("retry_budget_seconds") ?? 300)
    configuration.rateLimitShare = settings.number("rate_limit_share") ?? 1
    configuration.concurrency = settings.integer("concurrency") ?? 4
    try CloseConnection.check(configuration)
    self.configuration = configuration
    credentials = try CloseCredentials(settings)
  }

  private static func check(_ configuration: ClientConfiguration) throws(SingerError) {
    let url = configuration.baseURL
    for (setting, headers) in [
      ("base_url", []), ("user_agent", [("User-Agent", configuration.userAgent)]),
      ("request_headers", configuration.headers),
    ] {
      do throws(TransportError) {
        try HTTPRequest(url: url, headers: headers).check()
      } catch {
        throw SingerError(.config, "\"\(setting)\" cannot be used: \(error.detail)")
      }
    }
  }

  /// A client that tells `observe` of everything it does.
  public func newClient(observe: @escaping @Sendable (ClientEvent) -> Void) -> CloseClient {
    let transport = CurlTransport(
      CurlOptions(userAgent: configuration.userAgent, maxConnections: configuration.concurrency))
    return CloseClient(configuration, credentials, transport: transport, observe: observe)
  }
}
