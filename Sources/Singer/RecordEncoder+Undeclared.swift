import JSONBytes

// What no schema declares, or contradicts it, is kept where no loader trips over it.

extension RecordEncoder {
  /// Names beyond these are decided on each time, so that a stream of ever new ones needs no more memory.
  private static let mostNames = 10_000
  /// Bytes; a longer one is decided on each time as well.
  private static let longestName = 1000

  /// Takes in a field that no schema declares, having decided once what becomes of it, and returns its index.
  ///
  /// Inside objects all fields are copied.
  mutating func learn(_ key: JSONString, in object: Int, _ cursor: JSONCursor) -> Int? {
    guard plan.fields.count < RecordEncoder.mostNames, key.content.count <= RecordEncoder.longestName else {
      return nil
    }
    let name = cursor.text(of: key)
    guard object == 0 else {
      return plan.add(name, RecordPlan.Field(action: .copy(allowed: .any)), in: object)
    }
    if !plan.isListed(name) { undeclaredNames.append(name) }
    return plan.add(name, RecordPlan.Field(action: plan.action(forUndeclared: name)))
  }

  /// Keeps the pair of `key` and the value the cursor has just skipped for `_undeclared`.
  mutating func collect(_ key: JSONString, _ cursor: JSONCursor) {
    undeclared.appendComma(from: 0)
    cursor.copy(key.start..<cursor.offset, to: &undeclared)
  }

  /// Treats a field of the record whose value contradicts the schema like an undeclared one; says whether it
  /// stays.
  ///
  /// Inside an object it stays where it is: there is no better place for it, and loaders keep objects whole.
  mutating func contradict(
    _ key: JSONString, _ cursor: JSONCursor, in object: Int, _ roles: RecordPlan.Roles,
    _ members: inout MemberRun,
    _ output: RecordLines
  ) {
    guard object == 0 else { return members.keep(from: key, to: cursor.offset, &copy, output) }
    if roles.contains(.key), let text = keyText(of: key, cursor) {
      return write(key, text, cursor, &members, output)
    }
    contradictions[cursor.text(of: key), default: 0] += 1
    if plan.options.undeclared == .pass {
      members.keep(from: key, to: cursor.offset, &copy, output)
    } else {
      members.drop(&copy, cursor, output)
      if plan.collectsUndeclared { collect(key, cursor) }
    }
  }

  /// Writes the key of the record, which no loader can do without, as a text.
  private mutating func write(
    _ key: JSONString, _ text: String, _ cursor: JSONCursor, _ members: inout MemberRun, _ output: RecordLines
  ) {
    members.keep(from: key, to: cursor.offset, &copy, output)
    copy.flush(upTo: key.end, cursor, to: output)
    scratch.removeAll(keepingCapacity: true)
    scratch.append(":")
    scratch.appendJSONString(text)
    output.append(scratch)
    copy.start = cursor.offset
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
