import JSONBytes

// What no schema declares, or contradicts it, is kept where no loader trips over it.

extension RecordEncoder {
  /// Names beyond these are decided on each time, so that a stream of ever new ones needs no more memory.
  private static let mostNames = 10_000

  /// Decides once what becomes of a top-level field that no schema declares, and returns its index.
  mutating func learn(_ key: JSONString, _ cursor: JSONCursor) -> Int? {
    guard plan.fields.count < RecordEncoder.mostNames else { return nil }
    let name = cursor.text(of: key)
    if !plan.isListed(name) { undeclaredNames.append(name) }
    lastMet.append(0)
    return plan.add(name, RecordPlan.Field(action: plan.action(forUndeclared: name)))
  }

  /// Keeps the pair of `key` and the value the cursor has just skipped for `_undeclared`.
  mutating func collect(_ key: JSONString, _ cursor: JSONCursor) {
    undeclared.appendComma(from: 0)
    cursor.copy(key.start..<cursor.offset, to: &undeclared)
  }

  /// Treats a field of the record whose value contradicts the schema like an undeclared one.
  ///
  /// Inside an object it stays where it is: there is no better place for it, and loaders keep objects whole.
  mutating func contradict(
    _ key: JSONString, _ cursor: JSONCursor, in object: Int, _ roles: RecordPlan.Roles, _ run: inout FieldRun,
    _ output: inout [UInt8]
  ) {
    guard object == 0 else { return run.extend(from: key, to: cursor.offset) }
    if roles.contains(.key), let text = facts.key { return write(key, text, cursor, &run, &output) }
    contradictions[cursor.text(of: key), default: 0] += 1
    if plan.options.undeclared == .pass {
      run.extend(from: key, to: cursor.offset)
    } else {
      run.flush(cursor, to: &output)
      if plan.collectsUndeclared { collect(key, cursor) }
    }
  }

  /// Writes the key of the record, which no loader can do without, as a text.
  private mutating func write(
    _ key: JSONString, _ text: String, _ cursor: JSONCursor, _ run: inout FieldRun, _ output: inout [UInt8]
  ) {
    run.flush(cursor, to: &output)
    output.appendComma(from: run.start)
    cursor.copy(key.start..<key.end, to: &output)
    output.append(":")
    output.appendJSONString(text)
  }

  /// Keeps a prefixed field as `{"id": rest of the name, "value": …}`.
  mutating func list(_ key: JSONString, value: Range<Int>, _ cursor: JSONCursor) {
    let prefix = plan.options.listedPrefix?.utf8.count ?? 0
    listed.appendComma(from: 0)
    listed.append("{\"id\":")
    if key.hasEscapes {
      listed.appendJSONString(String(decoding: cursor.text(of: key).utf8.dropFirst(prefix), as: UTF8.self))
    } else {
      listed.append("\"")
      cursor.copy(key.content.lowerBound + prefix..<key.end, to: &listed)
    }
    listed.append(",\"value\":")
    cursor.copy(value, to: &listed)
    listed.append("}")
  }
}
