/// Header lines in the order received; names compare without regard to case.
public struct HTTPHeaders: Hashable, Sendable {
  private var lines: [Line] = []

  private struct Line: Hashable {
    let name: String
    let lowercasedName: String
    let value: String
  }

  /// No headers.
  public init() {}

  /// These headers, in order.
  public init(_ headers: some Sequence<(name: String, value: String)>) {
    for (name, value) in headers { append(name, value) }
  }

  /// Adds one line behind the others.
  public mutating func append(_ name: String, _ value: String) {
    lines.append(Line(name: name, lowercasedName: name.lowercased(), value: value))
  }

  /// The value of `name`; several lines of one name are joined with `, ` as RFC 9110 allows.
  public subscript(_ name: String) -> String? {
    let found = values(of: name)
    return found.isEmpty ? nil : found.joined(separator: ", ")
  }

  /// Every value of `name`, in order.
  public func values(of name: String) -> [String] {
    let wanted = name.lowercased()
    return lines.filter { $0.lowercasedName == wanted }.map(\.value)
  }

  /// Number of lines.
  public var count: Int { lines.count }

  /// All lines, in order, with the names as received.
  public var all: [(name: String, value: String)] { lines.map { ($0.name, $0.value) } }
}

extension HTTPHeaders {
  /// Takes in one raw line of a response head, with or without its line break.
  ///
  /// A status line starts afresh: it follows an interim (1xx) response. A line without a colon is dropped.
  mutating func receive(rawLine: String) {
    if rawLine.hasPrefix("HTTP/") {
      lines.removeAll()
      return
    }
    guard let colon = rawLine.utf8.firstIndex(of: UInt8(ascii: ":")) else { return }
    let name = rawLine[..<colon].trimmingSpace()
    guard !name.isEmpty else { return }
    append(name, rawLine[rawLine.index(after: colon)...].trimmingSpace())
  }
}

extension Substring {
  /// Header lines are ASCII around their values: space, tab, CR and LF.
  fileprivate func trimmingSpace() -> String {
    let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A }
    guard let first = utf8.firstIndex(where: { !isSpace($0) }),
      let last = utf8.lastIndex(where: { !isSpace($0) })
    else { return "" }
    return String(self[first...last])
  }
}
