import JSONBytes

/// The sums that stand beside every list of opportunities.
struct OpportunityTotals: Sendable {
  private static let periods = ["one_time", "monthly", "annual"]
  private var counts: [String: Int] = [:]
  private var totals: [String: Int] = [:]
  private var expected: [String: Int] = [:]

  init(_ opportunities: some Sequence<Record>) {
    for record in opportunities { add(record) }
  }

  /// Reads only the keys it needs: every page of opportunities comes with the sums over all of them.
  private mutating func add(_ record: Record) {
    var period = "one_time"
    var amounts = ["value": 0, "expected_value": 0, "annualized_value": 0, "annualized_expected_value": 0]
    try? withJSONCursor(record.body) { (cursor) throws(JSONError) in
      try cursor.enterObject()
      while let name = try cursor.nextKey() {
        let key = cursor.text(of: name)
        if amounts[key] != nil {
          amounts[key] = try cursor.readInt() ?? 0
        } else if key == "value_period" {
          period = try cursor.readString() ?? period
        } else {
          try cursor.skipValue()
        }
      }
    }
    counts[period, default: 0] += 1
    totals[period, default: 0] &+= amounts["value"] ?? 0
    expected[period, default: 0] &+= amounts["expected_value"] ?? 0
    totals["annualized", default: 0] &+= amounts["annualized_value"] ?? 0
    expected["annualized", default: 0] &+= amounts["annualized_expected_value"] ?? 0
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
