import JSONBytes
import Singer

/// A table whose rows are the elements of a list inside the rows that are read.
///
///     {"id": "cont_1", "date_updated": d, "emails": [{"email": "a"}, {"email": "b"}]}
///     -> {"id": "cont_1/0", "contact_id": "cont_1", "position": 0, "date_updated": d, "email": "a"}, …
///
/// All rows of a parent bear its date, so those that an earlier, longer list has left behind are told by theirs.
struct NestedRows: Sendable {
  /// The list.
  let list: String
  /// The field that takes the parent's id.
  let parent: String

  /// What is needed of the rows that are read.
  var parentFields: [String] { ["id", "date_updated", list] }

  /// Fields that are put into each row.
  var constantFields: Set<String> { ["id", parent, "position", "date_updated"] }

  /// What is put into the row at `position` of the parent's list.
  func constants(of parent: RecordEncoder.Facts, position: Int) -> JSONObject {
    let id = parent.key ?? ""
    return [
      "id": .string("\(id)/\(position)"), self.parent: .string(id), "position": .int(position),
      "date_updated": parent.instant.map { .string($0.description) } ?? .null,
    ]
  }

  /// Goes to each row of the parent at the cursor, which must be the one that `body` consumes.
  ///
  /// - Throws: `JSONError`; a list that is missing or null has no rows.
  func forEach(
    in parent: JSONCursor, _ body: (inout JSONCursor, Int) throws(JSONError) -> Void
  ) throws(JSONError) {
    var cursor = parent
    try cursor.enterObject()
    while let name = try cursor.nextKey() {
      guard cursor.text(of: name) == list, cursor.peek() == UInt8(ascii: "[") else {
        try cursor.skipValue()
        continue
      }
      try cursor.enterArray()
      var position = 0
      while try cursor.nextElement() {
        try body(&cursor, position)
        position += 1
      }
    }
  }
}

extension RecordPlan {
  /// Looks at nothing but the ids of rows, and the date `replicationKey`.
  static func keysOnly(replicationKey: String? = nil) -> RecordPlan {
    var options = Options()
    options.undeclared = .drop
    return RecordPlan(
      stream: "", schema: ["properties": ["id": ["type": "string"]]], keyProperties: ["id"],
      replicationKey: replicationKey, options: options, isSelected: { _ in true })
  }
}
