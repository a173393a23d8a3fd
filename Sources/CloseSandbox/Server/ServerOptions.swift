public import JSONBytes

/// How the server behaves; what it serves is described by `OrganisationOptions`.
public struct ServerOptions: Sendable {
  /// Port on 127.0.0.1; 0 lets the system choose one.
  public var port: UInt16 = 0
  /// Decides the keys, and which requests a fault with a probability strikes.
  public var seed: UInt64 = 1
  /// What the clock shows at the start; nil means the real time.
  public var clock: Timestamp?
  /// Faults as `--faults` takes them.
  public var faults = ""
  /// The limit of each key and endpoint group, a third of the organisation's; nil for none.
  public var rate: RateLimit? = RateLimit(requests: 100, seconds: 1)
  /// How a client is told where it stands.
  public var rateHeaders = RateHeaders.semicolon
  /// What the body of a 429 says.
  public var rateBody = RateBody.empty
  /// Seconds after which a connection without requests is closed.
  public var idleSeconds = 75.0
  /// What one connection may cost.
  public var limits = ServerLimits()
  /// Called with each request and its running number before the API answers it.
  ///
  /// The place to change data while a client is paging. It must not stop the server.
  public var onRequest: (@Sendable (SandboxRequest, Int) -> Void)?
  /// Takes one readable line per request.
  public var logLine: (@Sendable (String) -> Void)?

  /// Creates the default settings.
  public init() {}
}
