import JSONBytes

/// A filter with the value a request gave it.
struct Condition: Sendable {
  enum Value: Sendable {
    case text(String)
    case texts(Set<String>)
    case flag(Bool)
    case date(DateBound)
    case number(Double)
  }

  let filter: Filter
  let value: Value

  /// Reads the parameter's text.
  init(_ filter: Filter, _ text: String, zoneOffset: Int64) throws(Refusal) {
    self.filter = filter
    switch filter.test {
    case .equals: value = .text(text)
    case .oneOf: value = .texts(Set(text.split(separator: ",").map { $0.withoutOuterSpace }))
    case .flag: value = .flag(["true", "1", "yes"].contains(text.lowercased()))
    case .date:
      guard let bound = DateBound(text, zoneOffset: zoneOffset, dropsFraction: filter.dropsFraction) else {
        throw .field(filter.parameter, "Invalid ISO 8601 datetime.")
      }
      value = .date(bound)
    case .number:
      guard let number = Double(text) else { throw .field(filter.parameter, "Value must be of int type.") }
      value = .number(number)
    }
  }

  init(_ filter: Filter, value: Value) {
    self.filter = filter
    self.value = value
  }

  func holds(for record: Record) -> Bool {
    switch (filter.test, value) {
    case (.date(let comparison), .date(let bound)):
      switch filter.field {
      case "date_created": return bound.holds(comparison, for: record.created, isDay: false)
      case "date_updated": return bound.holds(comparison, for: record.updated, isDay: false)
      default:
        guard let text = record.text(filter.field), let date = Timestamp(text) else { return false }
        return bound.holds(comparison, for: date, isDay: text.utf8.count == 10)
      }
    case (_, .text(let text)): return Condition.text(of: record, filter.field) == text
    case (_, .texts(let texts)): return Condition.text(of: record, filter.field).map(texts.contains) ?? false
    case (_, .flag(let flag)): return (record.value(filter.field)?.bool ?? false) == flag
    case (.number(let comparison), .number(let number)):
      guard let value = record.value(filter.field)?.double else { return false }
      switch comparison {
      case .equal: return value == number
      case .less: return value < number
      case .lessOrEqual: return value <= number
      case .greater: return value > number
      case .greaterOrEqual: return value >= number
      }
    default: return true
    }
  }

  private static func text(of record: Record, _ field: String) -> String? {
    switch field {
    case "id": return record.id
    case "lead_id": return record.leadID
    default:
      guard let value = record.value(field) else { return nil }
      return value.string ?? (value.isNull ? nil : value.compact)
    }
  }
}

extension StringProtocol {
  /// Without white space at either end.
  var withoutOuterSpace: String {
    var text = self[...]
    while text.first?.isWhitespace == true { text = text.dropFirst() }
    while text.last?.isWhitespace == true { text = text.dropLast() }
    return String(text)
  }
}
