import CloseSandbox
import Foundation
import JSONBytes
import TestSupport
import Testing

/// How it reaches Close.
@Suite("tap-close: credentials and connections")
struct TapConnectionTests {
  private func oauth(_ sandbox: RunningSandbox<Organisation>, _ directory: TemporaryDirectory) -> JSONObject {
    let keys = sandbox.server.keys
    return [
      "base_url": .string(sandbox.baseURL),
      "oauth": [
        "client_id": .string(keys.clientID), "client_secret": .string(keys.clientSecret),
        "refresh_token": .string(keys.refreshToken), "token_path": .string(directory.file("tokens.json")),
      ],
    ]
  }

  @Test func `several keys share the work`() async throws {
    let sandbox = try startSandbox(organisation: { $0.leads = 30 })
    let keys = sandbox.server.keys
    let config: JSONObject = ["api_key": nil, "api_keys": [.string(keys.admin), .string(keys.member)]]
    let tap = try Tap(sandbox)
    let one = try await tap.run(["activities", "leads", "tasks"])
    sandbox.server.resetStatistics()
    let run = try await tap.run(
      ["activities", "leads", "tasks"], config: config.merging(["date_window": 30]))
    run.expectHealthy()
    #expect(Set(run.output.ids) == Set(one.output.ids))
    #expect(Set(sandbox.server.requests.compactMap(\.keyIndex)) == [0, 1])
    #expect(!run.outcome.stderr.contains(keys.admin) && !run.outcome.stderr.contains(keys.member))
  }

  @Test(arguments: ["", "expire-tokens,on=3", "expire-tokens,on=3;expire-tokens,on=14"])
  func `OAuth tokens are renewed, kept for the next run, and never shown`(faults: String) async throws {
    let sandbox = try startSandbox(organisation: { $0.leads = 20 }, server: { $0.faults = faults })
    let tap = try Tap(config: [:], sandbox: sandbox)
    let settings = oauth(sandbox, tap.directory)
    for _ in 0..<2 {
      let run = try await tap.run(["activities", "users"], config: settings.merging(["date_window": 40]))
      #expect(run.exit == 0, "\(run.log.suffix(3))")
      run.expectTruthful()
      #expect(run.output.ids("activities").count > 50)
      let tokens = try JSONValue(parsing: try tap.directory.read("tokens.json"))
      let secrets = ["refresh_token", "access_token"].compactMap { tokens[$0]?.string }
      #expect(secrets.count == 2 && secrets[0] != sandbox.server.keys.refreshToken)
      for secret in secrets + [sandbox.server.keys.refreshToken, sandbox.server.keys.clientSecret] {
        #expect(!run.outcome.stderr.contains(secret) && !run.outcome.stdout.contains(secret))
      }
    }
    let attributes = try FileManager.default.attributesOfItem(atPath: tap.directory.file("tokens.json"))
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    if faults.isEmpty { #expect(sandbox.server.statistics.count("POST", "oauth2/token/") == 1) }
  }

  @Test func `a refused refresh token is one clear line`() async throws {
    let sandbox = try startSandbox(organisation: { $0.leads = 2 })
    let tap = try Tap(config: [:], sandbox: sandbox)
    var settings = oauth(sandbox, tap.directory)
    settings["oauth"]?["refresh_token"] = "refr_that_was_used_before"
    let run = try await tap.run(["leads"], config: settings)
    #expect(run.exit == 1)
    #expect(run.lastLine.hasPrefix("CRITICAL ") && run.lastLine.contains("oauth"))
    #expect(!run.outcome.stderr.contains("refr_that_was_used_before"))
  }

  @Test(arguments: [1, 2, 32])
  func `any number of requests in flight gives the same records, and no more are in flight`(
    concurrency: Int
  ) async throws {
    let sandbox = try startSandbox(organisation: { $0.leads = 25 }, server: { $0.faults = "hang=10ms" })
    let tap = try Tap(sandbox, ["date_window": 20])
    let usual = try await tap.run(TapFaultTests.streams)
    sandbox.server.resetStatistics()
    let run = try await tap.run(TapFaultTests.streams, config: ["concurrency": .int(concurrency)])
    run.expectHealthy()
    #expect(run.output.differences(from: usual.output.recordsByID) == [])
    #expect(sandbox.server.statistics.mostInFlight <= concurrency)
  }

  @Test(arguments: ["/", "//"])
  func `slashes behind the address do not matter`(slashes: String) async throws {
    let sandbox = try startSandbox(organisation: { $0.leads = 2 })
    let run = try await Tap(sandbox, ["base_url": .string(sandbox.baseURL + slashes)]).run(["leads"])
    run.expectHealthy()
    #expect(run.output.ids("leads").count == 2)
    #expect(sandbox.server.statistics.count(ofStatus: 308) == 0)
  }

  @Test func `headers and the program's name are sent along`() async throws {
    let sandbox = try startSandbox(organisation: { $0.leads = 2 })
    let tap = try Tap(sandbox)
    _ = try await tap.run(["users"])
    #expect(sandbox.server.requests.last?.headers["user-agent"] == "tap-close/1.0.0")
    let config: JSONObject = ["user_agent": "nightly", "request_headers": ["X-Team": "data"]]
    _ = try await tap.run(["users"], config: config)
    #expect(sandbox.server.requests.last?.headers["user-agent"] == "nightly")
    #expect(sandbox.server.requests.last?.headers["x-team"] == "data")
  }
}
