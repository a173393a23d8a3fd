import JSONBytes
import Singer
import Testing

@testable import TargetClose

@Suite("A line of the journal")
struct JournalEntryTests {
  static let digest = "00112233445566778899aabbccddeeff"

  /// Lines as they stand in the file.
  static let lines = [
    #"{"journal":1,"organization":"orga_here"}"#, #"{"void":7}"#, #"{"gone":"leads","key":"4711"}"#,
    #"{"gone":"people","key":"4711","role":"lead"}"#,
    #"{"intent":7,"stream":"leads","key":"4711","resource":"lead","at":"2026-01-02T03:04:05.000000Z","request":{"method":"POST","path":"/lead/","body":{"name":"A"}}}"#,
    #"{"intent":8,"stream":"people","key":"k","role":"lead","resource":"lead","at":"2026-01-02T03:04:05.000000Z","request":{"method":"POST","path":"/lead/"},"match":["lead custom.cf_a 7 8"],"contacts":[{"stream":"people","key":"k"},null],"contact_match":["contact email a@b.c"]}"#,
    #"{"id":"lead_1","stream":"leads","key":"4711","resource":"lead"}"#,
    #"{"id":"","stream":"people","key":"","role":"lead","resource":"lead","content":"\#(digest)","intent":7,"match":["lead name A B"],"at":"2026-01-02T03:04:05.000000Z"}"#,
  ]

  @Test("is read and written alike", arguments: lines)
  func roundTrip(_ line: String) {
    let entry = JournalEntry(json(line))
    #expect(entry != nil)
    #expect(entry?.json == json(line))
  }

  @Test(
    "that is none is not taken for one",
    arguments: [
      "{}", "[]", "7", #"{"journal":2,"organization":"o"}"#, #"{"journal":1}"#, #"{"gone":"leads"}"#,
      #"{"stream":"leads","key":"1","id":"x"}"#, #"{"stream":"leads","resource":"lead","id":"x"}"#,
      #"{"intent":7,"stream":"leads","key":"1","resource":"lead","request":{"method":"POST","path":"/"}}"#,
      #"{"intent":7,"stream":"leads","key":"1","resource":"lead","at":"now","request":{"method":"POST","path":"/"}}"#,
      #"{"intent":7,"stream":"leads","key":"1","resource":"lead","at":"2026-01-02T03:04:05Z","request":{"method":"GET","path":"/"}}"#,
      #"{"intent":7,"stream":"leads","key":"1","resource":"lead","at":"2026-01-02T03:04:05Z"}"#,
    ])
  func damaged(_ line: String) { #expect(JournalEntry(json(line)) == nil) }

  @Test(
    "names the values an object goes by so that equal ones are equal",
    arguments: [
      ("email", #"" Ann@X.com ""#, "contact email ann@x.com"),
      ("phone", #""+1 415 555 0100""#, "contact phone 5550100"),
      ("phone", #""415-555-0100""#, "contact phone 5550100"), ("name", #"" A B ""#, "contact name A B"),
      ("custom.cf_a", "7.0", "contact custom.cf_a 7"), ("custom.cf_a", #""7""#, "contact custom.cf_a 7"),
    ])
  func tokens(field: String, value: String, text: String) {
    let token = MatchToken(resource: "contact", field: field, value: json(value))
    #expect(token.description == text)
    #expect(MatchToken(text) == token)
  }
}
