/// One key that may be written: what it holds, and when.
struct FieldRule: Sendable {
  enum Phase: Sendable {
    case always, onCreate
  }

  let name: String
  let type: FieldType
  var isRequired = false
  var phase = Phase.always
  /// Whether it may be sent on create only, and a different value later is refused rather than dropped.
  var isImmutable = false
}

/// What a key accepts, and how the value is brought into Close's form.
indirect enum FieldType: Sendable {
  case text(max: Int = 100_000)
  case flag
  case integer(ClosedRange<Int>)
  case number
  /// An instant; a date alone means its midnight.
  case instant
  /// A date alone; an instant is cut down to its day.
  case day
  /// Either, kept as what it came as.
  case dayOrInstant
  case choice([String])
  /// The id of an existing object.
  case reference(Kind)
  case list(FieldType)
  /// Lists of objects with a value and a `type`.
  case emails, phones, urls
  case addresses
  /// Contacts inside a new lead.
  case contacts
  /// A phone number, kept as E.164.
  case phone
  /// A web address, with a scheme.
  case url
  /// Taken as it comes.
  case anything
}

extension FieldRule {
  static func text(_ name: String, max: Int = 100_000) -> FieldRule {
    FieldRule(name: name, type: .text(max: max))
  }
  static func flag(_ name: String) -> FieldRule { FieldRule(name: name, type: .flag) }
  static func instant(_ name: String) -> FieldRule { FieldRule(name: name, type: .instant) }
  static func choice(_ name: String, _ values: String...) -> FieldRule {
    FieldRule(name: name, type: .choice(values))
  }
  static func reference(_ name: String, _ kind: Kind) -> FieldRule {
    FieldRule(name: name, type: .reference(kind))
  }
  static func rule(_ name: String, _ type: FieldType) -> FieldRule { FieldRule(name: name, type: type) }
  static func anything(_ name: String) -> FieldRule { FieldRule(name: name, type: .anything) }

  /// Must be sent to create an object.
  var required: FieldRule {
    var rule = self
    rule.isRequired = true
    return rule
  }

  /// Dropped from updates.
  var onCreate: FieldRule {
    var rule = self
    rule.phase = .onCreate
    return rule
  }

  /// Accepted on create; another value afterwards is refused.
  var immutable: FieldRule {
    var rule = self
    rule.isImmutable = true
    return rule
  }
}
