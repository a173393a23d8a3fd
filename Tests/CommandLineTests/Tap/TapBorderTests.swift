import CloseSandbox
import JSONBytes
import TestSupport
import Testing

/// Dates that lie exactly where something begins or ends.
@Suite("tap-close: borders of windows, pages and start_date")
struct TapBorderTests {
  typealias Way = TapPagingTests.Way

  // MARK: Many rows of one instant

  @Test(arguments: TapPagingTests.ways)
  func `rows that share one instant over several pages are all there, once`(way: Way) async throws {
    let organisation = ScriptedOrganisation()
    let day = try Timestamp.at("2024-03-10T09:00:00.250Z")
    organisation.change { state in
      state.add(way.table, 30, from: day.adding(seconds: -600), step: Timestamp.second, prefix: "before")
      state.add(way.table, 450, from: day, step: 0)
      state.add(way.table, 30, from: day.adding(seconds: 600), step: Timestamp.second, prefix: "after")
    }
    let run = try await Tap(startSandbox(organisation), way.settings).run([way.stream])
    run.expectHealthy()
    #expect(run.output.faults(way.stream, wanted: organisation.ids(way.table)) == [])
  }

  @Test(arguments: TapPagingTests.ways)
  func `rows that share one second, in any order within it, are all there`(way: Way) async throws {
    let organisation = ScriptedOrganisation()
    let second = try Timestamp.at("2024-03-10T09:00:00Z")
    organisation.change { $0.add(way.table, 350, from: second.adding(microseconds: 999_999), step: -2_500) }
    let run = try await Tap(startSandbox(organisation), way.settings).run([way.stream])
    run.expectHealthy()
    #expect(run.output.faults(way.stream, wanted: organisation.ids(way.table)) == [])
    let again = try await Tap(startSandbox(organisation), way.settings).run(
      [way.stream], state: run.output.lastState)
    again.expectHealthy(since: run.output.lastState)
  }

  // MARK: Borders of windows

  @Test(arguments: TapPagingTests.ways, [1, 15])
  func `rows on the borders of windows come once`(way: Way, days: Int) async throws {
    let organisation = ScriptedOrganisation()
    let start = try Timestamp.at("2024-02-25T00:00:00Z")
    organisation.change { state in
      for window in 0...6 {
        let border = start.adding(seconds: Int64(window * days) * 86_400)
        for shift: Int64 in [-1_000_000, -1, 0, 1, 999_999, 1_000_000] {
          let date = border.adding(microseconds: shift)
          state.add(way.table, [.init(id: "\(window) \(shift)", created: date, updated: date)])
        }
      }
      // So many that the time is cut into windows at all.
      state.add(way.table, 150, from: start.adding(seconds: 3600), step: 600 * Timestamp.second)
    }
    let settings = way.settings.merging(["start_date": "2024-02-25T00:00:00Z", "date_window": .int(days)])
    let run = try await Tap(startSandbox(organisation), settings).run([way.stream])
    run.expectHealthy()
    let wanted = organisation.ids(way.table).subtracting(["0 -1000000", "0 -1"])
    #expect(run.output.faults(way.stream, wanted: wanted) == [])
  }

  // MARK: start_date

  @Test(
    arguments: TapPagingTests.ways,
    ["2024-03-01", "2024-03-01T00:00:00.500000Z", "2024-03-01T02:00:00+02:00"])
  func `start_date belongs to what is synced, the microsecond before does not`(
    way: Way, text: String
  ) async throws {
    let organisation = ScriptedOrganisation()
    let start = try Timestamp.at(text)
    let shifts: [Int64] = [-86_400_000_000, -1_000_000, -500_000, -1, 0, 1, 499_999, 1_000_000, 60_000_000]
    organisation.change { state in
      for shift in shifts {
        let date = start.adding(microseconds: shift)
        state.add(way.table, [.init(id: String(shift), created: date, updated: date)])
      }
    }
    let settings = way.settings.merging(["start_date": .string(text)])
    let run = try await Tap(startSandbox(organisation), settings).run([way.stream])
    run.expectHealthy()
    #expect(run.output.faults(way.stream, wanted: shifts.filter { $0 >= 0 }.map(String.init)) == [])
  }

  @Test(arguments: TapPagingTests.ways)
  func `a start_date later than the bookmark wins, an earlier one does not`(way: Way) async throws {
    let organisation = ScriptedOrganisation()
    let first = try Timestamp.at("2024-03-01T00:00:00Z")
    organisation.change { $0.add(way.table, 10, from: first, step: Timestamp.day) }
    let tap = try Tap(startSandbox(organisation), way.settings.merging(["activities_window_seconds": 0]))
    let state = Tap.state(way.stream, try .at("2024-03-04T00:00:00Z"))
    let early = try await tap.run([way.stream], state: state, config: ["start_date": "2024-03-02T00:00:00Z"])
    #expect(early.output.faults(way.stream, wanted: Set((3..<10).map { "\(way.table)_\($0)" })) == [])
    let late = try await tap.run([way.stream], state: state, config: ["start_date": "2024-03-06T00:00:00Z"])
    #expect(late.output.faults(way.stream, wanted: Set((5..<10).map { "\(way.table)_\($0)" })) == [])
    late.expectHealthy(since: state)
  }
}
