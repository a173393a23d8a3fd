import JSONBytes
import Singer
import Synchronization

/// The one stdout of a run: records of all tables, and after them a STATE that covers just what went out.
///
/// Records and the bookmark they justify are handed over together, under one lock, so no STATE can run ahead.
final class RunOutput: Sendable {
  private let writer: MessageWriter
  private let state: Mutex<SingerState>

  init(writer: MessageWriter, state: SingerState) {
    self.writer = writer
    self.state = Mutex(state)
  }

  /// The state as printed last, or about to be.
  var currentState: SingerState { state.withLock { $0 } }

  func writeSchema(
    _ schema: JSONValue, of stream: String, keyProperties: [String], bookmarkProperties: [String]
  ) throws {
    try writer.writeSchema(
      schema, stream: stream, keyProperties: keyProperties, bookmarkProperties: bookmarkProperties)
  }

  /// Writes encoded records of `stream`; they change no bookmark.
  func writeRecords(_ lines: RecordLines, count: Int) throws {
    try state.withLock { _ in try writer.writeRecords(lines, count: count) }
  }

  /// Moves the bookmark of `stream` and prints the STATE, when there is anything to move.
  func advance(_ stream: String, _ key: String, to instant: Timestamp?) throws {
    guard let instant else { return }
    try state.withLock { state in
      if state.advance(stream, key, to: instant) { try writer.writeState(state) }
    }
  }

  /// Changes what the state keeps beside bookmarks and prints the STATE, when that makes a difference.
  func update(_ change: (inout SingerState) -> Void) throws {
    try state.withLock { state in
      let old = state
      change(&state)
      if state != old { try writer.writeState(state) }
    }
  }

  /// Says that rows of `stream` with another version than this are gone.
  func activate(_ version: Int, of stream: String) throws {
    try state.withLock { _ in try writer.writeActivateVersion(version, stream: stream) }
  }

  /// Prints the state that ends the run.
  func finish() throws {
    try state.withLock { state in
      state.currentlySyncing = nil
      try writer.writeState(state)
    }
  }

  /// Passes on what has waited for company for more than a second.
  func flushIfIdle() throws { try writer.flushIfIdle() }
}
