public import JSONBytes
internal import Synchronization

/// The one place where Singer messages leave the program; safe to call from any task.
///
/// Only whole lines leave, in the order of the calls. RECORD lines wait in a buffer of 64 KiB, a STATE takes
/// everything before it along at once, so what a STATE promises is always already out. A slow consumer makes
/// the caller wait. Once the consumer has gone every call throws `SingerError.consumerGone`.
public final class MessageWriter: Sendable {
  private let state: Mutex<State>

  private struct State {
    var output: OutputBuffer
    /// The SCHEMA line of each stream announced so far.
    var schemas: [String: [UInt8]] = [:]
    /// The last line, when it was a STATE.
    var stateAtEnd: [UInt8]?
    var recordCount = 0
  }

  /// A writer over `descriptor`, which stays open.
  public init(descriptor: Int32 = 1) {
    state = Mutex(State(output: OutputBuffer(descriptor: descriptor)))
  }

  /// The number of records written so far.
  public var recordCount: Int { state.withLock(\.recordCount) }

  /// Announces a stream; nothing happens when the same SCHEMA has gone out before.
  public func writeSchema(
    _ schema: JSONValue, stream: String, keyProperties: [String], bookmarkProperties: [String] = []
  ) throws(SingerError) {
    var message: JSONValue = [
      "type": "SCHEMA", "stream": .string(stream), "schema": schema,
      "key_properties": .strings(keyProperties),
    ]
    if !bookmarkProperties.isEmpty { message["bookmark_properties"] = .strings(bookmarkProperties) }
    let line = message.line
    try update { (state) throws(SingerError) in
      guard state.schemas[stream] != line else { return }
      try state.output.append(line)
      state.schemas[stream] = line
      state.stateAtEnd = nil
    }
  }

  /// Writes `count` records that stand in `lines` as encoded RECORD messages, each with its line break.
  public func writeRecords(_ lines: RecordLines, count: Int) throws(SingerError) {
    guard lines.count > 0 else { return }
    try update { (state) throws(SingerError) in
      try lines.withSpan { (lines) throws(SingerError) in try state.output.append(lines) }
      state.recordCount += count
      state.stateAtEnd = nil
    }
  }

  /// Says that records of `stream` with another version than this are gone.
  public func writeActivateVersion(_ version: Int, stream: String) throws(SingerError) {
    let message: JSONValue = [
      "type": "ACTIVATE_VERSION", "stream": .string(stream), "version": .int(version),
    ]
    try update { (state) throws(SingerError) in
      try state.output.append(message.line)
      state.stateAtEnd = nil
    }
  }

  /// Writes everything before it and a STATE, unless the last line is this STATE already.
  ///
  /// The same value is written again behind records, because some targets forget it at the next record.
  public func writeState(_ value: SingerState) throws(SingerError) {
    let line = (["type": "STATE", "value": value.json] as JSONValue).line
    try update { (state) throws(SingerError) in
      if state.stateAtEnd != line { try state.output.append(line) }
      try state.output.flush()
      state.stateAtEnd = line
    }
  }

  /// Writes any JSON value as a line of its own, at once: a target's STATE value or a line of a plan.
  public func writeLine(_ value: JSONValue) throws(SingerError) {
    try update { (state) throws(SingerError) in
      try state.output.append(value.line)
      try state.output.flush()
      state.stateAtEnd = nil
    }
  }

  /// Writes everything that waits in the buffer.
  public func flush() throws(SingerError) {
    try update { (state) throws(SingerError) in try state.output.flush() }
  }

  /// Writes the buffer when its oldest line has waited longer than `patience`; to be called now and then.
  public func flushIfIdle(
    longerThan patience: Duration = .seconds(1), now: ContinuousClock.Instant = .now
  ) throws(SingerError) {
    try update { (state) throws(SingerError) in
      if let waitingSince = state.output.waitingSince, now - waitingSince > patience {
        try state.output.flush()
      }
    }
  }

  private func update(_ body: (inout State) throws(SingerError) -> Void) throws(SingerError) {
    try state.withLock { (state) throws(SingerError) in try body(&state) }
  }
}

extension JSONValue {
  /// The value as one line with its line break.
  fileprivate var line: [UInt8] {
    var bytes: [UInt8] = []
    write(to: &bytes)
    bytes.append(0x0A)
    return bytes
  }
}
