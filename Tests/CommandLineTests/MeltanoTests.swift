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

  /// Every project's file up to the tap's own settings.
  private static let head = """
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
        - {name: search_lag_seconds, kind: integer}

    """

  private func project(_ sandbox: RunningSandbox<Organisation>) throws -> TemporaryDirectory {
    let folder = try TemporaryDirectory()
    try folder.write(
      MeltanoTests.head + """
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

  /// A project that copies one organisation into another by both programs.
  private func copyProject(
    from source: RunningSandbox<Organisation>, to copy: RunningSandbox<Organisation>
  ) throws -> TemporaryDirectory {
    let folder = try TemporaryDirectory()
    try folder.write(
      MeltanoTests.head + """
            config: {base_url: "\(source.baseURL)", search_lag_seconds: 0}
            select: ['users.*', 'lead_statuses.*', 'custom_fields.*', 'leads.*', 'contacts.*', 'tasks.*', 'notes.*']
          loaders:
          - name: target-close
            namespace: target_close
            executable: \(product("target-close"))
            capabilities: [about, structured-logging]
            settings:
            - {name: api_key, kind: string, sensitive: true}
            - {name: base_url, kind: string}
            - {name: index_lag_seconds, kind: integer}
            - {name: streams, kind: object}
            config:
              base_url: "\(copy.baseURL)"
              index_lag_seconds: 0
              streams: {leads: {max_deletes: 0}}
        """, to: "meltano.yml")
    return folder
  }

  @Test func `one organisation is copied into another, and the second run brings only what is new`()
    async throws
  {
    let source = try startSandbox(organisation: { $0.leads = 20 })
    let copy = try startEmptySandbox(organisation: { $0.seed = 9 })
    let folder = try copyProject(from: source, to: copy)
    let keys = ["TAP_CLOSE_API_KEY": source.apiKey, "TARGET_CLOSE_API_KEY": copy.apiKey]
    let environment = MeltanoTests.offline.merging(keys) { $1 }
    func run() async throws -> ProcessOutcome {
      copy.server.resetStatistics()
      let outcome = try await runProcess(
        Peer.meltano.path(), ["run", "tap-close", "target-close"], environment: environment,
        directory: folder.path, timeout: 120)
      try #require(outcome.exit == 0, "\(outcome.stdout)\n\(outcome.stderr)")
      for key in keys.values { #expect(!(outcome.stdout + outcome.stderr).contains(key)) }
      return outcome
    }
    let resources = ["lead", "contact", "activity/note"]
    _ = try await run()
    for resource in resources { #expect(copy.count(resource) == source.count(resource), "\(resource)") }
    #expect(copy.count("task") > 10)
    let whole = source.searched

    let now = Timestamp(microseconds: source.server.clock.now().microseconds / 1000 * 1000)
    let ids = source.api.edit { $0.ids(of: "lead") }
    try source.api.edit { world in
      try world.update(ids[0], ["description": "changed meanwhile"], at: now)
      try world.create("lead", ["name": "Brand new"], at: now)
    }
    source.server.resetStatistics()
    _ = try await run()
    for resource in resources { #expect(copy.count(resource) == source.count(resource), "\(resource)") }
    let writes = copy.writes.filter { $0.status < 300 }
    #expect(writes.map(\.method).sorted() == ["POST", "PUT"])
    #expect(writes.first { $0.method == "PUT" }?.json == ["description": "changed meanwhile"])
    // It went on from Meltano's state.
    #expect(source.searched < whole / 2)
  }
}

extension RunningSandbox {
  /// Bytes of all answers to searches.
  fileprivate var searched: Int {
    server.requests.filter { $0.path == "data/search/" }.reduce(0) { $0 + $1.bytes }
  }
}

extension TemporaryDirectory {
  fileprivate func read(_ name: String, in folder: String) throws -> [String] {
    try read("\(folder)/\(name)").split(separator: "\n").map(String.init)
  }
}
