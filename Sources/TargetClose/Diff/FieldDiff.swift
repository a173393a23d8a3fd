import JSONBytes

/// One field that differs: as it is in Close, and as it should be.
struct FieldChange: Hashable, Sendable {
  let name: String
  /// Null when Close has nothing there.
  let from: JSONValue
  let to: JSONValue

  /// The field itself: a change of one value of several is named `….add` or `….remove`.
  var field: String {
    for suffix in [".add", ".remove"] where name.hasPrefix("custom.") && name.hasSuffix(suffix) {
      return String(name.dropLast(suffix.count))
    }
    return name
  }

  /// What becomes of a value.
  func outcome(from value: JSONValue) -> JSONValue {
    if field == name { return to }
    let others = value.list.filter { $0 != to }
    return .array(name.hasSuffix(".add") ? others + [to] : others)
  }
}

/// What has to be sent so that an object in Close becomes as it is wanted.
struct FieldDiff: Sendable {
  private(set) var changes: [FieldChange] = []
  /// The update's body; empty when nothing differs.
  private(set) var body = JSONObject()
  /// Fields that differ although Close never changes them.
  private(set) var unchangeable: [String] = []

  /// Compares value by value, each by its type; fields the record does not have stay as they are.
  init(_ desired: DesiredObject, live: JSONObject) {
    for (name, value) in desired.values {
      switch desired.use(of: name) {
      case .creation:
        let kind = desired.kind(of: name)
        if kind.tellsWhereItBelongs, !value.isNull, !kind.isSame(value, live[name]) {
          unchangeable.append(name)
        }
      case .always, .update: compare(name, value, live, desired)
      }
    }
  }

  private mutating func compare(
    _ name: String, _ value: JSONValue, _ live: JSONObject, _ desired: DesiredObject
  ) {
    // Sources that know no null write nothing as "".
    if value == "", desired.nulls == .omit { return }
    let kind = desired.kind(of: name)
    if let (field, isAddition) = FieldDiff.singleValue(name) {
      let isThere = (live[field]?.list ?? []).contains { FieldKind.text.isSame($0, value) }
      if isThere != isAddition { note(field, sent: [(name, value)], live) }
    } else if desired.acceptsMultipleValues(name), !value.isNull {
      let policy = desired.lists.policy(ofCustomField: name)
      let members = ListMerge.values(
        of: name, live: live[name]?.list ?? [], desired: value.list, policy: policy)
      if !members.isEmpty { note(name, sent: members, live) }
    } else if case .entries(let entries) = kind {
      let policy = desired.lists.policy(of: name)
      let merged = ListMerge.entries(
        entries, live: live[name]?.list ?? [], desired: value.list, policy: policy)
      if let merged { note(name, sent: [(name, .array(merged))], live) }
    } else if !kind.isSame(value, live[name]) {
      note(name, sent: [(name, value)], live)
    }
  }

  private mutating func note(
    _ name: String, sent members: [(key: String, value: JSONValue)], _ live: JSONObject
  ) {
    for (key, value) in members {
      body[key] = value
      changes.append(FieldChange(name: key, from: live[name] ?? .null, to: value))
    }
  }

  /// The field of `custom.cf_….add` or `.remove`, and whether it adds.
  private static func singleValue(_ name: String) -> (field: String, isAddition: Bool)? {
    guard name.hasPrefix("custom.") else { return nil }
    if name.hasSuffix(".add") { return (String(name.dropLast(4)), true) }
    if name.hasSuffix(".remove") { return (String(name.dropLast(7)), false) }
    return nil
  }
}

extension FieldKind {
  /// Whether an object would be out of place with another value; who made it and when is no such field.
  fileprivate var tellsWhereItBelongs: Bool {
    switch self {
    case .reference(.object), .reference(.pipeline), .reference(.activityType), .reference(.objectType): true
    default: false
    }
  }
}

extension JSONValue {
  /// The elements of an array; a lone value counts as one, null as none.
  var list: [JSONValue] {
    switch self {
    case .array(let elements): elements
    case .null: []
    default: [self]
    }
  }
}
