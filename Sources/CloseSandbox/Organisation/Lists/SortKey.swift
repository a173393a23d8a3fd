import JSONBytes

/// A value that rows can be put in order by; missing values come first.
enum SortKey: Comparable, Sendable {
  case missing
  case number(Double)
  case instant(Timestamp)
  case text(String)

  init(_ value: JSONValue?) {
    switch value {
    case .number(let number): self = number.double.map { .number($0) } ?? .missing
    case .string(let text): self = Timestamp(text).map { .instant($0) } ?? .text(text.lowercased())
    case .bool(let flag): self = .number(flag ? 1 : 0)
    default: self = .missing
    }
  }
}
