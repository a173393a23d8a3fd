#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Whole lines on their way to a descriptor, written in large pieces.
///
/// After a failure nothing more is written: half a line may have left, and nothing may follow it.
struct OutputBuffer {
  /// How many bytes are collected before they are written.
  static let capacity = 1 << 16

  private let descriptor: Int32
  private var bytes: [UInt8] = []
  private var failure: SingerError?
  /// When the oldest byte in the buffer came in; nil while it is empty.
  private(set) var waitingSince: ContinuousClock.Instant?

  init(descriptor: Int32) { self.descriptor = descriptor }

  /// Adds whole lines, a missing last line break included; pieces larger than the buffer are not copied.
  mutating func append(_ lines: [UInt8], now: ContinuousClock.Instant = .now) throws(SingerError) {
    try append(lines.span, now: now)
  }

  /// Adds whole lines, a missing last line break included; pieces larger than the buffer are not copied.
  mutating func append(_ lines: Span<UInt8>, now: ContinuousClock.Instant = .now) throws(SingerError) {
    if let failure { throw failure }
    guard !lines.isEmpty else { return }
    let last = lines[lines.count - 1]
    if bytes.count + lines.count > OutputBuffer.capacity { try flush() }
    if lines.count > OutputBuffer.capacity, last == 0x0A {
      failure = failureOfWriting(lines)
      if let failure { throw failure }
      return
    }
    if bytes.isEmpty { waitingSince = now }
    unsafe lines.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    if last != 0x0A { bytes.append(0x0A) }
  }

  /// Writes what has been collected.
  mutating func flush() throws(SingerError) {
    if let failure { throw failure }
    guard !bytes.isEmpty else { return }
    failure = failureOfWriting(bytes.span)
    if let failure { throw failure }
    bytes.removeAll(keepingCapacity: true)
    waitingSince = nil
  }

  private func failureOfWriting(_ lines: Span<UInt8>) -> SingerError? {
    do throws(Descriptor.Failure) {
      try Descriptor.writeAll(lines, to: descriptor)
      return nil
    } catch {
      let reason =
        error.number == EPIPE ? "whoever read the output has gone" : "cannot write the output: \(error.text)"
      return SingerError(error.number == EPIPE ? .consumerGone : .output, reason)
    }
  }
}
