internal import JSONBytes

extension ValidationRule {
  /// The first thing wrong with `value`; nil when it obeys.
  func fault(in value: JSONValue) -> SchemaFault? {
    guard types.contains(JSONTypes(of: value)) else {
      return SchemaFault("must be \(types.phrase), not \(value.excerpt)")
    }
    if let choices, !choices.contains(where: { $0.isSame(as: value) }) {
      let names = choices.prefix(10).map(\.compact).joined(separator: ", ")
      return SchemaFault("must be one of \(names)\(choices.count > 10 ? ", …" : ""), not \(value.excerpt)")
    }
    return ownFault(in: value) ?? combinationFault(in: value)
  }

  private func ownFault(in value: JSONValue) -> SchemaFault? {
    switch value {
    case .null, .bool: nil
    case .number(let number):
      number.double.flatMap(numbers.requirement).map { SchemaFault("must be \($0), not \(number.text)") }
    case .string(let text): fault(inText: text)
    case .array(let elements): fault(inElements: elements)
    case .object(let members): fault(inMembers: members)
    }
  }

  private func fault(inText text: String) -> SchemaFault? {
    if isDateTime, Timestamp(text) == nil {
      return SchemaFault("must be a date-time, not \(JSONValue.string(text).excerpt)")
    }
    guard lengths != 0...Int.max else { return nil }
    let length = text.unicodeScalars.count
    return lengths.contains(length)
      ? nil : SchemaFault("has \(length) characters; \(lengths.phrase) are allowed")
  }

  private func fault(inElements elements: [JSONValue]) -> SchemaFault? {
    guard counts.contains(elements.count) else {
      return SchemaFault("has \(elements.count) elements; \(counts.phrase) are allowed")
    }
    for (index, element) in elements.enumerated() {
      guard let rule = index < items.count ? items[index] : repeatsLastItem ? items.last : nil else { break }
      if let fault = rule.fault(in: element) { return fault.inside(index: index) }
    }
    return nil
  }

  private func fault(inMembers members: JSONObject) -> SchemaFault? {
    for name in required where members[name] == nil {
      return SchemaFault("the required property \"\(name)\" is missing")
    }
    for (name, value) in members {
      if let rule = properties[name] {
        if let fault = rule.fault(in: value) { return fault.inside(key: name) }
        continue
      }
      switch otherMembers {
      case .allowed: break
      case .refused: return SchemaFault("the schema declares no property \"\(name)\" and allows no others")
      case .checked(let rule): if let fault = rule.fault(in: value) { return fault.inside(key: name) }
      }
    }
    return nil
  }

  private func combinationFault(in value: JSONValue) -> SchemaFault? {
    for rule in allOf {
      if let fault = rule.fault(in: value) { return fault }
    }
    if !anyOf.isEmpty {
      let faults = anyOf.compactMap { $0.fault(in: value) }
      if faults.count == anyOf.count { return SchemaFault.choosing(from: faults, of: anyOf, for: value) }
    }
    if !oneOf.isEmpty {
      let faults = oneOf.compactMap { $0.fault(in: value) }
      if faults.count == oneOf.count { return SchemaFault.choosing(from: faults, of: oneOf, for: value) }
      if faults.count < oneOf.count - 1 { return SchemaFault("matches more than one form of its \"oneOf\"") }
    }
    return nil
  }
}

extension SchemaFault {
  /// The fault to tell when every form failed: that of the form of the value's type, if there is just one.
  fileprivate static func choosing(
    from faults: [SchemaFault], of forms: [ValidationRule], for value: JSONValue
  ) -> SchemaFault {
    let likely = zip(faults, forms).filter { $1.types.contains(JSONTypes(of: value)) }
    if likely.count == 1, let fault = likely.first?.0 { return fault }
    return SchemaFault("has none of the \(forms.count) forms that are allowed; it is \(value.excerpt)")
  }
}

extension JSONTypes {
  /// The type of a value; a whole number, also one written `1.0`, is an integer.
  init(of value: JSONValue) {
    switch value {
    case .null: self = .null
    case .bool: self = .boolean
    case .string: self = .string
    case .array: self = .array
    case .object: self = .object
    case .number(let number):
      let isWhole =
        !number.text.contains { ".eE".contains($0) } || number.double.map { $0 == $0.rounded() } == true
      self = isWhole ? .integer : .number
    }
  }

  /// `null or string`.
  fileprivate var phrase: String {
    if isEmpty { return "absent" }
    var names: [String] = []
    if contains(.null) { names.append("null") }
    if contains(.boolean) { names.append("boolean") }
    if contains(.number) { names.append("number") } else if contains(.integer) { names.append("integer") }
    if contains(.string) { names.append("string") }
    if contains(.array) { names.append("array") }
    if contains(.object) { names.append("object") }
    return names.joined(separator: " or ")
  }
}

extension ClosedRange<Int> {
  /// `3 to 5`, `at least 3`.
  fileprivate var phrase: String {
    upperBound == .max ? "at least \(lowerBound)" : "\(lowerBound) to \(upperBound)"
  }
}

extension JSONValue {
  /// Whether both are the same value; numbers may be written differently.
  fileprivate func isSame(as other: JSONValue) -> Bool {
    if case .number(let left) = self, case .number(let right) = other {
      return left.text == right.text || left.double == right.double
    }
    return self == other
  }
}
