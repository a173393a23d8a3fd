import JSONBytes
import Testing

@testable import CloseSandbox

@Suite("Fault plan")
struct ServerFaultPlanTests {
  @Test(arguments: [
    ("status=500", Fault.Effect.status(500)), ("reset", .reset), ("close", .close), ("truncate", .truncate),
    ("invalid-json", .invalidJSON), ("reset-after-processing", .resetAfterProcessing), ("hang=2s", .hang(2)),
    ("slow=50ms-per-kB", .slow(0.05)), ("slow=1s", .slow(1)), ("expire-cursors", .expireCursors),
    ("expire-tokens", .expireTokens), ("every=7,status=500", .status(500)), (" reset , every=2 ", .reset),
  ])
  func `effects are read`(text: String, effect: Fault.Effect) throws {
    #expect(try Fault(parsing: text).effect == effect)
  }

  @Test(arguments: [
    "status", "status=", "status=abc", "status=99", "status=600", "every=7", "resett", "reset=1", "hang",
    "hang=x",
    "slow=", "reset,every=0", "reset,every=x", "reset,probability=2", "reset,probability=", "reset,path=",
    "reset,truncate", "reset,,every=1", "reset,after=-1", "reset,retry-after=soon", "status=500,status=500",
  ])
  func `nonsense is refused with its text`(text: String) throws {
    let error = #expect(throws: SandboxError.self) { try Fault(parsing: text) }
    #expect(error?.code == .usage)
    #expect(error?.message.contains("'\(text)'") == true)
  }

  private func struck(_ spec: String, requests: Int = 10, method: String = "GET", path: String = "lead/")
    throws -> [Int]
  {
    var plan = try FaultPlan(parsing: spec, seed: 1)
    return (1...requests).filter { _ in !plan.strike(method: method, path: path).isEmpty }
  }

  @Test(arguments: [
    ("reset", Array(1...10)), ("reset,every=3", [3, 6, 9]), ("reset,first=2", [1, 2]),
    ("reset,after=8", [9, 10]),
    ("reset,on=4", [4]), ("reset,nth=4", [4]), ("reset,times=3", [1, 2, 3]),
    ("reset,every=2,times=2", [2, 4]),
    ("reset,after=3,first=5", [4, 5]), ("reset,probability=0", []), ("reset,probability=1", Array(1...10)),
    ("reset,path=lead/", Array(1...10)), ("reset,path=/api/v1/lead/", Array(1...10)),
    ("reset,path=task/", []),
    ("reset,method=get", Array(1...10)), ("reset,method=POST", []), ("", []), (" ; ", []),
    ("reset,on=2;close,on=4", [2, 4]),
  ])
  func `faults strike the requests they select`(spec: String, expected: [Int]) throws {
    #expect(try struck(spec) == expected)
  }

  @Test func `chance follows from the seed`() throws {
    let spec = "reset,probability=0.3"
    let first = try struck(spec, requests: 1000)
    #expect(first == (try struck(spec, requests: 1000)))
    #expect((200...400).contains(first.count))
  }

  @Test func `only requests that fit are counted`() throws {
    var plan = try FaultPlan(parsing: "status=500,on=2,path=lead/", seed: 1)
    let paths = ["lead/", "task/", "task/", "lead/lead_1/", "lead/"]
    #expect(paths.map { plan.strike(method: "GET", path: $0).count } == [0, 0, 0, 1, 0])
    #expect(plan.report == [["fault": "status=500,on=2,path=lead/", "seen": 3, "struck": 1]])
  }

  @Test func `OAuth endpoints are spared unless named`() throws {
    #expect(try struck("reset", path: "oauth2/token/").isEmpty)
    #expect(try struck("reset,path=oauth2/", path: "oauth2/token/").count == 10)
  }

  @Test(arguments: [
    ("status=429", 429, "1", ""), ("status=429,retry-after=0.2", 429, "1", ""),
    ("status=503,retry-after=7", 503, "7", "<html>"), ("status=502", 502, nil, "<html>"),
    ("status=500", 500, nil, "{\"error\":\"Internal"),
    ("status=401", 401, nil, "{\"error\":\"Unauthorized\"}"),
    ("status=400,body=odd", 400, nil, "odd"), ("status=204", 204, nil, ""),
  ])
  func `made-up answers look like Close's`(spec: String, status: Int, retryAfter: String?, body: String)
    throws
  {
    let fault = try Fault(parsing: spec)
    let answer = fault.answer(status, style: .none, rateBody: .empty, limit: nil)
    #expect(answer.status == status)
    #expect(answer.headers.first { $0.name == "Retry-After" }?.value == retryAfter)
    #expect(String(decoding: answer.body, as: UTF8.self).hasPrefix(body))
  }
}
