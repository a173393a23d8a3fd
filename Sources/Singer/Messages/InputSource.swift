#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A descriptor to read from, usually standard input, without blocking other tasks.
///
/// Bytes that are there are read at once; waiting for more happens on a thread of its own, which also wakes
/// up for an interruption.
public struct InputSource: Sendable {
  /// What a read brought.
  public enum Event: Hashable, Sendable {
    /// Some bytes, at least one.
    case bytes([UInt8])
    /// There will be no more.
    case end
    /// The program has been asked to stop.
    case interrupted
  }

  private let descriptor: Int32
  private let interruption: Interruption?
  private static let chunkSize = 1 << 16

  /// A source over `descriptor`, which stays open; waiting ends when `interruption` is requested.
  public init(descriptor: Int32 = 0, interruption: Interruption? = nil) {
    self.descriptor = descriptor
    self.interruption = interruption
  }

  /// Reads what is there, waiting for the first byte.
  ///
  /// - Throws: `SingerError.input`.
  public func read() async throws(SingerError) -> Event {
    var interests = [(descriptor: descriptor, events: Int16(POLLIN))]
    if let interruption { interests.append((interruption.wakeDescriptor, Int16(POLLIN))) }
    if !Descriptor.wait(for: interests, milliseconds: 0) {
      let interests = interests
      await onOwnThread { _ = Descriptor.wait(for: interests, milliseconds: -1) }
    }
    if interruption?.isRequested == true { return .interrupted }
    do throws(Descriptor.Failure) {
      let chunk = try Descriptor.readSome(from: descriptor, limit: InputSource.chunkSize)
      return chunk.isEmpty ? .end : .bytes(chunk)
    } catch {
      throw SingerError(.input, "cannot read the input: \(error.text)")
    }
  }
}
