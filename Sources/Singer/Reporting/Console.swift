internal import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Standard error: log lines that stay, and below them a few lines of progress that are drawn anew.
///
/// Progress shows on a terminal only. Text that cannot be written is lost: nobody could be told about it.
public final class Console: Sendable {
  /// Whether somebody may be watching.
  public let isTerminal: Bool
  private let descriptor: Int32
  /// The progress lines on screen.
  private let progress = Mutex<[String]>([])

  /// A console over `descriptor`; whether it is a terminal is found out unless told.
  public init(descriptor: Int32 = 2, isTerminal: Bool? = nil) {
    self.descriptor = descriptor
    self.isTerminal = isTerminal ?? (isatty(descriptor) == 1 && processEnvironment("TERM") != "dumb")
  }

  /// The terminal's width in columns; 80 when it is not known.
  public var width: Int {
    var size = winsize()
    // Safety: `ioctl` fills the struct it is given.
    guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// Writes lines that stay, above the progress.
  public func write(_ lines: [String]) {
    progress.withLock { shown in
      send(Console.erase(shown) + lines.map { $0 + "\n" }.joined() + Console.draw(shown))
    }
  }

  /// Shows `lines` as the progress, in place of what was shown before; no lines remove it.
  public func showProgress(_ lines: [String]) {
    guard isTerminal else { return }
    progress.withLock { shown in
      send(Console.erase(shown) + Console.draw(lines))
      shown = lines
    }
  }

  private func send(_ text: String) {
    try? Descriptor.writeAll(Array(text.utf8), to: descriptor)
  }

  /// Goes back up to the first line and clears everything below.
  private static func erase(_ lines: [String]) -> String {
    lines.isEmpty ? "" : "\u{1B}[\(lines.count)A\r\u{1B}[J"
  }

  private static func draw(_ lines: [String]) -> String { lines.map { $0 + "\n" }.joined() }
}
