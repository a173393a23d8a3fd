import CloseAPI
import HTTPTransport
import Testing

struct RetryPolicyTests {
  private let policy = RetryPolicy(budget: .seconds(300))

  private func decide(
    _ outcome: RetryPolicy.Outcome, _ kind: APICall.Kind, attempt: Int = 1, elapsed: Double = 0,
    random: Double = 0
  ) -> RetryPolicy.Decision {
    policy.decide(outcome, attempt: attempt, elapsed: .seconds(elapsed), kind: kind, random: random)
  }

  private func transport(_ code: TransportError.Code, processed: Bool) -> RetryPolicy.Outcome {
    .transport(TransportError(code, url: "https://api.close.com/", mayHaveBeenProcessed: processed))
  }

  @Test(arguments: [
    (429, true, true), (503, true, true), (500, true, false), (502, true, false), (504, true, false),
    (400, false, false), (401, false, false), (402, false, false), (403, false, false), (404, false, false),
    (405, false, false), (409, false, false), (415, false, false), (422, false, false), (501, false, false),
    (302, false, false),
  ])
  func statusesAreRetriedWhereItIsSafe(_ status: Int, _ read: Bool, _ write: Bool) {
    #expect((decide(.refused(status: status, pause: nil), .read) != .fail) == read)
    #expect((decide(.refused(status: status, pause: nil), .write) != .fail) == write)
  }

  @Test(arguments: [
    (TransportError.Code.cannotConnect, false, true, true), (.timedOut, false, true, true),
    (.timedOut, true, true, false), (.connectionBroken, true, true, false),
    (.truncatedBody, true, true, false),
    (.tls, false, false, false), (.badURL, false, false, false), (.tooLarge, true, false, false),
    (.redirectRefused, false, false, false), (.cancelled, false, false, false),
    (.badHeader, false, false, false),
  ])
  func brokenExchangesAreRetriedWhereItIsSafe(
    _ code: TransportError.Code, _ processed: Bool, _ read: Bool, _ write: Bool
  ) {
    #expect((decide(transport(code, processed: processed), .read) != .fail) == read)
    #expect((decide(transport(code, processed: processed), .write) != .fail) == write)
  }

  @Test func aBrokenBodyIsFetchedAgainButNeverWrittenAgain() {
    #expect(decide(.invalidBody, .read) == .retry(after: .seconds(0.5)))
    #expect(decide(.invalidBody, .write) == .fail)
    #expect(decide(.success, .write) == .succeed)
  }

  @Test(arguments: [(1, true), (4, true), (5, false)])
  func anAnswerThatSpeaksOfSomethingElseIsSoonGivenUp(_ attempt: Int, _ again: Bool) {
    #expect((decide(.unexpectedShape, .read, attempt: attempt) != .fail) == again)
    #expect(decide(.unexpectedShape, .write, attempt: attempt) == .fail)
  }

  @Test(arguments: [(1, 0.5), (2, 1), (3, 2), (4, 4), (5, 8), (6, 16), (7, 30), (8, 30), (1000, 30)])
  func theBackOffDoublesUpToHalfAMinute(_ attempt: Int, _ seconds: Double) {
    let outcome = RetryPolicy.Outcome.refused(status: 500, pause: nil)
    #expect(decide(outcome, .read, attempt: attempt) == .retry(after: .seconds(seconds)))
    #expect(decide(outcome, .read, attempt: attempt, random: 1) == .retry(after: .seconds(seconds / 2)))
  }

  @Test(arguments: [
    (429, 0.13, 1, 0.13), (429, 7, 1, 7), (429, 0.13, 2, 0.5), (429, 0.13, 3, 1), (429, 7, 3, 7),
    (503, 7, 1, 7), (503, 0.1, 1, 0.5),
  ])
  func theServersPauseIsObeyed(_ status: Int, _ pause: Double, _ attempt: Int, _ seconds: Double) {
    let outcome = RetryPolicy.Outcome.refused(status: status, pause: .seconds(pause))
    #expect(decide(outcome, .read, attempt: attempt) == .retry(after: .seconds(seconds)))
  }

  @Test func theBudgetEndsIt() {
    let outcome = RetryPolicy.Outcome.refused(status: 503, pause: .seconds(10))
    #expect(decide(outcome, .read, elapsed: 290) == .retry(after: .seconds(10)))
    #expect(decide(outcome, .read, elapsed: 290.1) == .fail)
    #expect(decide(.refused(status: 429, pause: .seconds(301)), .read) == .fail)
  }
}
