import CloseSandbox
import JSONBytes
import TestSupport
import Testing

/// A sandbox whose event log is read, and the states that runs leave about it.
struct LogWorld: Sendable {
  let organisation: Organisation
  let sandbox: RunningSandbox<Organisation>
  let tap: Tap
  let now = Timestamp.now()

  /// - Parameters:
  ///   - isAdmin: whether the tap's key is an admin's.
  ///   - onRequest: called with each request before it is answered.
  init(
    leads: Int = 12, _ config: JSONObject = [:], isAdmin: Bool = true,
    options change: (inout OrganisationOptions) -> Void = { _ in },
    onRequest: @escaping @Sendable (Organisation, SandboxRequest) -> Void = { _, _ in }
  ) throws {
    var options = OrganisationOptions()
    options.leads = leads
    change(&options)
    let organisation = try Organisation(options: options, now: now)
    self.organisation = organisation
    sandbox = try startSandbox(organisation) { server in
      server.onRequest = { request, _ in onRequest(organisation, request) }
    }
    var config = config
    if !isAdmin { config["api_key"] = .string(sandbox.server.keys.member) }
    tap = try Tap(sandbox, config)
  }

  /// The moment so many seconds before the test began.
  func ago(_ seconds: Int64) -> Timestamp { now.adding(seconds: -seconds) }

  /// The event log's part in a state.
  static func position(_ state: JSONValue, _ stream: String) -> Timestamp? {
    state["bookmarks"]?[stream]?["log_position"]?.string.flatMap { Timestamp($0) }
  }

  /// `state` with all log positions moved to `position`.
  static func moved(_ state: JSONValue, to position: Timestamp) -> JSONValue {
    var state = state
    var bookmarks = state["bookmarks"]?.object ?? JSONObject()
    for (stream, var bookmark) in bookmarks where bookmark["log_position"] != nil {
      bookmark["log_position"] = .string(position.description)
      bookmarks[stream] = bookmark
    }
    state["bookmarks"] = .object(bookmarks)
    return state
  }

  /// A catalog that selects streams, some of them LOG_BASED.
  static func catalog(_ streams: [String], logBased: [String]) -> JSONValue {
    [
      "streams": .array(
        streams.map { stream in
          var metadata: JSONValue = ["selected": true]
          if logBased.contains(stream) { metadata["replication-method"] = "LOG_BASED" }
          return [
            "tap_stream_id": .string(stream), "metadata": [["breadcrumb": [], "metadata": metadata]],
          ]
        })
    ]
  }

  /// A catalog as discovery prints it, of one stream LOG_BASED with just these fields.
  func catalog(_ stream: String, only fields: [String], method: String = "LOG_BASED") async throws
    -> JSONValue
  {
    let outcome = try await tap.start(arguments: ["--discover"]).outcome()
    let catalog = try JSONValue(parsing: outcome.stdout)
    var entry = try #require(
      catalog["streams"]?.array?.first { $0["tap_stream_id"]?.string == stream })
    let metadata = (entry["metadata"]?.array ?? []).map { item in
      var item = item
      let place = item["breadcrumb"]?.array?.compactMap(\.string) ?? []
      if place.isEmpty {
        item["metadata"]?["selected"] = true
        item["metadata"]?["replication-method"] = .string(method)
      } else if place.count == 2 {
        item["metadata"]?["selected"] = .bool(fields.contains(place[1]))
      }
      return item
    }
    entry["metadata"] = .array(metadata)
    return ["streams": [entry]]
  }
}

extension [TapOutput] {
  /// A table as a target has it that loads these outputs one after another, by key.
  func table(_ stream: String) -> [String: TapOutput.Record] {
    var table: [String: TapOutput.Record] = [:]
    for output in self {
      let activation = output.activations.first { $0.stream == stream }
      var isActivated = false
      for record in output.records(stream) {
        if let activation, !isActivated, record.line > activation.line {
          table = table.filter { $0.value.version == activation.version }
          isActivated = true
        }
        table[record.id] = record
      }
      if let activation, !isActivated { table = table.filter { $0.value.version == activation.version } }
    }
    return table.filter { !$0.value.isTombstone }
  }
}
