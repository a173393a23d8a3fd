import JSONBytes
import Testing

@testable import CloseSandbox

@Suite("Rate buckets")
struct ServerRateTests {
  @Test(arguments: [
    ("100/1", RateLimit(requests: 100, seconds: 1)), ("240/8", RateLimit(requests: 240, seconds: 8)),
    ("5/500ms", RateLimit(requests: 5, seconds: 0.5)), ("1/1", RateLimit(requests: 1, seconds: 1)),
    ("0/1", nil),
    ("1/0", nil), ("-1/1", nil), ("1", nil), ("1/1/1", nil), ("a/b", nil), ("", nil),
  ])
  func `limits are read`(text: String, limit: RateLimit?) {
    #expect(RateLimit(text) == limit)
  }

  @Test func `a bucket empties, refuses, and fills evenly`() {
    var buckets = RateBuckets(limit: RateLimit(requests: 4, seconds: 2))
    func take(_ now: Double) -> RateBuckets.Standing? {
      buckets.take(keyIndex: 0, method: "GET", template: "lead/", at: now)
    }
    #expect([3, 2, 1, 0].map { _ in take(10)?.remaining } == [3, 2, 1, 0])
    let refused = take(10)
    #expect(refused?.isAllowed == false)
    #expect(refused?.remaining == 0)
    #expect(refused?.reset == 2)
    #expect(take(10.4)?.isAllowed == false)
    #expect(take(10.5)?.isAllowed == true)
    #expect(take(10.5)?.isAllowed == false)
    #expect(take(12.5)?.remaining == 3)
  }

  @Test func `keys, methods and endpoints have buckets of their own`() {
    var buckets = RateBuckets(limit: RateLimit(requests: 1, seconds: 60))
    let takes = [(0, "GET", "lead/"), (1, "GET", "lead/"), (0, "PUT", "lead/"), (0, "GET", "task/")]
    for (key, method, template) in takes {
      #expect(buckets.take(keyIndex: key, method: method, template: template, at: 0)?.isAllowed == true)
      #expect(buckets.take(keyIndex: key, method: method, template: template, at: 0)?.isAllowed == false)
    }
  }

  @Test func `the organisation gets three times what a key gets`() {
    var buckets = RateBuckets(limit: RateLimit(requests: 2, seconds: 60))
    let allowed = (0..<10).map { key in
      (0..<2).count { _ in buckets.take(keyIndex: key, method: "GET", template: "", at: 0)?.isAllowed == true
      }
    }
    #expect(allowed == [2, 2, 2, 0, 0, 0, 0, 0, 0, 0])
    let refused = buckets.take(keyIndex: 9, method: "GET", template: "", at: 0)
    #expect(refused?.limit.requests == 6)
  }

  @Test func `a refused request costs nothing`() {
    var buckets = RateBuckets(limit: RateLimit(requests: 2, seconds: 2))
    func take(_ now: Double) -> Bool? {
      buckets.take(keyIndex: 0, method: "GET", template: "", at: now)?.isAllowed
    }
    #expect([take(0), take(0), take(0), take(0)] == [true, true, false, false])
    #expect([take(1), take(1)] == [true, false])
  }

  @Test func `no limit is no standing`() {
    var buckets = RateBuckets(limit: nil)
    #expect(buckets.take(keyIndex: 0, method: "GET", template: "", at: 0) == nil)
    buckets.limit = RateLimit(requests: 1, seconds: 1)
    #expect(buckets.take(keyIndex: 0, method: "GET", template: "", at: 0)?.remaining == 0)
    buckets.limit = RateLimit(requests: 1, seconds: 1)
    #expect(buckets.take(keyIndex: 0, method: "GET", template: "", at: 0)?.isAllowed == true)
  }

  private let standing = RateBuckets.Standing(
    isAllowed: false, limit: RateLimit(requests: 100, seconds: 8), remaining: 50, reset: 4.1301)

  @Test(arguments: [
    (RateHeaders.comma, ["RateLimit: limit=100, remaining=50, reset=4.131"]),
    (
      .semicolon,
      [
        "ratelimit: limit=100; remaining=50; reset=4.131", "ratelimit-limit: 100", "ratelimit-remaining: 50",
        "ratelimit-reset: 4.131",
      ]
    ),
    (.legacy, ["X-Rate-Limit-Limit: 100", "X-Rate-Limit-Remaining: 50", "X-Rate-Limit-Reset: 4.131"]),
    (.none, []),
  ])
  func `clients are told in each of Close's ways`(style: RateHeaders, lines: [String]) {
    #expect(style.headers(standing).map { "\($0.name): \($0.value)" } == lines)
  }

  @Test func `a refusal says whole seconds to wait and, in two styles, why`() throws {
    let plain = standing.refusal(.none, .empty)
    #expect(plain.status == 429)
    #expect(plain.headers.map { "\($0.name): \($0.value)" } == ["Retry-After: 5"])
    #expect(plain.body.isEmpty)
    let legacy = try JSONValue(parsing: standing.refusal(.comma, .legacy).body)
    #expect(legacy["error"]?["rate_reset"]?.double == 4.1301)
    #expect(legacy["error"]?["rate_window"]?.int == 8)
    let top = try JSONValue(parsing: standing.refusal(.comma, .topLevel).body)
    #expect(top["rate_reset"]?.double == 4.1301)
  }

  @Test(arguments: [
    (5.0, "5"), (0, "0"), (0.1303, "0.131"), (-1, "0"), (1.0005, "1.001"), (.infinity, "1000000000"),
  ])
  func `seconds are written short`(seconds: Double, text: String) {
    #expect(RateHeaders.text(seconds) == text)
  }
}
