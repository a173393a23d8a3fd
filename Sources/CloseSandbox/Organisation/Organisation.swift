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

  /// Reads the organisation from its data file, or generates one as of `now`, which is then written there.
  ///
  /// - Throws: `SandboxError.dataFile` when the file cannot be read, understood or written.
  public init(options: OrganisationOptions = OrganisationOptions(), now: Timestamp) throws {
    self.options = options
    let file = options.dataFile.map { DataFile(path: $0) }
    if let file, file.exists {
      world = Mutex(try file.read(options))
      return
    }
    let content = OrganisationGenerator.generate(options, now: now)
    let fresh = World(content, options: options, idSeed: options.seed &+ 5)
    try file?.write(fresh)
    world = Mutex(fresh)
  }

  /// Answers `request` as Close would when its clock showed `now`.
  public func respond(to request: SandboxRequest, at now: Timestamp) -> SandboxResponse {
    world.withLock { world in
      let id = world.ids.next(prefix: "req_", length: 22)
      return world.respond(Call(request, at: now, id: id))
    }
  }

  /// Writes the organisation to its data file, when it has one.
  ///
  /// - Throws: `SandboxError.dataFile` when that fails.
  public func save() throws {
    guard let path = options.dataFile else { return }
    try world.withLock { try DataFile(path: path).write($0) }
  }

  /// Looks at the organisation, or changes it, from outside the API; nobody else does in the meantime.
  public func edit<Result: Sendable, Failure: Error>(
    _ body: (inout World) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try world.withLock { (world) throws(Failure) in try body(&world) }
  }

  /// How many e-mails and SMS Close would have sent by now.
  public var sentMessages: Int { world.withLock(\.sentMessages) }

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
