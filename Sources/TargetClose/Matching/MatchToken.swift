import CloseConnection
import JSONBytes

/// A value by which an object can be recognised, in a form that is equal whenever the value is: an e-mail in
/// lower case, a telephone number as digits.
struct MatchToken: Hashable, Sendable {
  let resource: String
  /// `email`, `phone`, `name`, `custom.cf_…`.
  let field: String
  let value: String

  init(resource: String, field: String, value: JSONValue) {
    self.resource = resource
    self.field = field
    let text = RecordKey.text(of: value)
    self.value =
      switch field {
      case "email": ContactText.email(text)
      // National and international forms of one number share their last digits.
      case "phone": String(PhoneNumber(text).digits.suffix(7))
      default: ContactText.trimmed(text)
      }
  }
}

extension MatchToken: CustomStringConvertible {
  /// `contact email ann@example.com`, as journals write it.
  var description: String { "\(resource) \(field) \(value)" }

  /// Reads what `description` writes; nil for anything else.
  init?(_ text: String) {
    let parts = text.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 3 else { return nil }
    (resource, field, value) = (parts[0], parts[1], parts[2])
  }

  /// What keeps records that may mean the same object from being written at the same time.
  var lane: Digest { Digest("match", resource, field, value) }
}

extension MatchToken {
  /// How to search for it; nil for tokens that no search takes.
  func criterion(_ resource: ResourceDefinition) -> MatchCriterion? {
    // Of a telephone number the token has the last digits only.
    guard self.resource == resource.name, field != "phone" else { return nil }
    guard field.hasPrefix("custom.") else {
      return MatchCriterion(MatchKey(field), resource, [.string(value)])
    }
    let id = String(field.dropFirst("custom.".count))
    let definition = CustomFieldDefinition(["id": .string(id)])
    return MatchCriterion(.custom(id), resource, [.string(value)], customField: definition)
  }
}
