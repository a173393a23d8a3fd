import JSONBytes

extension FieldKind {
  /// Whether two values of a field mean the same; an absent field, null and an empty text are one.
  func isSame(_ left: JSONValue?, _ right: JSONValue?) -> Bool {
    let (left, right) = (FieldKind.meaning(left), FieldKind.meaning(right))
    guard let left, let right else { return left == nil && right == nil }
    switch self {
    case .text, .reference: return FieldKind.plain(left) == FieldKind.plain(right)
    case .html: return FieldKind.innerHTML(left) == FieldKind.innerHTML(right)
    case .url: return bothTexts(left, right) { ContactText.url($0) == ContactText.url($1) }
    case .phone: return bothTexts(left, right) { PhoneNumber($0).isSame(as: PhoneNumber($1)) }
    case .number, .boolean, .json: return FieldKind.isSameJSON(left, right)
    case .instant, .day, .moment: return bothTexts(left, right, FieldKind.isSameMoment)
    case .texts:
      return FieldKind.list(left).map(FieldKind.plain) == FieldKind.list(right).map(FieldKind.plain)
    case .entries(let kind):
      let (lefts, rights) = (FieldKind.list(left), FieldKind.list(right))
      return lefts.count == rights.count
        && zip(lefts, rights).allSatisfy { kind.isSame($0, $1) && kind.isSameLabel($0, $1) }
    }
  }

  private func bothTexts(_ left: JSONValue, _ right: JSONValue, _ compare: (String, String) -> Bool) -> Bool {
    guard let leftText = left.string, let rightText = right.string else { return left == right }
    return leftText == rightText || compare(leftText, rightText)
  }

  /// Nil for what says nothing.
  private static func meaning(_ value: JSONValue?) -> JSONValue? {
    switch value {
    case nil, .null?, .string("")?: nil
    case .array(let elements)? where elements.isEmpty: nil
    case let value?: value
    }
  }

  /// The value as a text, as Close keeps it: without space around it.
  private static func plain(_ value: JSONValue) -> String { ContactText.trimmed(RecordKey.text(of: value)) }

  /// Close wraps rich text in a body of its own.
  private static func innerHTML(_ value: JSONValue) -> String {
    var text = plain(value)
    if text.hasPrefix("<body>") { text.removeFirst("<body>".count) }
    if text.hasSuffix("</body>") { text.removeLast("</body>".count) }
    return ContactText.trimmed(text)
  }

  private static func list(_ value: JSONValue) -> [JSONValue] { value.array ?? [value] }

  /// Close keeps milliseconds; where one side has only a day, days are compared.
  private static func isSameMoment(_ left: String, _ right: String) -> Bool {
    guard let first = Timestamp(left), let second = Timestamp(right) else { return false }
    if left.utf8.count == 10 || right.utf8.count == 10 { return first.dateText == second.dateText }
    return first.microseconds / 1000 == second.microseconds / 1000
  }

  /// Whether two documents are the same; numbers may be written differently, absent members are null.
  static func isSameJSON(_ left: JSONValue, _ right: JSONValue) -> Bool {
    switch (left, right) {
    case (.number(let left), .number(let right)):
      if left.text == right.text { return true }
      // Neighbours beyond 2^53 are the same as `Double`s.
      if let left = left.int, let right = right.int { return left == right }
      return left.double != nil && left.double == right.double
    case (.array(let left), .array(let right)):
      return left.count == right.count && zip(left, right).allSatisfy(isSameJSON)
    case (.object(let left), .object(let right)):
      return Set(left.keys).union(right.keys).allSatisfy {
        isSameJSON(left[$0] ?? .null, right[$0] ?? .null)
      }
    default: return left == right
    }
  }
}

extension EntryKind {
  /// The member that holds the address or number; nil for postal addresses, which are told by all their parts.
  var identity: String? {
    switch self {
    case .email: "email"
    case .phone: "phone"
    case .url: "url"
    case .address: nil
    }
  }

  /// The members that may be written.
  var members: [String] {
    switch self {
    case .email: ["email", "type"]
    case .phone: ["phone", "type"]
    case .url: ["url", "type"]
    case .address: ["label", "address_1", "address_2", "city", "state", "zipcode", "country"]
    }
  }

  /// Whether two entries stand for the same address or number, whatever they are labelled.
  func isSame(_ left: JSONValue, _ right: JSONValue) -> Bool {
    switch self {
    case .email: ContactText.email(text(left)) == ContactText.email(text(right))
    case .phone: text(left) == text(right) || PhoneNumber(text(left)).isSame(as: PhoneNumber(text(right)))
    case .url: ContactText.url(text(left)) == ContactText.url(text(right))
    case .address:
      members.dropFirst().allSatisfy {
        ContactText.email(left[$0]?.string ?? "") == ContactText.email(right[$0]?.string ?? "")
      }
    }
  }

  /// Whether two entries carry the same label; an entry without one takes what Close gives it.
  func isSameLabel(_ left: JSONValue, _ right: JSONValue) -> Bool {
    let name = self == .address ? "label" : "type"
    guard let first = left[name]?.string, let second = right[name]?.string else { return true }
    return first == second
  }

  /// The address or number of an entry.
  func text(_ entry: JSONValue) -> String { identity.flatMap { entry[$0]?.string } ?? "" }

  /// An entry with nothing but what may be written; a bare text is taken as the address or number.
  func cleaned(_ entry: JSONValue) -> JSONValue? {
    if let text = entry.string, let identity {
      return text.isEmpty ? nil : .object([identity: .string(ContactText.trimmed(text))])
    }
    guard let object = entry.object else { return nil }
    let kept = members.compactMap { name in
      object[name].flatMap { value in value.isNull ? nil : (name, value) }
    }
    guard identity.map({ object[$0]?.string?.isEmpty == false }) ?? !kept.isEmpty else { return nil }
    return .object(JSONObject(kept))
  }
  /// The entry with the label Close gives one that has none.
  func labelled(_ entry: JSONValue) -> JSONValue {
    guard self != .address, entry["type"] == nil, var object = entry.object else { return entry }
    object["type"] = self == .url ? "url" : "office"
    return .object(object)
  }
}
