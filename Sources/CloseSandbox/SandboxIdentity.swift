/// The ids and seed-made secrets that server and organisation agree on.
///
/// The ids do not depend on the seed, so that keys fit every data file.
public enum SandboxIdentity {
  /// The one organisation.
  public static let organizationID = "orga_sBx7Qm2LkT9vRz4WcHn8YpJd3FgKa6UeXi1oBt5NrSw"
  /// The user behind the first API key; an admin.
  public static let adminID = "user_sBx1AdmQz7LkP4vTn9WcRyJm2FgHd6KaUeXi3oBt5Nr"
  /// The user behind the second API key; not an admin.
  public static let memberID = "user_sBx2MbrTn5WcQz8LkR1vPyJh4FgKd7MaUeXi9oBt3Ns"
}

extension SandboxCaller {
  /// The admin user.
  public static let admin = SandboxCaller(userID: SandboxIdentity.adminID, isAdmin: true)
  /// The user without admin rights.
  public static let member = SandboxCaller(userID: SandboxIdentity.memberID, isAdmin: false)
}
