import JSONBytes
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite("close-sandbox")
struct SandboxProgramTests {
  /// A running program and what its one line of output says.
  private struct Started {
    var process: RunningProcess
    var port: UInt16
    var key: String
  }

  private func start(_ arguments: String...) async throws -> Started {
    let process = try RunningProcess(product("close-sandbox"), arguments)
    let line = try #require(await process.nextLine())
    let form =
      /close-sandbox listening on http:\/\/127\.0\.0\.1:(\d+)\/api\/v1 with API key (api_\w{22}\.\w{22})/
    let match = try #require(try form.wholeMatch(in: line))
    return Started(process: process, port: try #require(UInt16(match.1)), key: String(match.2))
  }

  @Test(arguments: [SIGTERM, SIGINT, SIGHUP])
  func `prints one line, serves, and ends cleanly`(signal: Int32) async throws {
    let sandbox = try await start("--leads", "3")
    let answer = try rawFetch("GET", "/api/v1/lead/?_limit=2", port: sandbox.port, key: sandbox.key)
    #expect(answer.status == 200)
    #expect(answer.json?["data"]?.array?.count == 2)
    sandbox.process.send(signal)
    let outcome = await sandbox.process.outcome()
    #expect(outcome.exit == 0)
    #expect(outcome.lines.count == 1)
    #expect(outcome.stderr.contains("GET /api/v1/lead/?_limit=2 200 2 rows "))
    #expect(!outcome.stderr.contains(sandbox.key))
  }

  @Test func `is quiet on demand`() async throws {
    let sandbox = try await start("--leads", "1", "--quiet")
    #expect(try rawFetch("GET", "/api/v1/me/", port: sandbox.port, key: sandbox.key).status == 200)
    sandbox.process.send(SIGTERM)
    #expect(await sandbox.process.outcome().stderr.isEmpty)
  }

  @Test func `the same seed gives the same key and the same leads`() async throws {
    func names(_ seed: String) async throws -> (String, [JSONValue?]) {
      let sandbox = try await start("--seed", seed, "--leads=5", "--clock=2026-01-31T00:00:00Z")
      let answer = try rawFetch("GET", "/api/v1/lead/?_fields=id,name", port: sandbox.port, key: sandbox.key)
      sandbox.process.send(SIGTERM)
      return (sandbox.key, answer.json?["data"]?.array?.map { $0["id"] } ?? [])
    }
    let (first, again, other) = (try await names("4"), try await names("4"), try await names("5"))
    #expect(first.0 == again.0)
    #expect(first.1 == again.1)
    #expect(first.1.count == 5)
    #expect(first.0 != other.0)
    #expect(first.1 != other.1)
  }

  @Test func `a taken port is one clear line`() async throws {
    let first = try await start("--leads=0")
    let outcome = try await runProcess(product("close-sandbox"), ["--leads=0", "--port", String(first.port)])
    #expect(outcome.exit == 1)
    #expect(outcome.stderr.split(separator: "\n").count == 1)
    #expect(outcome.stderr.contains("127.0.0.1:\(first.port)"))
    first.process.send(SIGTERM)
  }

  @Test(arguments: [["--port", "many"], ["--faults", "explode"], ["--nonsense"], ["stray"], ["--leads"]])
  func `wrong usage exits 2 with one clear line`(arguments: [String]) async throws {
    let outcome = try await runProcess(product("close-sandbox"), arguments)
    #expect(outcome.exit == 2)
    #expect(outcome.stdout.isEmpty)
    #expect(outcome.stderr.hasPrefix("close-sandbox: "))
    #expect(outcome.stderr.split(separator: "\n").count == 1)
    #expect(outcome.stderr.contains(arguments[0]))
  }

  @Test func `says what it is and how it is used`() async throws {
    let version = try await runProcess(product("close-sandbox"), ["--version"])
    #expect(version.exit == 0)
    #expect(version.stdout.wholeMatch(of: /close-sandbox \d+\.\d+\.\d+\n/) != nil)
    let help = try await runProcess(product("close-sandbox"), ["--help"])
    #expect(help.exit == 0)
    #expect(help.stdout.contains("Usage: close-sandbox [options]"))
    #expect(help.stdout.contains("/api/v1/sandbox_collection/NAME/"))
    #expect(help.stderr.isEmpty)
  }

  @Test func `the clock and the faults of the command line are in force`() async throws {
    let sandbox = try await start(
      "--leads=1", "--clock", "2026-01-31T00:00:00Z", "--faults", "status=503,path=task/", "--rate", "2/60",
      "--rate-headers", "comma")
    let clock = try rawFetch("GET", "/sandbox/clock", port: sandbox.port).json?["now"]?.string
    #expect(clock?.hasPrefix("2026-01-31T00:0") == true)
    func status(_ target: String) throws -> Int {
      try rawFetch("GET", target, port: sandbox.port, key: sandbox.key).status
    }
    #expect(try status("/api/v1/task/") == 503)
    #expect(try [status("/api/v1/me/"), status("/api/v1/me/"), status("/api/v1/me/")] == [200, 200, 429])
    sandbox.process.send(SIGTERM)
    #expect(await sandbox.process.outcome().exit == 0)
  }
}
