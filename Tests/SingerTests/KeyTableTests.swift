import Testing

@testable import Singer

@Suite("A table of keys")
struct KeyTableTests {
  private func find(_ key: String, after previous: Int? = nil, in table: inout KeyTable) -> Int? {
    unsafe Array(key.utf8).withUnsafeBytes { unsafe table.find($0, after: previous) }
  }

  @Test("finds what was put in, whatever was found before", arguments: [0, 1, 7, 8, 9, 100, 5000])
  func finds(count: Int) {
    var table = KeyTable()
    for index in 0..<count { #expect(table.insert("key\(index)".utf8) == index) }
    #expect(table.count == count)
    for index in 0..<count {
      #expect(find("key\(index)", in: &table) == index)
      #expect(find("key\(index)", after: index, in: &table) == index)
      #expect(find("key\(index)", after: (index * 7 + 3) % count, in: &table) == index)
    }
    for previous in [nil] + (0..<min(count, 20)).map(Optional.some) {
      for absent in ["", "k", "key", "key\(count)", "Key0", "key0 ", "key00", "kez0"] {
        #expect(find(absent, after: previous, in: &table) == nil)
      }
    }
  }

  @Test("tells keys apart that look alike")
  func tellsApart() {
    let keys = ["", "a", "A", "ab", "ba", "é", "e\u{301}", "a\0", "\0", "custom.cf_1", "custom.cf_2", "😀"]
    var table = KeyTable()
    for key in keys { _ = table.insert(key.utf8) }
    for round in 0..<3 {
      for (index, key) in keys.enumerated() {
        #expect(find(key, after: round == 0 ? nil : (index + round) % keys.count, in: &table) == index)
      }
    }
  }

  @Test("keeps finding while it grows")
  func grows() {
    var table = KeyTable()
    var previous: Int?
    for index in 0..<300 {
      #expect(find("k\(index)", after: previous, in: &table) == nil)
      previous = table.insert("k\(index)".utf8)
      #expect(find("k\(index / 2)", after: previous, in: &table) == index / 2)
      #expect(find("k0", in: &table) == 0)
    }
  }
}
