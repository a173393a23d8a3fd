public import JSONBytes
import Synchronization

/// A whole Close organisation in memory: answers API calls as Close would, without a network.
///
/// Give it to the server, or call it from tests. Everything happens at the time a call brings along; the
/// organisation has no clock of its own.
public final class Organisation: SandboxWorld {
  let world: Mutex<World>
  /// How it looks and behaves.
  public let options: OrganisationOptions

  /// Generates an organisation as of `now`.
  public init(options: OrganisationOptions = OrganisationOptions(), now: Timestamp) throws {
    self.options = options
    let content = OrganisationGenerator.generate(options, now: now)
    world = Mutex(World(content, options: options, idSeed: options.seed &+ 5))
  }

  /// Answers `request` as Close would when its clock showed `now`.
  public func respond(to request: SandboxRequest, at now: Timestamp) -> SandboxResponse {
    world.withLock { world in
      let id = world.ids.next(prefix: "req_", length: 22)
      return world.respond(Call(request, at: now, id: id))
    }
  }

  /// Carries out a control endpoint; nil when there is no such endpoint.
  public func control(path: String, body: JSONValue, at now: Timestamp) -> SandboxResponse? {
    nil
  }

  /// Writes the organisation to its data file, when it has one.
  public func save() throws {
  }

  /// The organisation's id.
  public var organizationID: String { world.withLock { $0.directory.organizationID } }

  /// The user whose key sees everything.
  public var admin: SandboxCaller { caller(isAdmin: true) }

  /// A user without the rights of an admin.
  public var member: SandboxCaller { caller(isAdmin: false) }

  private func caller(isAdmin: Bool) -> SandboxCaller {
    world.withLock { world in
      let membership = world.live.all(.membership).first { ($0.text("role_id") == "admin") == isAdmin }
      return SandboxCaller(userID: membership?.text("user_id") ?? "", isAdmin: isAdmin)
    }
  }
}
