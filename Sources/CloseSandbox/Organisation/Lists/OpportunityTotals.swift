import JSONBytes

/// The sums that stand beside every list of opportunities.
struct OpportunityTotals: Sendable {
  private static let periods = ["one_time", "monthly", "annual"]
  private var counts: [String: Int] = [:]
  private var totals: [String: Int] = [:]
  private var expected: [String: Int] = [:]

  init(_ opportunities: some Sequence<Record>) {
    for record in opportunities {
      let object = record.object
      let period = object["value_period"]?.string ?? "one_time"
      counts[period, default: 0] += 1
      add(object["value"], to: &totals, period)
      add(object["expected_value"], to: &expected, period)
      add(object["annualized_value"], to: &totals, "annualized")
      add(object["annualized_expected_value"], to: &expected, "annualized")
    }
  }

  private func add(_ value: JSONValue?, to sums: inout [String: Int], _ key: String) {
    sums[key, default: 0] &+= value?.int ?? 0
  }

  func envelope(count: Int, currency: String) -> JSONObject {
    var envelope: JSONObject = [
      "count_by_value_period": .object(
        JSONObject(OpportunityTotals.periods.filter { counts[$0] != nil }.map { ($0, .int(counts[$0] ?? 0)) })
      )
    ]
    for period in OpportunityTotals.periods + ["annualized"] {
      for (name, sums) in [("total_value_", totals), ("expected_value_", expected)] {
        let sum = sums[period] ?? 0
        envelope[name + period] = .int(sum)
        envelope[name + period + "_formatted"] = .text(Money.text(sum, currency: currency))
      }
    }
    envelope["total_results"] = .int(count)
    return envelope
  }
}
