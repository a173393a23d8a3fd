import JSONBytes

// Records whose key is one field, which is the rule, or several.

extension RecordEncoder {
  /// Notes the text of a key property.
  mutating func note(_ text: String, asKey key: JSONString, _ cursor: JSONCursor) {
    guard plan.hasCompoundKey else {
      facts.key = text
      return
    }
    if let place = place(of: key, cursor) { keyTexts[place] = text }
  }

  /// The text of a key property of the record at hand; nil when its value makes no key.
  func keyText(of key: JSONString, _ cursor: JSONCursor) -> String? {
    plan.hasCompoundKey ? place(of: key, cursor).flatMap { keyTexts[$0] } : facts.key
  }

  /// All texts with their lengths, so that no two keys read alike; nil when one is missing.
  var compoundKey: String? {
    let texts = keyTexts.compactMap(\.self)
    guard texts.count == keyTexts.count else { return nil }
    return texts.map { "\($0.utf8.count):\($0)" }.joined(separator: ",")
  }

  private func place(of key: JSONString, _ cursor: JSONCursor) -> Int? {
    plan.keyProperties.firstIndex(of: cursor.text(of: key))
  }
}
