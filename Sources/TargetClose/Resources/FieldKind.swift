/// What a field of Close holds, which decides how values are read, compared and merged.
enum FieldKind: Hashable, Sendable {
  /// A line or several; nothing and `""` are the same.
  case text
  /// Rich text; Close wraps it in a body.
  case html
  /// An address on the web; Close adds a missing scheme.
  case url
  /// A telephone number; Close writes it as E.164.
  case phone
  case number
  case boolean
  /// A date-time.
  case instant
  /// `YYYY-MM-DD`.
  case day
  /// A day or a date-time.
  case moment
  /// A list of texts whose order counts.
  case texts
  /// A list of objects told apart by one member.
  case entries(EntryKind)
  /// Anything else, compared as it stands.
  case json
  /// The id of another object.
  case reference(ReferenceKind)
}

/// The kinds of list entries that are added to rather than replaced.
enum EntryKind: Hashable, Sendable {
  case email, phone, url, address
}

/// What an id in a field points to, which decides how the id or name of another system becomes one of Close.
enum ReferenceKind: Hashable, Sendable {
  /// An object that this program writes too, by its resource's name.
  case object(String)
  case user
  case leadStatus
  case opportunityStatus
  case pipeline
  case activityType
  case objectType
  /// Something only its own organisation has, such as a template or an outcome.
  case local
}
