import JSONBytes
import Testing

@testable import TargetClose

@Suite("A value of a warehouse")
struct CoercionTests {
  /// Kind, the value, what is written; nil when it is refused.
  static let table: [(FieldKind, String, String?)] = [
    (.text, #""a""#, #""a""#), (.text, "7", #""7""#), (.text, "7.0", #""7""#), (.text, "1.50", #""1.50""#),
    (.text, "true", #""true""#), (.text, "{}", nil), (.text, "[]", nil), (.text, "null", "null"),
    (.html, #""<p>""#, #""<p>""#), (.html, "7", #""7""#), (.html, "true", nil),
    (.url, #""x.com""#, #""x.com""#), (.url, "false", nil),
    (.phone, "4155550100", #""4155550100""#), (.phone, #""+1""#, #""+1""#), (.phone, "true", nil),
    (.number, "7.50", "7.50"), (.number, #""7.5""#, "7.5"), (.number, #"" 7 ""#, "7"),
    (.number, #""""#, "null"), (.number, #""1,5""#, nil), (.number, #""seven""#, nil),
    (.number, #""true""#, nil), (.number, #""0x10""#, nil), (.number, "true", nil),
    (.number, #""12345678901234567890""#, "12345678901234567890"),
    (.boolean, "true", "true"), (.boolean, "1", "true"), (.boolean, "0.0", "false"),
    (.boolean, #""TRUE""#, "true"), (.boolean, #""no""#, "false"), (.boolean, "2", nil),
    (.boolean, #""maybe""#, nil), (.boolean, #""""#, "null"), (.boolean, #""t""#, "true"),
    (.boolean, #""N""#, "false"),
    (.instant, #""2026-01-02T03:04:05Z""#, #""2026-01-02T03:04:05Z""#),
    (.instant, #""2026-01-02""#, #""2026-01-02""#), (.instant, #""""#, "null"),
    (.instant, #""yesterday""#, nil), (.instant, "1767225600", nil),
    (.day, #""2026-01-02T23:59:59Z""#, #""2026-01-02""#), (.day, #""2026-01-02""#, #""2026-01-02""#),
    (.day, #""2026-13-02""#, nil), (.day, #""""#, "null"),
    (.moment, #""2026-01-02T03:04:05Z""#, #""2026-01-02T03:04:05Z""#), (.moment, #""soon""#, nil),
    (.texts, #"["a", "b"]"#, #"["a", "b"]"#), (.texts, #""a""#, #"["a"]"#), (.texts, #""""#, "null"),
    (.texts, "[1]", nil), (.texts, "1", nil), (.texts, #""[\"a\", \"b\"]""#, #"["a", "b"]"#),
    (.texts, #""[a""#, #"["[a"]"#), (.text, #""[1]""#, #""[1]""#),
    (.entries(.email), #""a@x.com""#, #"[{"email": "a@x.com"}]"#),
    (.entries(.email), #"[" a@x.com ", ""]"#, #"[{"email": "a@x.com"}]"#),
    (
      .entries(.email), #"[{"email": "a@x.com", "type": "home", "email_lower": "x"}, {"type": "home"}]"#,
      #"[{"email": "a@x.com", "type": "home"}]"#
    ),
    (.entries(.email), "[7]", nil), (.entries(.email), "7", nil), (.entries(.email), "null", "null"),
    (.entries(.email), #""[{\"email\": \"a@x.com\"}]""#, #"[{"email": "a@x.com"}]"#),
    (.entries(.email), #"[null, "a@x.com"]"#, #"[{"email": "a@x.com"}]"#),
    (.entries(.phone), #""+1""#, #"[{"phone": "+1"}]"#),
    (.entries(.address), #"{"city": "Bonn", "x": 1}"#, #"[{"city": "Bonn"}]"#),
    (.entries(.address), #""Bonn""#, nil),
    (.reference(.user), #""user_a""#, #""user_a""#), (.reference(.object("lead")), "17", #""17""#),
    (.reference(.user), "{}", nil), (.reference(.user), "true", nil),
    (.json, #"{"a": [1]}"#, #"{"a": [1]}"#), (.json, #""{\"a\": [1]}""#, #"{"a": [1]}"#),
  ]

  @Test("is written in the type Close wants, or refused", arguments: table)
  func coerced(kind: FieldKind, value: String, written: String?) {
    #expect((try? kind.coerced(json(value), field: "f")) == written.map { json($0) })
  }

  @Test func `that is refused is told, cut short`() {
    let error = #expect(throws: Rejection.self) {
      try FieldKind.number.coerced(.string(String(repeating: "x", count: 100)), field: "value")
    }
    #expect(error?.reason == #""value" must be a number, not "\#(String(repeating: "x", count: 59))…"#)
  }
}

@Suite("The key of a record")
struct RecordKeyTests {
  private func key(_ properties: [String], _ record: String) -> String {
    RecordKey(properties, of: members(record), content: Digest("content")).text
  }

  @Test(
    "is the text of its key properties",
    arguments: [
      (["id"], #"{"id": "a"}"#, "a"), (["id"], #"{"id": 7}"#, "7"), (["id"], #"{"id": 7.0}"#, "7"),
      (["id"], #"{"id": true}"#, "true"), (["id"], #"{"id": "null"}"#, "null"),
      (["a", "b"], #"{"b": 2, "a": "1"}"#, #"["1","2"]"#),
      (["a", "b"], #"{"a": "1", "b": null}"#, #"["1","null"]"#),
    ])
  func text(properties: [String], record: String, text: String) { #expect(key(properties, record) == text) }

  @Test(
    "is its content when there is none",
    arguments: [
      ([], #"{"a": 1}"#), (["id"], #"{"id": null}"#), (["id"], "{}"), (["a", "b"], "{}"),
      (["a", "b"], #"{"a": ""}"#),
    ])
  func content(properties: [String], record: String) {
    let content: Digest = Digest("content")
    #expect(key(properties, record) == "#\(content)")
  }

  @Test func `of rows without one does not make them one object`() async throws {
    let close = FakeClose()
    let target = try TargetHarness(close)
    let lines = [
      schema("leads"), record("leads", ["name": "A"]), record("leads", ["name": "B"]),
    ]
    _ = try await target.write(lines)
    _ = try await target.write(lines)
    #expect(close.objects("lead").compactMap { $0["name"]?.string }.sorted() == ["A", "B"])
  }

  @Test func `that is empty is none: rows of a table without null are not one object`() async throws {
    let close = FakeClose()
    let target = try TargetHarness(close)
    let outcome = try await target.write(
      schema("leads", key: "key"), record("leads", ["key": "", "name": "A"]),
      record("leads", ["key": "", "name": "B"]), record("leads", ["key": "1", "name": "C"]))
    #expect(outcome.exit == 1)
    #expect(close.written == writes(#"POST lead/ {"name": "C"}"#))
    #expect(try target.deadLetters.map { $0["record"]?["name"] } == ["A", "B"])
  }

  @Test func `two digests of other parts differ`() {
    #expect(Digest("ab", "c") != Digest("a", "bc"))
    #expect(Digest("a", "") != Digest("a"))
    let digest: Digest = Digest("x", "y")
    #expect(Digest(digest.description) as Digest? == digest)
    #expect(Digest(String(repeating: "g", count: 32)) as Digest? == nil)
  }
}
