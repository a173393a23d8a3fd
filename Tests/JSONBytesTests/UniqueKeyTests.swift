import JSONBytes
import Testing

@Suite("Keys that stand twice")
struct UniqueKeyTests {
  @Test(
    "are refused at every depth",
    arguments: [
      (#"{"a":1,"a":2}"#, 7),
      (#"{"a":{"b":1,"c":2,"b":3}}"#, 18),
      (#"[{"a":1},{"a":1,"x":{},"a":[]}]"#, 23),
      (#"{"a":1,"\u0061":2}"#, 7),
      (#"{"\ud83d\ude00":1,"😀":2}"#, 18),
      // An object inside does not make its surroundings forget.
      (#"{"a":{"b":{}},"c":[{"b":1}],"a":2}"#, 28),
    ])
  func refused(text: String, offset: Int) {
    #expect(throws: JSONError(.duplicateKey, at: offset)) { try skip(text) }
  }

  @Test(
    "are fine in different objects",
    arguments: [
      #"{"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]}"#, "[]", "{}", #""a""#, "12.50", "[null,true,{}]",
    ])
  func accepted(text: String) throws {
    #expect(try skip(text) == 0..<text.utf8.count)
  }

  @Test("are found in objects of any size", arguments: [2, 63, 64, 65, 500])
  func anySize(count: Int) throws {
    let members = (0..<count).map { "\"key\($0)\":\($0)" }
    let whole = "{" + members.joined(separator: ",") + "}"
    #expect(try skip(whole) == 0..<whole.utf8.count)
    for repeated in [0, count - 1] {
      let text = "{" + members.joined(separator: ",") + ",\"key\(repeated)\":null}"
      #expect(throws: JSONError(.duplicateKey, at: whole.utf8.count)) { try skip(text) }
      let around = "{" + members.joined(separator: ",") + ",\"inner\":\(whole),\"key\(repeated)\":null}"
      #expect(throws: JSONError(.duplicateKey, at: 2 * whole.utf8.count + 9)) { try skip(around) }
    }
  }

  @Test(
    "leave other faults as they are",
    arguments: [
      (#"{"a":1,}"#, JSONError(.unexpectedByte, at: 7)),
      (#"{"a":[1,2"#, JSONError(.unexpectedEnd, at: 9)),
      (#"{"a":01}"#, JSONError(.invalidNumber, at: 5)),
    ])
  func otherFaults(text: String, fault: JSONError) {
    #expect(throws: fault) { try skip(text) }
  }

  private func skip(_ text: String) throws(JSONError) -> Range<Int> {
    try withJSONCursor(Array(text.utf8)) { (cursor) throws(JSONError) in try cursor.skipUniqueValue() }
  }
}
