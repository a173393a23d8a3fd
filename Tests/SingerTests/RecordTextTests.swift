import JSONBytes
import Testing

@testable import Singer

@Suite("Text that breaks loaders")
struct RecordTextTests {
  private let properties: JSONValue = [
    "id": .type("string"), "t": .type("string"), "o": .type("object"), "x": .type("string"),
  ]

  @Test(
    "is cleaned, and such records are counted",
    arguments: [
      (#"{"t":"a\u0000b"}"#, #"{"t":"ab"}"#), (#"{"t":"\ud83d"}"#, #"{"t":"�"}"#),
      (#"{"t":"\ud83d\ude00\ude00"}"#, #"{"t":"\ud83d\ude00�"}"#),
      (#"{"o":{"k\u0000":["\u0000",1.10]},"id":"\\u0000"}"#, #"{"o":{"k":["",1.10]},"id":"\\u0000"}"#),
      (#"{"new":"\u0000"}"#, #"{"_undeclared":{"new":""}}"#),
      (#"{"ne\u0000w":1}"#, #"{"_undeclared":{"new":1}}"#),
    ])
  func isCleaned(record: String, expected: String) throws {
    let encoded = try encodeRecords(#"{"id":"é"}"#, record, #"{"id":"2"}"#, properties: properties)
    #expect(encoded.records == [#"{"id":"é"}"#, expected, #"{"id":"2"}"#])
    #expect(encoded.encoder.cleanedRecords == 1)
    let raw = try encodeRecords(record, properties: properties) {
      ($0.cleansText, $0.undeclared) = (false, .pass)
    }
    #expect(raw.records == [record])
    #expect(raw.encoder.cleanedRecords == 0)
  }

  @Test(
    "is not seen in text that is fine",
    arguments: [#"{"t":"\u0001\ufffd\ud83d\ude00 \\u0000 \\ud83d"}"#, #"{"t":"😀"}"#])
  func leavesCleanTextAlone(record: String) throws {
    let encoded = try encodeRecords(record, properties: properties)
    #expect(encoded.records == [record])
    #expect(encoded.encoder.cleanedRecords == 0)
  }

  @Test("on a pretty-printed page is cleaned all the same")
  func isCleanedAcrossLines() throws {
    let encoded = try encodeRecords("{\n\"t\":\n\"a\\u0000\\n\"\n}", properties: properties)
    #expect(encoded.records == [#"{"t": "a\n"}"#])
  }
}
