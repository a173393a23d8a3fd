import JSONBytes
import Testing

@testable import Singer

@Suite("A table of keys")
struct KeyTableTests {
  private func find(
    _ key: String, in object: Int = 0, behind previous: Int = 0, of table: inout KeyTable
  ) -> Int? {
    unsafe Array(key.utf8).withUnsafeBytes { unsafe table.find($0, in: object, behind: previous) }
  }

  private func newTable() -> KeyTable {
    var table = KeyTable()
    #expect(table.addObject() == 0)
    return table
  }

  @Test("finds what was put in, whatever was found before", arguments: [0, 1, 7, 8, 9, 100, 5000])
  func finds(count: Int) {
    var table = newTable()
    for index in 0..<count { #expect(table.insert("key\(index)".utf8, in: 0) == index + 1) }
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
    for key in keys { _ = table.insert(key.utf8, in: 0) }
    for round in 0..<3 {
      for (index, key) in keys.enumerated() {
        #expect(find(key, behind: (index + round) % keys.count, of: &table) == index + 1)
      }
    }
  }

  @Test("tells the keys of one object from those of another")
  func tellsObjectsApart() {
    var table = newTable()
    let outer = table.insert("id".utf8, in: 0)
    let object = table.addObject()
    let inner = table.insert("id".utf8, in: object)
    let late = table.insert("name".utf8, in: 0)
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
      previous = table.insert("k\(index)".utf8, in: 0)
      #expect(find("k\(index / 2)", behind: previous, of: &table) == index / 2 + 1)
      #expect(find("k0", of: &table) == 1)
    }
  }

  /// Where the cursor stands after it was to skip the key expected behind the object's start, and that key.
  private func skipExpected(_ text: String, _ table: KeyTable) -> (key: Int, offset: Int) {
    withJSONCursor(Array(text.utf8)) { cursor in
      let key = table.skipExpected(behind: 0, &cursor)
      return (key, cursor.offset)
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
    let key = table.insert("date_updated".utf8, in: 0)
    _ = table.insert("id".utf8, in: 0)
    #expect(skipExpected(text, table) == (-1, 0))
    #expect(find("date_updated", of: &table) == key)
    #expect(skipExpected(text, table) == (isExpected ? (key, 15) : (-1, 0)))
  }

  @Test(
    "never expects a key that stands escaped in a page", arguments: ["a\"b", "a\\b", "\"", "a\nb", "\u{1}"])
  func expectsNothingEscaped(key: String) {
    var table = newTable()
    #expect(table.insert(key.utf8, in: 0) == 1)
    #expect(find(key, of: &table) == 1)
    #expect(skipExpected("\"\(key)\":1", table) == (-1, 0))
  }
}
