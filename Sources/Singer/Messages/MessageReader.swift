/// Turns the bytes of a Singer stream into messages, line by line.
///
///     var reader = MessageReader()
///     while let message = try await reader.next(from: input) { … }
///
/// Blank lines are skipped, though counted. After an error the reader stands behind the bad line, and may
/// go on.
public struct MessageReader: Sendable {
  private var buffer = LineBuffer()
  private var hasEnded = false
  /// The line read last, counted from 1; 0 before the first.
  public private(set) var line = 0

  /// A reader that has seen nothing yet.
  public init() {}

  /// Adds bytes behind those seen so far.
  public mutating func append(_ chunk: [UInt8]) { buffer.append(chunk) }

  /// Says that no more bytes follow, so that a last line without a line break counts.
  public mutating func finish() { hasEnded = true }

  /// The next message; nil when more bytes are needed, or, after `finish`, when there is none.
  ///
  /// - Throws: `SingerError.malformedMessage`.
  public mutating func next() throws(SingerError) -> SingerMessage? {
    while let bytes = nextLine() {
      line += 1
      let text = line == 1 && bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
      if text.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { continue }
      return try SingerMessage(parsing: text, line: line)
    }
    return nil
  }

  /// The next message, reading as much of `input` as it takes; nil at its end or on an interruption.
  ///
  /// A line that an interruption cuts off is never delivered.
  /// - Throws: `SingerError.malformedMessage` or `.input`.
  public mutating func next(from input: InputSource) async throws(SingerError) -> SingerMessage? {
    while true {
      if let message = try next() { return message }
      if hasEnded { return nil }
      switch try await input.read() {
      case .bytes(let chunk): append(chunk)
      case .end: finish()
      case .interrupted: return nil
      }
    }
  }

  private mutating func nextLine() -> [UInt8]? {
    if let line = buffer.nextLine() { return line }
    guard hasEnded else { return nil }
    let rest = buffer.rest()
    return rest.isEmpty ? nil : rest
  }
}
