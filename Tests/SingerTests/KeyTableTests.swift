import JSONBytes
import Testing

@testable import Singer

@Suite("A table of keys")
struct KeyTableTests {
  private func find(
    _ key: String, in object: Int = 0, behind previous: Int = 0, of table: inout KeyTable<Int>
  ) -> Int? {
    unsafe Array(key.utf8).withUnsafeBytes { unsafe table.find($0, in: object, behind: previous) }
  }

  private func newTable() -> KeyTable<Int> {
    var table = KeyTable<Int>()
    #expect(table.addObject(0) == 0)
    return table
  }

  @Test("finds what was put in, whatever was found before", arguments: [0, 1, 7, 8, 9, 100, 5000])
  func finds(count: Int) {
    var table = newTable()
    for index in 0..<count { #expect(table.insert("key\(index)".utf8, in: 0, 0) == index + 1) }
    #expect(table.count == count + 1)
    for index in 0..<count {
      #expect(find("key\(index)", of: &table) == index + 1)
      #expect(find("key\(index)", behind: index + 1, of: &table) == index + 1)
      #expect(find("key\(index)", behind: (index * 7 + 3) % count, of: &table) == index + 1)
    }
    for previous in 0..<min(count, 20) {
      for absent in ["", "k", "key", "key\(count)", "Key0", "key0 ", "key00", "kez0"] {
        #expect(find(absent, behind: previous, of: &table) == nil)
      }
    }
  }

  @Test("tells keys apart that look alike")
  func tellsApart() {
    let keys = ["", "a", "A", "ab", "ba", "é", "e\u{301}", "a\0", "\0", "custom.cf_1", "custom.cf_2", "😀"]
    var table = newTable()
    for key in keys { _ = table.insert(key.utf8, in: 0, 0) }
    for round in 0..<3 {
      for (index, key) in keys.enumerated() {
        #expect(find(key, behind: (index + round) % keys.count, of: &table) == index + 1)
      }
    }
  }

  @Test("tells the keys of one object from those of another")
  func tellsObjectsApart() {
    var table = newTable()
    let outer = table.insert("id".utf8, in: 0, 0)
    let object = table.addObject(0)
    let inner = table.insert("id".utf8, in: object, 0)
    let late = table.insert("name".utf8, in: 0, 0)
    #expect([outer, object, inner, late] == [1, 2, 3, 4])
    #expect(find("id", of: &table) == outer)
    #expect(find("id", in: object, behind: object, of: &table) == inner)
    #expect(find("name", of: &table) == late)
    #expect(find("name", in: object, behind: object, of: &table) == nil)
  }

  @Test("keeps finding while it grows")
  func grows() {
    var table = newTable()
    var previous = 0
    for index in 0..<300 {
      #expect(find("k\(index)", behind: previous, of: &table) == nil)
      previous = table.insert("k\(index)".utf8, in: 0, 0)
      #expect(find("k\(index / 2)", behind: previous, of: &table) == index / 2 + 1)
      #expect(find("k0", of: &table) == 1)
    }
  }

  /// The key expected behind `previous` that stands at the beginning of `text`, and where it ends.
  private func expected(
    _ text: String, behind previous: Int = 0, _ table: KeyTable<Int>
  ) -> (key: Int, end: Int) {
    withJSONCursor(Array(text.utf8)) { cursor in
      let next = table.expected(behind: previous, at: 0, cursor)
      return next.key >= 0 ? next : table.expectedFurther(behind: previous, at: 0, cursor)
    }
  }

  @Test(
    "expects the key that came last time, and nothing but its very bytes",
    arguments: [
      (#""date_updated":1"#, true), (#""date_updated":"#, true), (#""date_updated" :1"#, false),
      (#""date_updated"#, false), (#""date_update":1"#, false), (#""date_updatee":1"#, false),
      (#""date_updated_":1"#, false), (#""Date_updated":1"#, false), (#" "date_updated":1"#, false),
      (#""date\u005fupdated":1"#, false), (#""id":1"#, false), ("", false),
    ])
  func expects(text: String, isExpected: Bool) {
    var table = newTable()
    let key = table.insert("date_updated".utf8, in: 0, 0)
    _ = table.insert("id".utf8, in: 0, 0)
    #expect(expected(text, table) == (-1, -1))
    #expect(find("date_updated", of: &table) == key)
    #expect(expected(text, table) == (isExpected ? (key, 15) : (-1, -1)))
  }

  @Test("expects the keys in the order in which they came, though some lack")
  func expectsInOrder() {
    var table = newTable()
    let keys = (0..<20).map { table.insert("key\($0)".utf8, in: 0, 0) }
    for key in keys.dropFirst(2) {
      #expect(find("key\(key - 1)", behind: key == 3 ? 0 : key - 1, of: &table) == key)
    }
    #expect(find("key0", of: &table) == 1)
    #expect(find("key1", behind: 1, of: &table) == 2)
    for key in keys { #expect(expected("\"key\(key - 1)\":", behind: key - 1, table).key == key) }
    for (previous, next) in [(0, 3), (0, 8), (1, 3), (5, 12), (18, 20)] {
      #expect(expected("\"key\(next - 1)\":", behind: previous, table).key == next)
    }
    for (previous, next) in [(5, 5), (5, 4), (0, 20), (20, 1)] {
      #expect(expected("\"key\(next - 1)\":", behind: previous, table).key == -1)
    }
  }

  @Test("expects a key again where it came out of order, without forgetting the order")
  func expectsExceptions() {
    var table = newTable()
    var previous = 0
    for name in ["a", "b", "c"] {
      let key = table.insert(name.utf8, in: 0, 0)
      #expect(find(name, behind: previous, of: &table) == key)
      previous = key
    }
    #expect(find("a", behind: 3, of: &table) == 1)
    #expect(expected(#""a":"#, behind: 3, table).key == 1)
    #expect(expected(#""a":"#, behind: 0, table).key == 1)
    #expect(expected(#""b":"#, behind: 1, table).key == 2)
    #expect(find("a", behind: 1, of: &table) == 1)
    #expect(expected(#""a":"#, behind: 1, table).key == 1)
    #expect(expected(#""b":"#, behind: 1, table).key == 2)
  }

  @Test("is a value: what a copy learns or holds is its own")
  func isValue() {
    var table = newTable()
    let key = table.insert("a".utf8, in: 0, 7)
    var copy = table
    #expect(find("a", of: &copy) == key)
    copy[key] = 8
    #expect(copy.insert("b".utf8, in: 0, 9) == 2)
    #expect(expected(#""a":"#, copy).key == key)
    #expect(expected(#""a":"#, table).key == -1)
    #expect((table[key], copy[key], table.count, copy.count) == (7, 8, 2, 3))
  }

  @Test(
    "never expects a key that stands escaped in a page", arguments: ["a\"b", "a\\b", "\"", "a\nb", "\u{1}"])
  func expectsNothingEscaped(key: String) {
    var table = newTable()
    #expect(table.insert(key.utf8, in: 0, 0) == 1)
    #expect(find(key, of: &table) == 1)
    #expect(expected("\"\(key)\":1", table).key == -1)
  }
}
