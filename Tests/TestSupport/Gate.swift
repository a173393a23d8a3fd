import Foundation

/// A gate that is closed until it is opened, for tests that decide when another thread goes on.
public final class Gate: Sendable {
  private let semaphore = DispatchSemaphore(value: 0)

  /// Creates a closed gate.
  public init() {}

  /// Lets everybody through from now on.
  public func open() { semaphore.signal() }

  /// Waits until the gate is open; gives up after two minutes and returns false.
  @discardableResult
  public func wait() -> Bool {
    guard semaphore.wait(timeout: .now() + 120) == .success else { return false }
    semaphore.signal()
    return true
  }
}

/// Waits until something that happens on another thread has happened; false after two minutes, which is long
/// enough for a machine that has other things to do.
///
/// Only for what cannot be waited for in another way.
public func eventually(_ condition: () -> Bool) async -> Bool {
  let end = ContinuousClock.now + .seconds(120)
  while !condition() {
    guard ContinuousClock.now < end else { return false }
    try? await Task.sleep(for: .milliseconds(1))
  }
  return true
}
