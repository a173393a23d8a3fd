import CloseSandbox
import JSONBytes
import Synchronization
import TestSupport
import Testing

/// Somebody works in Close while we page.
@Suite("tap-close: records change while it pages")
struct TapPagingTests {
  /// A table and the way it is read.
  struct Way: Sendable, CustomTestStringConvertible {
    let stream: String
    let table: String
    var settings: JSONObject = [:]
    var testDescription: String { "\(stream) \(settings["leads_via"]?.string ?? "")" }
  }

  static let ways = [
    Way(stream: "leads", table: "lead"),
    Way(stream: "leads", table: "lead", settings: ["leads_via": "query"]),
    Way(stream: "contacts", table: "contact"),
    Way(stream: "tasks", table: "task"),
    Way(stream: "activities", table: "activity"),
    Way(stream: "opportunities", table: "opportunity"),
  ]

  /// 450 rows of the last 20 hours, which both a single window and the attribution window hold.
  private static func organisation(_ table: String) -> ScriptedOrganisation {
    let organisation = ScriptedOrganisation()
    let start = Timestamp.now().adding(seconds: -20 * 3600)
    organisation.change { $0.add(table, 450, from: start, step: 150 * Timestamp.second) }
    return organisation
  }

  /// Between any two pages, one row is saved, one is deleted, and one is made.
  private static func work(on table: String, of organisation: ScriptedOrganisation, _ request: Int, seed: Int)
  {
    let now = Timestamp.now()
    organisation.change { state in
      var random = Random(seed: seed * 1000 + request)
      let count = state.tables[table]?.count ?? 0
      state.edit(table, at: random.index(below: count), on: now)
      state.delete(table, at: random.index(below: count))
      state.add(table, [.init(id: "new_\(request)", created: now, updated: now)])
    }
  }

  @Test(arguments: ways, [1, 2, 3])
  func `every record that stays is out, and two runs have everything as it is`(way: Way, seed: Int)
    async throws
  {
    let organisation = TapPagingTests.organisation(way.table)
    let before = organisation.rows(way.table)
    let isBusy = Mutex(true)
    let sandbox = try startSandbox(organisation) { options in
      options.onRequest = { request, number in
        guard isBusy.withLock(\.self), TapPagingTests.isPage(request, of: way.table) else { return }
        TapPagingTests.work(on: way.table, of: organisation, number, seed: seed)
      }
    }
    let tap = try Tap(sandbox, way.settings)
    let first = try await tap.run([way.stream])
    first.expectHealthy()
    let after = Dictionary(uniqueKeysWithValues: organisation.rows(way.table).map { ($0.id, $0.updated) })
    #expect(after.count >= 450)
    let untouched = before.filter { after[$0.id] == $0.updated }
    #expect(untouched.count > 300 && untouched.count < 450)
    let seen = Set(first.output.ids(way.stream))
    #expect(untouched.filter { !seen.contains($0.id) }.map(\.id) == [])

    isBusy.withLock { $0 = false }
    let second = try await tap.run([way.stream], state: first.output.lastState)
    second.expectHealthy(since: first.output.lastState)
    let latest = first.output.latest(way.stream).merging(second.output.latest(way.stream)) { $1 }
    let stale = organisation.rows(way.table).filter { latest[$0.id]?.date("date_updated") != $0.updated }
    #expect(stale.map(\.id) == [])
  }

  @Test(arguments: ways.filter { $0.table != "contact" && $0.settings.isEmpty })
  func `the same work makes plain paging lose rows`(way: Way) {
    let organisation = TapPagingTests.organisation(way.table)
    let before = Set(organisation.rows(way.table).map(\.id))
    var seen: Set<String> = []
    var (skip, hasMore, number) = (0, true, 0)
    while hasMore, number < 20 {
      number += 1
      if number > 1 { TapPagingTests.work(on: way.table, of: organisation, number, seed: 1) }
      let query = [("_skip", String(skip)), ("_limit", "100"), ("_order_by", "date_created")]
      let request = SandboxRequest(
        method: "GET", path: "\(way.table)/", query: query.map { (name: $0.0, value: $0.1) },
        caller: SandboxCaller(userID: "user_admin", isAdmin: true))
      let page = try? JSONValue(parsing: organisation.respond(to: request, at: .now()).body)
      let rows = page?["data"]?.array ?? []
      seen.formUnion(rows.compactMap { $0["id"]?.string })
      (skip, hasMore) = (skip + rows.count, page?["has_more"]?.bool == true)
    }
    #expect(!before.intersection(organisation.ids(way.table)).isSubset(of: seen))
  }

  /// Whether a request reads a page behind the first one.
  private static func isPage(_ request: SandboxRequest, of table: String) -> Bool {
    if request.path == "data/search/" {
      return String(decoding: request.body, as: UTF8.self).contains("cursor")
    }
    return request.path == "\(table)/" && request.query.contains { $0.name == "_skip" && $0.value != "0" }
  }
}

/// Numbers that look like chance and are the same every time.
struct Random {
  private var state: UInt64

  init(seed: Int) { state = UInt64(truncatingIfNeeded: seed) &* 0x9E37_79B9_7F4A_7C15 }

  /// A number from 0 up to, but not including, `count`.
  mutating func index(below count: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return count < 1 ? 0 : Int(state >> 33) % count
  }
}
