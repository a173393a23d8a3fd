/// What a value that points to another object becomes: the id of that object in this organisation.
enum ParentRule: Hashable, Sendable {
  /// This id.
  case use(String)
  /// The value itself, when an object of that id is there; otherwise a record of that key has to come first.
  case ask(String)
  /// A record of that key has to come first.
  case wait

  /// Decides for `value`.
  ///
  /// - Parameters:
  ///   - known: the id a record of that key has been written to.
  ///   - isForeign: whether the record comes from another organisation; nil when it does not say.
  init(_ value: String, known: String?, isForeign: Bool?, resource: ResourceDefinition?) {
    if let known {
      self = .use(known)
    } else if isForeign == false {
      self = .use(value)
    } else if isForeign == nil, resource?.looksLikeID(value) ?? true {
      self = .ask(value)
    } else {
      self = .wait
    }
  }
}
