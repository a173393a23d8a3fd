/// One query parameter that narrows a list down, and the key it looks at.
struct Filter: Sendable {
  enum Test: Sendable {
    case equals
    /// A list joined by commas.
    case oneOf
    /// `true` or `false`.
    case flag
    /// A date or an instant.
    case date(Comparison)
    case number(Comparison)
  }

  enum Comparison: String, CaseIterable, Sendable {
    case equal = ""
    case less = "__lt"
    case lessOrEqual = "__lte"
    case greater = "__gt"
    case greaterOrEqual = "__gte"
  }

  let parameter: String
  let field: String
  let test: Test
  /// Only meant to be used together with one `lead_id`.
  var needsLead = false
  /// Whether the fraction of a second in the parameter counts for nothing.
  var dropsFraction = false
}

// MARK: - Short ways to declare them

extension [Filter] {
  /// `field=value`.
  static func equal(_ fields: String...) -> [Filter] {
    fields.map { Filter(parameter: $0, field: $0, test: .equals) }
  }

  /// `field=value` and `field__in=a,b`.
  static func many(_ fields: String...) -> [Filter] {
    fields.flatMap {
      [
        Filter(parameter: $0, field: $0, test: .equals),
        Filter(parameter: $0 + "__in", field: $0, test: .oneOf),
      ]
    }
  }

  /// `id__in=a,b` alone.
  static let ids = [Filter(parameter: "id__in", field: "id", test: .oneOf)]

  /// `field=true`.
  static func flag(_ fields: String...) -> [Filter] {
    fields.map { Filter(parameter: $0, field: $0, test: .flag) }
  }

  /// `parameter__gte=2024-01-01` and its kin, without equality.
  static func range(_ parameters: String..., of field: String? = nil) -> [Filter] {
    parameters.flatMap { parameter in
      Filter.Comparison.allCases.filter { $0 != .equal }.map {
        Filter(parameter: parameter + $0.rawValue, field: field ?? parameter, test: .date($0))
      }
    }
  }

  /// The four comparisons, and equality.
  static func date(_ parameters: String..., of field: String? = nil) -> [Filter] {
    parameters.flatMap { parameter in
      Filter.Comparison.allCases.map {
        Filter(parameter: parameter + $0.rawValue, field: field ?? parameter, test: .date($0))
      }
    }
  }

  /// The same filters, of use only together with one `lead_id`.
  var onlyWithLead: [Filter] {
    map {
      var filter = $0
      filter.needsLead = true
      return filter
    }
  }

  /// The same filters, blind to fractions of a second.
  var toTheSecond: [Filter] {
    map {
      var filter = $0
      filter.dropsFraction = true
      return filter
    }
  }
}
