import JSONBytes

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

// Safety: `used` never exceeds `capacity`, the size of the memory at `base`, which lives as long as the object. No
// access calls out to code that could make another one, and handing over between tasks orders them.
/// RECORD lines being put together: bytes that grow at their end, without an array's ceremony for each piece.
///
/// Belongs to one task at a time: whoever hands it on does not touch it again.
@safe
public final class RecordLines: @unchecked Sendable {
  @exclusivity(unchecked) private var base: UnsafeMutableRawPointer
  @exclusivity(unchecked) private var capacity: Int
  @exclusivity(unchecked) private var used = 0

  /// Lines that will take about `capacity` bytes.
  public init(capacity: Int = 0) {
    let capacity = max(capacity, 256)
    unsafe (self.capacity, base) = (capacity, .allocate(byteCount: capacity, alignment: 16))
  }

  deinit { unsafe base.deallocate() }

  /// Bytes so far.
  public var count: Int {
    @inline(__always) get { unsafe used }
  }

  /// A copy of all bytes.
  public var bytes: [UInt8] { unsafe Array(self[from: 0]) }

  private subscript(from start: Int) -> UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(start: base + start, count: used - start)
  }

  /// Runs `body` over all bytes.
  public func withSpan<Result, Failure>(
    _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try unsafe body(Span(_unsafeBytes: self[from: 0]))
  }

  /// Takes back what was appended after there were `count` bytes.
  public func truncate(to count: Int) {
    precondition(0 <= count && count <= self.count)
    unsafe used = count
  }

  @inline(__always)
  func append(_ byte: UInt8) {
    if unsafe used == capacity { grow(by: 1) }
    unsafe base.storeBytes(of: byte, toByteOffset: used, as: UInt8.self)
    unsafe used &+= 1
  }

  @inline(__always)
  func append(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.baseAddress else { return }
    if unsafe bytes.count > capacity &- used { grow(by: bytes.count) }
    unsafe memcpy(base + used, start, bytes.count)
    unsafe used &+= bytes.count
  }

  func append(_ bytes: [UInt8]) { unsafe bytes.withUnsafeBytes { unsafe append($0) } }

  @inline(__always)
  func append(_ text: StaticString) {
    // Safety: a static string keeps its bytes alive for the whole run.
    unsafe append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// Appends a part of the page.
  @inline(__always)
  func append(_ range: Range<Int>, of cursor: borrowing JSONCursor) {
    unsafe cursor.withBytes(in: range) { unsafe append($0) }
  }

  /// Replaces what stands from `start` on.
  func replace(from start: Int, _ change: (inout [UInt8]) -> Void) {
    var line = unsafe Array(self[from: start])
    change(&line)
    truncate(to: start)
    append(line)
  }

  @inline(never)
  private func grow(by more: Int) {
    let larger = unsafe max(capacity * 2, used + more)
    let moved = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 16)
    unsafe moved.copyMemory(from: base, byteCount: used)
    unsafe base.deallocate()
    unsafe (base, capacity) = (moved, larger)
  }
}
