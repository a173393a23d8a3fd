import JSONBytes

/// The entries in a contact's lists as Close sends them.
enum ContactParts {
  static func phone(_ number: PhoneNumber, type: String) -> JSONValue {
    [
      "country": .string(number.country), "phone": .string(number.e164),
      "phone_formatted": .string(number.formatted), "type": .string(type),
    ]
  }

  static func email(_ address: String, type: String, isUnsubscribed: Bool = false) -> JSONValue {
    ["email": .string(address), "is_unsubscribed": .bool(isUnsubscribed), "type": .string(type)]
  }

  static func url(_ address: String, type: String) -> JSONValue {
    ["type": .string(type), "url": .string(address)]
  }
}
