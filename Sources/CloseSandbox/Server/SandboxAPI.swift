public import JSONBytes

/// What stands behind the HTTP server: one request in, one answer out.
///
/// Called from many threads at once.
public protocol SandboxAPI: Sendable {
  /// Answers `request` as Close would when its clock showed `now`.
  func respond(to request: SandboxRequest, at now: Timestamp) -> SandboxResponse
}

/// Control endpoints below `/sandbox/` that the server does not answer itself.
public protocol SandboxControl: Sendable {
  /// Carries out a request to `/sandbox/<path>`; nil when there is no such endpoint.
  ///
  /// `path` has neither a leading nor a trailing slash (`edit`); `body` is null when none was sent.
  func control(path: String, body: JSONValue, at now: Timestamp) -> SandboxResponse?
}

/// All that `close-sandbox` needs of an organisation: an API, its control endpoints, users, and a file.
public protocol SandboxWorld: SandboxAPI, SandboxControl {
  /// The organisation's id.
  var organizationID: String { get }
  /// The user behind the first API key and behind OAuth tokens.
  var admin: SandboxCaller { get }
  /// The user behind the second API key, who is no admin.
  var member: SandboxCaller { get }
  /// Writes the data file, if there is one.
  func save() throws
}
