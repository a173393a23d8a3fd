/// A way to recognise the object in Close that a record stands for.
enum MatchKey: Hashable, Sendable {
  /// Close's own id.
  case id
  case email
  case phone
  /// A field of Close's own, such as `name`.
  case field(String)
  /// A custom field, by its id or its name.
  case custom(String)

  /// Reads a key as the settings write it: `id`, `email`, `custom.cf_…`, `custom.Customer number`, `name`.
  init(_ text: String) {
    switch text {
    case "id": self = .id
    case "email", "emails": self = .email
    case "phone", "phones": self = .phone
    case _ where text.hasPrefix("custom."): self = .custom(String(text.dropFirst("custom.".count)))
    case _ where text.hasPrefix("cf_"): self = .custom(text)
    default: self = .field(text)
    }
  }
}

extension MatchKey: CustomStringConvertible {
  /// The key as the settings write it.
  var description: String {
    switch self {
    case .id: "id"
    case .email: "email"
    case .phone: "phone"
    case .field(let name): name
    case .custom(let name): "custom.\(name)"
    }
  }
}
