import CloseAPI
import HTTPTransport
import Testing

struct RateLimitReadingTests {
  private static let full = RateLimitReading(limit: 100, remaining: 50, reset: .seconds(5))

  @Test(arguments: [
    [("RateLimit", "limit=100, remaining=50, reset=5")],
    [("ratelimit", "limit=100; remaining=50; reset=5")],
    [("RATELIMIT", " Limit = 100,REMAINING=50;reset=5.0 ")],
    [("RateLimit-Limit", "100"), ("RateLimit-Remaining", "50"), ("RateLimit-Reset", "5")],
    [("ratelimit-limit", "100, 100;w=60"), ("ratelimit-remaining", "50"), ("ratelimit-reset", "5")],
    [("X-Rate-Limit-Limit", "100"), ("X-Rate-Limit-Remaining", "50"), ("X-Rate-Limit-Reset", "5")],
    [("ratelimit", "limit=100; remaining=50; reset=5"), ("ratelimit-remaining", "49")],
    [("ratelimit", "limit=100"), ("ratelimit-remaining", "50"), ("X-Rate-Limit-Reset", "5")],
  ])
  func everyFormReadsTheSame(_ headers: [(name: String, value: String)]) {
    #expect(RateLimitReading(HTTPHeaders(headers)) == RateLimitReadingTests.full)
  }

  @Test func aResetMayBeAFraction() {
    let reading = RateLimitReading(HTTPHeaders([("RateLimit", "limit=1, remaining=0, reset=0.130213")]))
    #expect(reading?.reset == .seconds(0.130213))
    #expect(reading?.remaining == 0)
  }

  @Test(arguments: ["", "unlimited", "limit", "limit=x; remaining=; reset=-1", "reset=nan"])
  func nonsenseSaysNothing(_ value: String) {
    #expect(RateLimitReading(HTTPHeaders([("RateLimit", value)])) == nil)
  }

  @Test func anAbsurdResetIsADayAtMost() {
    #expect(RateLimitReading(HTTPHeaders([("RateLimit", "reset=99999999999")]))?.reset == .seconds(86_400))
  }

  struct Refusal: Sendable {
    var headers: [(name: String, value: String)] = []
    var body = ""
    let seconds: Double?
  }

  private static let refusals: [Refusal] = [
    // Retry-After is the reset rounded up: the exact one is enough.
    Refusal(
      headers: [("Retry-After", "1"), ("RateLimit", "limit=9, remaining=0, reset=0.25")], seconds: 0.25),
    Refusal(headers: [("Retry-After", "3"), ("RateLimit", "limit=9, remaining=0, reset=2.5")], seconds: 2.5),
    // A hidden limit asks for more than the visible one.
    Refusal(headers: [("Retry-After", "7"), ("RateLimit", "limit=9, remaining=4, reset=0.25")], seconds: 7),
    Refusal(headers: [("retry-after", "2")], seconds: 2),
    Refusal(headers: [("RateLimit", "limit=9, remaining=0, reset=0.5")], seconds: 0.5),
    Refusal(
      body: #"{"error":{"message":"count exceeded","rate_reset":0.13,"rate_window":8}}"#, seconds: 0.13),
    Refusal(body: #"{"rate_reset":4}"#, seconds: 4),
    Refusal(headers: [("Retry-After", "Wed, 21 Oct 2026 07:28:00 GMT")], seconds: nil),
    Refusal(body: "slow down", seconds: nil),
    Refusal(seconds: nil),
  ]

  @Test(arguments: refusals)
  func aRefusalTellsHowLongToStayAway(_ refusal: Refusal) {
    let body = APIErrorBody(Array(refusal.body.utf8))
    let pause = RateLimitReading.pause(after: HTTPHeaders(refusal.headers), body: body)
    #expect(pause == refusal.seconds.map { .seconds($0) })
  }
}
