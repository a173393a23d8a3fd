/// What one connection may cost.
public struct ServerLimits: Hashable, Sendable {
  /// Largest request line with all header lines.
  public var headBytes = 65_536
  /// Longest path with query; longer ones are answered with 414.
  public var targetBytes = 8192
  /// Largest request body; larger ones are answered with 413.
  public var bodyBytes = 32 << 20

  /// Creates the default limits.
  public init() {}
}

/// Finds requests in the bytes of a connection; knows nothing of sockets.
///
///     append(bytes)  next() -> .needsMore  append(bytes)  next() -> .request(…)  next() -> .needsMore
struct RequestParser {
  enum Step {
    /// Nothing to do before more bytes come.
    case needsMore
    /// The client waits for `100 Continue` before it sends the body.
    case sendContinue
    case request(HTTPRequest)
  }

  private let limits: ServerLimits
  private var buffer: [UInt8] = []
  /// Where to go on looking for the end of a line, and where the lines found so far begin and end.
  private var scanned = 0
  private var lines: [Range<Int>] = []
  private var head: RequestHead?
  private var continueSent = false

  init(limits: ServerLimits) { self.limits = limits }

  /// Whether part of a request has come.
  var isInsideRequest: Bool { head != nil || !buffer.isEmpty }

  mutating func append(_ bytes: some Sequence<UInt8>) { buffer.append(contentsOf: bytes) }

  /// The next step; `MalformedRequest` means that the rest of the bytes is of no use.
  mutating func next() throws(MalformedRequest) -> Step {
    if head == nil { head = try readHead() }
    guard let head else { return .needsMore }
    guard buffer.count >= head.bodyLength else {
      guard head.expectsContinue, !continueSent else { return .needsMore }
      continueSent = true
      return .sendContinue
    }
    var request = head.request
    request.body = Array(buffer.prefix(head.bodyLength))
    buffer.removeFirst(head.bodyLength)
    self.head = nil
    continueSent = false
    return .request(request)
  }

  /// Takes the lines up to an empty one off the buffer; nil when that has not come yet.
  private mutating func readHead() throws(MalformedRequest) -> RequestHead? {
    while let end = buffer[scanned...].firstIndex(of: 0x0A) {
      let start = lines.last.map { $0.upperBound } ?? 0
      lines.append(start..<end + 1)
      scanned = end + 1
      let line = content(start..<end + 1)
      guard line.isEmpty else { continue }
      if lines.count == 1 {
        // An empty line before the request line is left over from a sloppy client.
        dropHead()
        continue
      }
      let texts = lines.dropLast().map { content($0) }
      guard scanned <= limits.headBytes else { break }
      let head = try RequestHead(lines: texts, limits: limits)
      dropHead()
      return head
    }
    guard max(scanned, buffer.count) <= limits.headBytes else {
      throw MalformedRequest(
        status: 431, reason: "The header lines are larger than \(limits.headBytes) bytes.")
    }
    scanned = max(scanned, buffer.count)
    return nil
  }

  private mutating func dropHead() {
    buffer.removeFirst(scanned)
    scanned = 0
    lines.removeAll()
  }

  /// A line without its line feed and the carriage return before it.
  private func content(_ range: Range<Int>) -> ArraySlice<UInt8> {
    let line = buffer[range].dropLast()
    return line.last == 0x0D ? line.dropLast() : line
  }
}
