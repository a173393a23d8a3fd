import JSONBytes

/// What tells one record of a stream from the others: the values of its key properties.
///
/// One value stands as its plain text, so that `7` and `"7"` are the same key and a child's `lead_id` can be
/// looked up among leads. Several stand as a JSON array of texts. A record without a key, or with nothing in it,
/// is told by its content: rows that lack their key are not all one object.
struct RecordKey: Hashable, Sendable {
  let text: String

  /// A key known by its text, as journals and plans write it.
  init(text: String) { self.text = text }

  /// The key of a record.
  ///
  /// - Parameter content: stands for the record when it has no key.
  init(_ properties: [String], of record: JSONObject, content: Digest) {
    let values = properties.map { record[$0] ?? .null }
    let texts = values.map(RecordKey.text)
    switch texts.count {
    case _ where values.allSatisfy(\.isNothing): text = "#\(content)"
    case 1: text = texts[0]
    default: text = JSONValue.array(texts.map { .string($0) }).compact
    }
  }

  /// Whether it stands for a record without a key.
  var isContent: Bool { text.hasPrefix("#") }

  /// A scalar as people write it, anything else as JSON; whole numbers alike whether `7` or `7.0`.
  static func text(of value: JSONValue) -> String {
    switch value {
    case .string(let text): text
    case .number(let number): number.int.map(String.init) ?? number.text
    default: value.compact
    }
  }
}

extension JSONValue {
  /// Whether it says nothing: null, or the `""` of sources that know no null.
  var isNothing: Bool { isNull || self == "" }
}
