import Testing

@testable import CloseSandbox

@Suite("Small texts")
struct ServerTextTests {
  @Test(arguments: [
    ("", ""), ("YQ==", "a"), ("YWI=", "ab"), ("YWJj", "abc"), ("YXBpX2EuYjo=", "api_a.b:"), ("+/+/", nil),
  ])
  func `Base64 becomes bytes`(text: String, decoded: String?) {
    let bytes = Base64.decode(text)
    #expect(bytes == (decoded.map { Array($0.utf8) } ?? [0xFB, 0xFF, 0xBF]))
  }

  @Test(arguments: ["a", "YQ", "YQ=", "Y===", "====", "YQ=a", "Y Q=", "YWJ\u{e9}"])
  func `what is not Base64 becomes nothing`(text: String) {
    #expect(Base64.decode(text) == nil)
  }

  @Test(arguments: [
    ("Basic YXBpX2EuYjo=", Authorization.basic(user: "api_a.b", password: "")),
    ("basic YTpiOmM=", .basic(user: "a", password: "b:c")), ("Bearer t", .bearer("t")),
    ("BEARER  t ", .bearer("t ")), ("Basic YXBpX2EuYg==", nil), ("Basic", nil), ("Digest x", nil), ("", nil),
  ])
  func `Authorization headers are read`(header: String, expected: Authorization?) {
    #expect(Authorization(header) == expected)
  }

  @Test(arguments: [
    ("50ms", 0.05), ("2s", 2), ("1.5s", 1.5), ("5m", 300), ("2h", 7200), ("30d", 2_592_000), ("7", 7),
    ("", nil),
    ("s", nil), ("-1s", nil), ("1w", nil), ("1 s", nil), ("1.2.3s", nil), (".", nil),
  ])
  func `durations are read`(text: String, seconds: Double?) {
    #expect(DurationText.seconds(text) == seconds)
  }

  @Test(arguments: [
    ("a=1&b=2", ["a=1", "b=2"]), ("a=1&a=2", ["a=1", "a=2"]), ("a", ["a="]), ("&&a=&", ["a="]),
    ("q=a+b%26c%3D", ["q=a b&c="]), ("q=%E2%82%AC", ["q=€"]), ("q=100%", ["q=100%"]), ("q=%4", ["q=%4"]),
    ("q=%%41", ["q=%A"]), ("q=a=b", ["q=a=b"]), ("", []),
  ])
  func `form text is read`(text: String, pairs: [String]) {
    #expect(FormText.parameters(text).map { "\($0.name)=\($0.value)" } == pairs)
  }

  @Test(arguments: [
    ("lead/", "lead/"), ("lead/lead_4FxQz/", "lead/{id}/"),
    ("activity/lead_merge/", "activity/lead_merge/"),
    ("activity/status_change/lead/", "activity/status_change/lead/"),
    ("custom_field_schema/activity/actitype_1/", "custom_field_schema/activity/{id}/"),
    ("unsubscribe/email/a@b.example/", "unsubscribe/email/{id}/"),
    ("lead/lead_abcdefghijklmnopqrstuvwxyz/", "lead/{id}/"), ("", ""),
  ])
  func `ids are blanked out of paths`(path: String, template: String) {
    #expect(PathTemplate.template(of: path) == template)
  }

  @Test func `keys follow from the seed and look like Close's`() throws {
    let keys = SandboxKeys(seed: 7)
    #expect(keys == SandboxKeys(seed: 7))
    #expect(keys.admin != keys.member)
    #expect(keys.admin != SandboxKeys(seed: 8).admin)
    let form = try Regex("api_[A-Za-z0-9]{22}\\.[A-Za-z0-9]{22}")
    #expect(keys.admin.wholeMatch(of: form) != nil)
    #expect(keys.member.wholeMatch(of: form) != nil)
  }
}
