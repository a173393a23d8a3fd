import CloseSandbox
import Foundation
import JSONBytes
import TestSupport
import Testing

/// A Meltano project as users have it, without a network.
@Suite struct MeltanoTests {
  private static let offline = [
    "MELTANO_SEND_ANONYMOUS_USAGE_STATS": "false", "MELTANO_CLI_DISABLE_VERSION_CHECK": "true",
    "NO_COLOR": "1",
  ]

  private func project(_ sandbox: RunningSandbox<Organisation>) throws -> TemporaryDirectory {
    let folder = try TemporaryDirectory()
    try folder.write(
      """
      default_environment: dev
      environments: [{name: dev}]
      send_anonymous_usage_stats: false
      plugins:
        extractors:
        - name: tap-close
          namespace: tap_close
          executable: \(product("tap-close"))
          capabilities: [catalog, discover, state, about, structured-logging]
          settings:
          - {name: api_key, kind: string, sensitive: true}
          - {name: base_url, kind: string}
          config: {base_url: "\(sandbox.baseURL)"}
          select: ['leads.*', '!leads.custom?cf_*', '!leads.contacts', 'users.id', 'users.email']
        loaders:
        - name: target-jsonl
          namespace: target_jsonl
          executable: \(try Peer.targetJSONL.path())
          settings: [{name: destination_path}, {name: do_timestamp_file, kind: boolean}]
          config: {destination_path: output, do_timestamp_file: false}
      """, to: "meltano.yml")
    try FileManager.default.createDirectory(atPath: folder.file("output"), withIntermediateDirectories: true)
    return folder
  }

  @Test func `a second run goes on from Meltano's stored state`() async throws {
    let sandbox = try startSandbox(organisation: { $0.leads = 30 })
    let folder = try project(sandbox)
    let environment = MeltanoTests.offline.merging(["TAP_CLOSE_API_KEY": sandbox.apiKey]) { $1 }
    func run() async throws -> ProcessOutcome {
      try await runProcess(
        Peer.meltano.path(), ["run", "tap-close", "target-jsonl"], environment: environment,
        directory: folder.path,
        timeout: 120)
    }
    let first = try await run()
    try #require(first.exit == 0, "\(first.stdout)\n\(first.stderr)")
    let leads = try folder.read("leads.jsonl", in: "output")
    #expect(leads.count == 30)
    let columns = Set(try JSONValue(parsing: leads[0]).object?.keys ?? [])
    #expect(columns.contains("name") && !columns.contains("contacts"))
    #expect(!columns.contains { $0.hasPrefix("custom.") })
    let user = try JSONValue(parsing: try folder.read("users.jsonl", in: "output")[0])
    #expect(Set(user.object?.keys ?? []) == ["id", "email", "date_updated"])

    let second = try await run()
    try #require(second.exit == 0, "\(second.stdout)\n\(second.stderr)")
    #expect(try folder.read("leads.jsonl", in: "output").count < 35)
    #expect(!(first.stdout + first.stderr + second.stderr).contains(sandbox.apiKey))
  }
}

extension TemporaryDirectory {
  fileprivate func read(_ name: String, in folder: String) throws -> [String] {
    try read("\(folder)/\(name)").split(separator: "\n").map(String.init)
  }
}
