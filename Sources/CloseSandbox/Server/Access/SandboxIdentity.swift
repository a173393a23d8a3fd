/// Whose data a sandbox serves, and the two users who have keys to it.
struct SandboxIdentity: Sendable {
  var organizationID: String
  var admin: SandboxCaller
  var member: SandboxCaller

  /// The identity of a world, or a made-up one for an API that has no users.
  init(of api: some SandboxAPI) {
    let world = api as? any SandboxWorld
    organizationID = world?.organizationID ?? "orga_sandbox"
    admin = world?.admin ?? SandboxCaller(userID: "user_admin", isAdmin: true)
    member = world?.member ?? SandboxCaller(userID: "user_member", isAdmin: false)
  }
}
