import JSONBytes

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension KeyTable {
  /// A key, or an object.
  struct Entry {
    /// Where the key stands in the text of all keys, quotes and colon included; nothing for an object.
    let start: Int32
    let length: Int32
    /// The object the key belongs to.
    let object: Int32
    /// The next key in the order in which they come; -1 is not known yet.
    var next: Int32 = -1
    /// The key that last came behind this one out of order; -1 is none.
    var exception: Int32 = -1
    /// Whether a page that holds these bytes holds this key: no quote or backslash is in it.
    let isPlain: Bool
    /// Whether the key has its place in the order.
    var isPlaced = false
    var value: Value
  }

  /// All keys, in memory of their own that can be changed in place.
  // Safety: changed only through the one table that owns it (`makeUnique`). Counts never exceed capacities, the
  // sizes of the memory, which lives as long as the object.
  @safe
  final class Keys: @unchecked Sendable {
    private(set) var entries: UnsafeMutablePointer<Entry>
    private(set) var count = 0
    private var capacity: Int
    /// All keys behind each other, each as `"key":`.
    private var text: UnsafeMutablePointer<UInt8>
    private var textCount = 0
    private var textCapacity: Int

    init(capacity: Int = 64, textCapacity: Int = 1024) {
      (self.capacity, self.textCapacity) = (capacity, textCapacity)
      unsafe entries = .allocate(capacity: capacity)
      unsafe text = .allocate(capacity: textCapacity)
    }

    convenience init(copying other: Keys) {
      self.init(capacity: other.capacity, textCapacity: other.textCapacity)
      (count, textCount) = (other.count, other.textCount)
      unsafe entries.initialize(from: other.entries, count: count)
      unsafe text.initialize(from: other.text, count: textCount)
    }

    deinit {
      unsafe entries.deinitialize(count: count)
      unsafe entries.deallocate()
      unsafe text.deallocate()
    }

    /// Where the key ends if its bytes, colon included, stand at `offset`; else -1.
    @inline(__always)
    func end(of index: Int, at offset: Int, _ cursor: borrowing JSONCursor) -> Int {
      let length = unsafe Int(entries[index].length)
      let isThere = unsafe cursor.holds(
        UnsafeRawPointer(text + Int(entries[index].start)), length, at: offset)
      return isThere ? offset &+ length : -1
    }

    /// The bytes of a key between its quotes; nil for an object.
    func content(of index: Int) -> UnsafeRawBufferPointer? {
      let entry = unsafe entries[index]
      guard entry.length > 0 else { return nil }
      return unsafe UnsafeRawBufferPointer(start: text + Int(entry.start) + 1, count: Int(entry.length) - 3)
    }

    func isEqual(_ index: Int, _ key: UnsafeRawBufferPointer) -> Bool {
      guard let known = unsafe content(of: index), known.count == key.count else { return false }
      guard let left = known.baseAddress, let right = key.baseAddress else { return true }
      return unsafe memcmp(left, right, key.count) == 0
    }

    func append(_ key: [UInt8], object: Int, isPlain: Bool, _ value: Value) -> Int {
      if count == capacity {
        unsafe entries = Keys.move(count, of: entries, toMemoryFor: capacity * 2)
        capacity *= 2
      }
      if textCount + key.count > textCapacity {
        textCapacity = max(textCapacity * 2, textCount + key.count)
        unsafe text = Keys.move(textCount, of: text, toMemoryFor: textCapacity)
      }
      let entry = Entry(
        start: Int32(textCount), length: Int32(key.count), object: Int32(object), isPlain: isPlain,
        value: value)
      unsafe (entries + count).initialize(to: entry)
      for byte in key {
        unsafe (text + textCount).initialize(to: byte)
        textCount += 1
      }
      count += 1
      return count - 1
    }

    private static func move<Element>(
      _ count: Int, of elements: UnsafeMutablePointer<Element>, toMemoryFor capacity: Int
    ) -> UnsafeMutablePointer<Element> {
      let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
      unsafe larger.moveInitialize(from: elements, count: count)
      unsafe elements.deallocate()
      return unsafe larger
    }
  }
}
