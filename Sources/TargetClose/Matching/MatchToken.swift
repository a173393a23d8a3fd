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
    let text = MatchToken.text(of: value)
    self.value =
      switch field {
      case "email": ContactText.email(text)
      // National and international forms of one number share their last digits.
      case "phone": String(PhoneNumber(text).digits.suffix(7))
      default: MatchToken.plain(text, ResourceTable.resource(named: resource)?.field(field)?.kind)
      }
  }
}

extension MatchToken {
  /// A text in the form that is equal for all that mean the same.
  private static func plain(_ text: String, _ kind: FieldKind?) -> String {
    switch kind {
    case .url?: ContactText.url(text)
    case .phone?: String(PhoneNumber(text).digits.suffix(7))
    case .instant?, .day?, .moment?: Timestamp(text)?.dateText ?? text
    default: ContactText.trimmed(text)
    }
  }

  /// A number as it is, whether it came as `1.5` or `1.50`.
  private static func text(of value: JSONValue) -> String {
    guard value.int == nil, let number = value.double else { return RecordKey.text(of: value) }
    return String(number)
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
  ///
  /// Addresses and numbers are those of a contact, even where a lead is looked for by them.
  var lane: Digest {
    let isOfContact = field == "email" || field == "phone"
    return Digest("match", isOfContact ? "contact" : resource, field, value)
  }
}

extension MatchToken {
  /// How to search for the object that a body has been sent for; nil for tokens that no search takes.
  func criterion(
    _ resource: ResourceDefinition, _ body: JSONObject, _ directory: Directory
  ) -> MatchCriterion? {
    guard self.resource == resource.name else { return nil }
    // Of a telephone number the token has the last digits only.
    if field == "phone" {
      return MatchCriterion(.phone, resource, phones(in: body).filter { isSame(phone: $0) })
    }
    guard field.hasPrefix("custom.") else {
      return MatchCriterion(MatchKey(field), resource, [.string(value)])
    }
    let id = String(field.dropFirst("custom.".count))
    let known = resource.customFields.flatMap { directory.customField(id, of: $0) }
    let definition = known ?? CustomFieldDefinition(["id": .string(id)])
    let number = definition?.type == "number" ? try? JSONValue(parsing: value) : nil
    return MatchCriterion(.custom(id), resource, [number ?? .string(value)], customField: definition)
  }

  private func isSame(phone: JSONValue) -> Bool {
    MatchToken(resource: resource, field: field, value: phone) == self
  }

  private func phones(in body: JSONObject) -> [JSONValue] {
    let holders = resource == "lead" ? body["contacts"]?.list ?? [] : [.object(body)]
    return holders.flatMap { $0["phones"]?.list ?? [] }.compactMap { $0["phone"] }
  }
}

extension DirectoryReader {
  /// How to search for the object that a body has been sent for, by each token that a search takes.
  ///
  /// - Throws: `CloseError`.
  func criteria(
    _ tokens: [MatchToken], _ resource: ResourceDefinition, _ body: JSONObject
  ) async throws -> [MatchCriterion] {
    let isByCustomField = tokens.contains { $0.field.hasPrefix("custom.") }
    let tables = isByCustomField ? resource.customFields.map { [Directory.Table.customFields($0)] } ?? [] : []
    let directory = try await directory(with: Set(tables))
    return tokens.compactMap { $0.criterion(resource, body, directory) }
  }
}
