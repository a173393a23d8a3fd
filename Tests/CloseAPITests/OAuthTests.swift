import CloseAPI
import HTTPTransport
import JSONBytes
import Synchronization
import Testing

struct OAuthTests {
  private let manual = ManualClock()
  private let store = TokenStore()
  private static let start = Timestamp(seconds: 1_800_000_000)
  private static let renewal = "POST https://api.close.com/oauth2/token/"
  private static let renewed = #"{"access_token":"new","refresh_token":"refresh2","expires_in":3600}"#

  private func client(
    _ transport: ScriptedTransport, _ tokens: OAuthTokens, baseURL: String = ClientConfiguration.closeURL
  ) -> CloseClient {
    let oauth = OAuthCredentials(clientID: "app", clientSecret: Secret("hush & hush"), tokens: tokens) {
      [store] in try store.save($0)
    }
    return CloseClient(
      ClientConfiguration(baseURL: baseURL, userAgent: "a"), .oauth(oauth), transport: transport,
      clock: manual.clock)
  }

  private func tokens(_ access: String?, expiresIn seconds: Int64? = 3600) -> OAuthTokens {
    OAuthTokens(
      refreshToken: Secret("refresh1"), accessToken: access.map { Secret($0) },
      expires: seconds.map { OAuthTests.start.adding(seconds: $0) })
  }

  @Test(arguments: [3600, nil])
  func aGoodTokenIsUsedAsItIs(_ expiresIn: Int64?) async throws {
    let transport = ScriptedTransport([.answer("GET /me/")])
    _ = try await client(transport, tokens("old", expiresIn: expiresIn)).send(.get("me"))
    #expect(transport.requests.first?.authorization == .bearer(Secret("old")))
    #expect(store.saved.isEmpty)
  }

  @Test(arguments: [(nil, 3600), ("old", 60), ("old", -5), ("", 3600)] as [(String?, Int64)])
  func aMissingOrEndingTokenIsRenewedStoredAndThenUsed(_ access: String?, _ expiresIn: Int64) async throws {
    let transport = ScriptedTransport([
      .answer(OAuthTests.renewal, 200, OAuthTests.renewed), .answer("GET /me/"),
    ])
    store.onSave = { #expect(transport.requests.count == 1, "the new token was used before it was stored") }
    _ = try await client(transport, tokens(access, expiresIn: expiresIn)).send(.get("me"))
    let request = try #require(transport.requests.first)
    #expect(
      String(decoding: request.body ?? [], as: UTF8.self)
        == "grant_type=refresh_token&client_id=app&client_secret=hush%20%26%20hush&refresh_token=refresh1")
    #expect(request.headers.contains { $0 == ("Content-Type", "application/x-www-form-urlencoded") })
    #expect(request.authorization == nil)
    #expect(transport.requests.last?.authorization == .bearer(Secret("new")))
    #expect(
      store.saved == [
        OAuthTokens(
          refreshToken: Secret("refresh2"), accessToken: Secret("new"),
          expires: OAuthTests.start.adding(seconds: 3600))
      ])
    transport.expectDone()
  }

  @Test func aRejectedTokenIsRenewedOnceEvenForAWrite() async throws {
    let transport = ScriptedTransport([
      .answer("POST /lead/", 401), .answer(OAuthTests.renewal, 200, OAuthTests.renewed),
      .answer("POST /lead/", 200),
    ])
    let response = try await client(transport, tokens("old")).send(.send(.post, "lead", [:]))
    #expect(response.attempts == 2)
    #expect(manual.sleeps.isEmpty)
    transport.expectDone()
  }

  @Test func aTokenRejectedTwiceIsAnError() async {
    let transport = ScriptedTransport([
      .answer("GET /me/", 401), .answer(OAuthTests.renewal, 200, OAuthTests.renewed),
      .answer("GET /me/", 401),
    ])
    let error = await failure { () throws(CloseError) in
      try await client(transport, tokens("old")).send(.get("me"))
    }
    #expect(error?.code == .unauthorized)
    transport.expectDone()
  }

  @Test func manyCallsShareOneRenewal() async throws {
    let script: [ScriptedTransport.Exchange] = [.answer(OAuthTests.renewal, 200, OAuthTests.renewed)]
    let transport = ScriptedTransport(script + Array(repeating: .answer("GET /me/"), count: 20))
    let client = client(transport, tokens(nil))
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<20 { group.addTask { _ = try await client.send(.get("me")) } }
      try await group.waitForAll()
    }
    #expect(store.saved.count == 1)
    transport.expectDone()
  }

  @Test func tokensThatCannotBeStoredAreNotUsedButNotLostEither() async throws {
    let transport = ScriptedTransport([
      .answer(OAuthTests.renewal, 200, OAuthTests.renewed), .answer("GET /me/"),
    ])
    let client = client(transport, tokens(nil))
    store.failures = 1
    let error = await failure { () throws(CloseError) in try await client.send(.get("me")) }
    #expect(error?.code == .oauth)
    #expect(error?.description.contains("disk full") == true)
    // The old refresh token is worthless now; asking with it again would end the session.
    _ = try await client.send(.get("me"))
    #expect(store.saved.map(\.refreshToken) == [Secret("refresh2")])
    transport.expectDone()
  }

  @Test func aServerThatDoesNotRotateKeepsTheRefreshToken() async throws {
    let transport = ScriptedTransport([
      .answer(OAuthTests.renewal, 200, #"{"access_token":"new"}"#), .answer("GET /me/"),
    ])
    _ = try await client(transport, tokens(nil)).send(.get("me"))
    #expect(store.saved.first?.refreshToken == Secret("refresh1"))
  }

  @Test func aRefusedRenewalSaysWhatCloseSaid() async {
    let body = #"{"error":"invalid_grant","error_description":"The token was revoked."}"#
    let transport = ScriptedTransport([.answer(OAuthTests.renewal, 400, body)])
    let error = await failure { () throws(CloseError) in
      try await client(transport, tokens(nil)).send(.get("me"))
    }
    #expect(error?.code == .oauth)
    #expect(error?.intent == .abort)
    #expect(error?.status == 400)
    #expect(error?.message == "invalid_grant; The token was revoked.")
    for secret in ["refresh1", "hush", "old"] { #expect(error.map { "\($0)".contains(secret) } == false) }
  }

  @Test func aRenewalIsRepeatedOnlyWhileTheOldTokenWasNotTaken() async throws {
    let transport = ScriptedTransport([
      .failure(OAuthTests.renewal, .cannotConnect, mayHaveBeenProcessed: false),
      .answer(OAuthTests.renewal, 503),
      .failure(OAuthTests.renewal, .connectionBroken, mayHaveBeenProcessed: true),
    ])
    let error = await failure { () throws(CloseError) in
      try await client(transport, tokens(nil)).send(.get("me"))
    }
    #expect(error?.code == .oauth)
    transport.expectDone()
  }

  @Test func theTokenAddressFollowsTheBaseURL() async throws {
    let base = "http://127.0.0.1:8123/api/v1"
    let transport = ScriptedTransport([
      .answer("POST http://127.0.0.1:8123/oauth2/token/", 200, OAuthTests.renewed),
      .answer("GET \(base)/me/"),
    ])
    _ = try await client(transport, tokens(nil), baseURL: base).send(.get("me"))
    transport.expectDone()
  }

  /// The caller goes away while the renewal runs; the new tokens must still be stored.
  @Test func aCancelledCallerDoesNotCutARenewalInTwo() async throws {
    let gate = Gate(OAuthTests.renewed)
    let oauth = OAuthCredentials(clientID: "app", clientSecret: Secret("hush"), tokens: tokens(nil)) {
      [store] in try store.save($0)
    }
    let client = CloseClient(
      ClientConfiguration(userAgent: "a"), .oauth(oauth), transport: gate, clock: manual.clock)
    let caller = Task { await failure { () throws(CloseError) in try await client.send(.get("me")) } }
    await gate.waitForRequest()
    caller.cancel()
    gate.open()
    #expect(await caller.value?.code == .cancelled)
    #expect(store.saved.map(\.refreshToken) == [Secret("refresh2")])
  }
}

/// A transport that holds its answers back until it is opened, and heeds cancellation.
private final class Gate: Transport {
  private let answer: String
  private let arrivals = AsyncStream.makeStream(of: Void.self)
  private let opening = AsyncStream.makeStream(of: Void.self)

  init(_ answer: String) { self.answer = answer }

  func waitForRequest() async { for await _ in arrivals.stream { return } }

  func open() { opening.continuation.finish() }

  func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    arrivals.continuation.yield()
    for await _ in opening.stream {}
    guard !Task.isCancelled else {
      throw TransportError(.cancelled, url: request.url, mayHaveBeenProcessed: true)
    }
    return HTTPResponse(status: 200, body: Array(answer.utf8), effectiveURL: request.url)
  }
}

/// Keeps what was stored, or fails to.
private final class TokenStore: Sendable {
  private struct Full: Error, CustomStringConvertible { let description = "disk full" }
  private struct State {
    var saved: [OAuthTokens] = []
    var failures = 0
    var onSave: @Sendable () -> Void = {}
  }
  private let state = Mutex(State())

  var saved: [OAuthTokens] { state.withLock { $0.saved } }

  var failures: Int {
    get { state.withLock { $0.failures } }
    set { state.withLock { $0.failures = newValue } }
  }

  var onSave: @Sendable () -> Void {
    get { state.withLock { $0.onSave } }
    set { state.withLock { $0.onSave = newValue } }
  }

  func save(_ tokens: OAuthTokens) throws {
    onSave()
    try state.withLock { state in
      guard state.failures == 0 else {
        state.failures -= 1
        throw Full()
      }
      state.saved.append(tokens)
    }
  }
}
