/// Amounts in minor units, written as people read them.
enum Money {
  /// `$3,000`, `$50 monthly` or `€1,234.50 annually`; nil without an amount.
  static func text(_ minorUnits: Int?, currency: String, period: String = "one_time") -> String? {
    guard let minorUnits else { return nil }
    let cents = minorUnits.magnitude % 100
    var text = grouped(minorUnits.magnitude / 100)
    if cents != 0 { text += cents < 10 ? ".0\(cents)" : ".\(cents)" }
    let amount = (minorUnits < 0 ? "-" : "") + symbol(currency) + text
    switch period {
    case "monthly": return amount + " monthly"
    case "annual": return amount + " annually"
    default: return amount
    }
  }

  static func symbol(_ currency: String) -> String {
    ["USD": "$", "EUR": "€", "GBP": "£"][currency] ?? currency + " "
  }

  private static func grouped(_ number: UInt) -> String {
    let digits = Array(String(number))
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { text.append(",") }
      text.append(digit)
    }
    return text
  }
}
