import JSONBytes
import Testing

@testable import TargetClose

@Suite("A record's list meets the one in Close")
struct ListMergeTests {
  /// Kind, policy, the list in Close, the record's, what is sent; nil for nothing.
  static let table: [(EntryKind, ListPolicy, String, String, String?)] = [
    (.email, .append, #"[]"#, #"[{"email": "a@x.com"}]"#, #"[{"email": "a@x.com", "type": "office"}]"#),
    (.email, .append, #"[{"email": "a@x.com", "type": "home"}]"#, #"[{"email": "A@X.com"}]"#, nil),
    (.email, .append, #"[{"email": "a@x.com", "type": "home"}]"#, "[]", nil),
    (
      .email, .append, #"[{"email": "a@x.com", "type": "home", "is_unsubscribed": true}]"#,
      #"["b@x.com", "b@x.com", "B@x.com"]"#,
      #"[{"email": "a@x.com", "type": "home"}, {"email": "b@x.com", "type": "office"}]"#
    ),
    (.email, .append, #"[{"email": "a@x.com"}]"#, #"[{"email": ""}, {"type": "home"}, "", null]"#, nil),
    (.email, .replace, #"[{"email": "a@x.com", "type": "home"}]"#, #"[{"email": "a@x.com"}]"#, nil),
    (
      .email, .replace, #"[{"email": "a@x.com"}, {"email": "b@x.com"}]"#, #"[{"email": "b@x.com"}]"#,
      #"[{"email": "b@x.com", "type": "office"}]"#
    ),
    (.email, .replace, #"[{"email": "a@x.com"}]"#, "[]", "[]"),
    (.phone, .append, #"[{"phone": "+14155550100"}]"#, #"[{"phone": "(415) 555-0100"}]"#, nil),
    (
      .phone, .append, #"[{"phone": "+14155550100", "type": "mobile", "country": "US"}]"#,
      #"[{"phone": "+14155550199", "type": "home"}]"#,
      #"[{"phone": "+14155550100", "type": "mobile"}, {"phone": "+14155550199", "type": "home"}]"#
    ),
    (.url, .append, #"[{"url": "https://x.com"}]"#, #"["x.com/"]"#, nil),
    (.url, .append, #"[]"#, #"["x.com"]"#, #"[{"url": "x.com", "type": "url"}]"#),
    (
      .address, .append, #"[{"city": "Bonn", "label": "business"}]"#, #"[{"city": "Köln"}]"#,
      #"[{"label": "business", "city": "Bonn"}, {"city": "Köln"}]"#
    ),
    (
      .address, .append, #"[{"city": "Bonn", "country": "DE"}]"#, #"[{"city": "BONN", "country": "de"}]"#, nil
    ),
    (.address, .append, #"[{"city": "Bonn"}]"#, #"[{}]"#, nil),
  ]

  @Test("of entries", arguments: table)
  func mergedEntries(kind: EntryKind, policy: ListPolicy, live: String, desired: String, sent: String?) {
    let merged = ListMerge.entries(kind, live: json(live).list, desired: json(desired).list, policy: policy)
    #expect(merged.map(JSONValue.array) == sent.map { json($0) })
  }

  /// Policy, the values in Close, the record's, what is sent.
  static let values: [(ListPolicy, String, String, String)] = [
    (.replace, #"["a", "b"]"#, #"["b", "a"]"#, "{}"),
    (.replace, #"["a"]"#, #"["a", "b"]"#, #"{"f.add": "b"}"#),
    (.replace, #"["a", "b"]"#, #"["a"]"#, #"{"f.remove": "b"}"#),
    (.replace, #"["a", "b"]"#, #"["a", "c"]"#, #"{"f.add": "c", "f.remove": "b"}"#),
    (.replace, "[]", #"["a", "b", "a"]"#, #"{"f": ["a", "b"]}"#),
    (.replace, #"["x", "a"]"#, #"["a", "b", "c"]"#, #"{"f": ["a", "b", "c"]}"#),
    (.replace, #"["a", "b", "c"]"#, "[]", #"{"f": []}"#),
    (.append, #"["a", "b"]"#, #"["c"]"#, #"{"f.add": "c"}"#),
    (.append, #"["a", "b"]"#, "[]", "{}"),
    (.append, #"["a"]"#, #"["b", "c"]"#, #"{"f": ["a", "b", "c"]}"#),
    (.append, #"["7"]"#, "[7]", "{}"),
  ]

  @Test("of a custom field with several values", arguments: values)
  func merged(policy: ListPolicy, live: String, desired: String, sent: String) {
    let members = ListMerge.values(
      of: "f", live: json(live).list, desired: json(desired).list, policy: policy)
    #expect(JSONObject(members.map { ($0.key, $0.value) }) == TargetCloseTests.members(sent))
  }
}
