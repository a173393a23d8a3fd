import JSONBytes
import Testing

@testable import TapClose

@Suite struct LogReductionTests {
  typealias Change = LogReduction.Change

  /// Tables by their name, from a second on, with or without changes.
  private func reduction(_ tables: (name: String, since: Int64, changes: Bool)...) -> LogReduction {
    LogReduction(
      tables.map { table in
        LogReduction.Table(
          definition: StreamTable.all.first { $0.name == table.name } ?? StreamTable.all[0],
          since: Timestamp(seconds: table.since), wantsChanges: table.changes)
      })
  }

  private func event(
    _ type: String, _ id: String, _ action: String, at second: Int64 = 100, survivor: String? = nil
  ) -> LogEvent {
    LogEvent(
      id: "ev_\(second)", date: Timestamp(seconds: second), objectType: type, objectID: id, action: action,
      survivor: survivor)
  }

  @Test func `the first event met of an object is the last word on it`() {
    var reduction = reduction(("leads", 0, true))
    #expect(reduction.take(event("lead", "l1", "deleted")).map(\.change) == [.deletion])
    #expect(reduction.take(event("lead", "l1", "updated", at: 90)).isEmpty)
    #expect(reduction.take(event("lead", "l1", "created", at: 80)).isEmpty)
    #expect(reduction.take(event("lead", "l2", "updated", at: 70)).map(\.change) == [.update])
    #expect(reduction.take(event("lead", "l2", "created", at: 60)).isEmpty)
  }

  @Test func `a table that is listed is told of deletions alone`() {
    var reduction = reduction(("leads", 0, false))
    #expect(reduction.take(event("lead", "l1", "updated")).isEmpty)
    #expect(reduction.take(event("lead", "l1", "merged")).isEmpty)
    #expect(reduction.take(event("lead", "l2", "deleted", survivor: "l1")).map(\.change) == [.deletion])
    #expect(reduction.take(event("lead", "l2", "deleted")).isEmpty)
  }

  @Test func `an event concerns every table that has such rows`() {
    var reduction = reduction(("activities", 0, false), ("notes", 0, true), ("calls", 0, true))
    #expect(
      reduction.take(event("activity.note", "a1", "deleted")) == [
        LogReduction.Verdict(table: 0, change: .deletion), LogReduction.Verdict(table: 1, change: .deletion),
      ])
    #expect(
      reduction.take(event("note", "a2", "updated")) == [LogReduction.Verdict(table: 1, change: .update)])
    #expect(reduction.take(event("activity.email", "a3", "updated")).isEmpty)
  }

  @Test(arguments: [
    ("tasks", "task.lead"), ("tasks", "task.something_new"), ("custom_fields", "custom_fields.shared"),
    ("activities", "lead_merge"), ("lead_statuses", "status.lead"),
  ])
  func `types are recognised`(table: String, type: String) {
    var reduction = reduction((table, 0, true))
    #expect(reduction.take(event(type, "x", "updated")).count == 1)
  }

  @Test(arguments: [
    ("tasks", "lead"), ("leads", "task.lead"), ("leads", "custom_fields.lead"), ("users", "membership"),
    ("activities", "activity.email_thread"), ("opportunities", "status.opportunity"), ("leads", ""),
  ])
  func `other types are not`(table: String, type: String) {
    var reduction = reduction((table, 0, true))
    #expect(reduction.take(event(type, "x", "deleted")).isEmpty)
  }

  @Test func `what happened before a table's time does not concern it`() {
    var reduction = reduction(("leads", 50, true), ("contacts", 0, true))
    #expect(reduction.take(event("lead", "l1", "updated", at: 50)).count == 1)
    #expect(reduction.take(event("lead", "l2", "updated", at: 49)).isEmpty)
    #expect(reduction.take(event("contact", "c1", "updated", at: 49)).count == 1)
  }

  @Test func `a merge has the surviving lead looked at once`() {
    var reduction = reduction(("leads", 0, true))
    #expect(
      reduction.take(event("lead", "l1", "deleted", survivor: "l2")).map(\.change)
        == [.deletion, .look("l2")])
    #expect(reduction.take(event("lead", "l2", "merged", at: 99, survivor: "l2")).isEmpty)
    #expect(
      reduction.take(event("lead", "l3", "merged", at: 98, survivor: "l3")).map(\.change) == [.look("l3")])
    #expect(
      reduction.take(event("lead", "l4", "deleted", at: 97, survivor: "l1")).map(\.change) == [.deletion])
  }
}
