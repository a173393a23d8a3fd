public import CloseSandbox
import JSONBytes

/// A sandbox in this process, which ends with the last reference to it.
public final class RunningSandbox<API: SandboxAPI>: Sendable {
  /// What stands behind the server.
  public let api: API
  /// The server; its port is open.
  public let server: SandboxServer

  init(api: API, options: ServerOptions) throws {
    self.api = api
    server = try SandboxServer(api: api, options: options)
    try server.start()
  }

  deinit { server.stop() }

  /// The port on 127.0.0.1.
  public var port: UInt16 { server.port ?? 0 }
  /// The base URL of the API, without a slash at the end.
  public var baseURL: String { server.baseURL }
  /// The admin's API key.
  public var apiKey: String { server.apiKey }
}

/// Starts a sandbox in front of `api` on a free port; without rate limits unless `configure` sets some.
public func startSandbox<API: SandboxAPI>(
  _ api: API, configure: (inout ServerOptions) -> Void = { _ in }
) throws -> RunningSandbox<API> {
  var options = ServerOptions()
  options.rate = nil
  configure(&options)
  return try RunningSandbox(api: api, options: options)
}

/// Starts a sandbox with a generated organisation of 20 leads, without rate limits.
///
/// The organisation and the keys follow from the same seed; `organisation` and `server` change what they need.
public func startSandbox(
  organisation: (inout OrganisationOptions) -> Void = { _ in },
  server: (inout ServerOptions) -> Void = { _ in }
) throws -> RunningSandbox<Organisation> {
  var options = OrganisationOptions()
  options.leads = 20
  organisation(&options)
  var settings = ServerOptions()
  settings.rate = nil
  settings.seed = options.seed
  server(&settings)
  let world = try Organisation(options: options, now: settings.clock ?? Timestamp.now())
  return try RunningSandbox(api: world, options: settings)
}
