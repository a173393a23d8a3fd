import JSONBytes

/// Objects that Close would accept but that nobody wants: a contact without a lead, a note about nothing.
enum Refusal {
  /// - Throws: `Rejection` that names what is missing.
  static func check(_ object: DesiredObject, required: [String]) throws(Rejection) {
    let missing = required.filter { name in
      guard let value = object.values[name] else { return true }
      // A text may be empty, an id may not.
      if value == "", case .reference = object.kind(of: name) { return true }
      return value.isNull
    }
    guard let first = missing.first else { return }
    let hint =
      first == "lead_id" ? "; without it Close would refuse it or invent a lead" : ""
    throw Rejection("\"\(missing.joined(separator: "\", \""))\" is missing\(hint)")
  }
}
