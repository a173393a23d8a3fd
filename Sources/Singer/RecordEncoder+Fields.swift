import JSONBytes

extension RecordEncoder {
  /// Copies the members of the object at the cursor, most of them without making anything of their values.
  mutating func encodeFields(
    _ cursor: inout JSONCursor, object: Int, _ members: inout MemberRun, into output: RecordLines
  ) throws(JSONError) {
    try cursor.enterObject()
    // The cursor itself follows only where there is more to do than to copy.
    var end = cursor.offset
    var start = end
    var previous = object
    var spacing = self.spacing
    while true {
      var (index, value) = plan.fields.expected(behind: previous, at: start, cursor)
      var keyEnd = value &- 1
      var isEscaped = false
      if index < 0 {
        guard let next = try nextMember(&cursor, behind: previous, from: end, to: start, in: object) else {
          return
        }
        (index, value) = (next.index, next.end)
        (start, keyEnd, isEscaped) = (next.key.start, next.key.end, next.key.hasEscapes)
        spacing = self.spacing
      }
      if spacing > 0, cursor.holds(UInt8(ascii: " "), at: value) { value &+= spacing }
      end = -1
      if index >= 0 {
        previous = index
        let field = unsafe plan.fields.entries + index
        if object == 0 {
          guard unsafe field.pointee.value.lastMet != recordNumber else {
            throw JSONError(.duplicateKey, at: start)
          }
          unsafe field.pointee.value.lastMet = recordNumber
        }
        let shortcut = unsafe field.pointee.value.shortcut
        end = cursor.endOfPlainValue(at: value, shortcut.types)
        if end < 0, shortcut.takesInstants, let instant = cursor.normalInstant(at: value) {
          end = instant.end
          members.keep(from: start, &copy, output)
          if instant.stem < end { copy.write("Z\"", insteadOf: instant.stem..<end, cursor, to: output) }
        }
      }
      if end >= 0 {
        members.keep(from: start, &copy, output)
        members.close(at: end)
      } else {
        cursor.move(to: value)
        let key = JSONString(content: start + 1..<keyEnd - 1, hasEscapes: isEscaped)
        try encodeMember(&cursor, key, index, in: object, &members, into: output)
        end = cursor.offset
      }
      start = -1
      if cursor.holds(UInt8(ascii: ","), at: end),
        spacing == 0 || cursor.holds(UInt8(ascii: " "), at: end &+ 1)
      {
        start = end &+ 1 &+ spacing
      }
    }
  }

  /// Moves to the member behind the one that ends at `end`, when another one comes than is expected.
  ///
  /// - Parameter start: where it would begin with the spacing expected, or -1; `end` itself for the first member.
  /// - Returns: the index of its key, the key, and the offset behind its colon; nil at the end of the object.
  @inline(never)
  private mutating func nextMember(
    _ cursor: inout JSONCursor, behind previous: Int, from end: Int, to start: Int, in object: Int
  ) throws(JSONError) -> (index: Int, key: JSONString, end: Int)? {
    let isFirst = start == end
    if !isFirst, cursor.holds(UInt8(ascii: "}"), at: end) {
      cursor.leaveObject(closedAt: end)
      return nil
    }
    let (index, colon) = plan.fields.expectedFurther(behind: previous, at: start, cursor)
    if index >= 0 { return (index, JSONString(content: start + 1..<colon - 2, hasEscapes: false), colon) }
    cursor.move(to: end, isFirstItem: isFirst)
    guard try cursor.nextMember() else { return nil }
    let key = try cursor.readKey()
    if !isFirst { spacing = key.start == end + 2 && cursor.holds(UInt8(ascii: " "), at: end + 1) ? 1 : 0 }
    return (self.index(of: key, cursor, in: object, behind: previous), key, cursor.offset)
  }

  /// Writes a member whose value is at the cursor, or leaves it out, as its plan says.
  @inline(never)
  private mutating func encodeMember(
    _ cursor: inout JSONCursor, _ key: JSONString, _ index: Int, in object: Int, _ members: inout MemberRun,
    into output: RecordLines
  ) throws(JSONError) {
    let field = index >= 0 ? plan.fields[index] : unknownField(key, in: object, cursor)
    if !field.roles.isEmpty { try note(field.roles, of: key, cursor) }
    switch field.action {
    case .skip:
      members.drop(&copy, cursor, output)
      try cursor.skipValue()
    case .copy(let allowed):
      let type = cursor.nextType
      if allowed.contains(type) {
        try cursor.skipValue()
        members.keep(from: key, to: cursor.offset, &copy, output)
      } else if allowed.permits(type, try cursor.skipValue(), cursor) {
        members.keep(from: key, to: cursor.offset, &copy, output)
      } else {
        contradict(key, cursor, in: object, field.roles, &members, output)
      }
    case .date(let form, let allowed):
      let type = cursor.nextType
      let start = cursor.offset
      switch try cursor.readDate(form, type, allowed) {
      case .fitting:
        members.keep(from: key, to: cursor.offset, &copy, output)
      case .normal(let end):
        members.keep(from: key, to: cursor.offset, &copy, output)
        copy.write("Z\"", insteadOf: end..<cursor.offset, cursor, to: output)
      case .contradicting:
        contradict(key, cursor, in: object, field.roles, &members, output)
      case .other(let instant):
        members.keep(from: key, to: cursor.offset, &copy, output)
        copy.flush(upTo: start, cursor, to: output)
        scratch.removeAll(keepingCapacity: true)
        scratch.appendDate(instant)
        output.append(scratch)
        copy.start = cursor.offset
      }
    case .descend(let inner, let allowed):
      if allowed.contains(cursor.nextType) {
        members.keep(from: key.start, &copy, output)
        try encodeInside(&cursor, inner, into: output)
        members.close(at: cursor.offset)
      } else {
        try cursor.skipValue()
        contradict(key, cursor, in: object, field.roles, &members, output)
      }
    case .collect:
      members.drop(&copy, cursor, output)
      try cursor.skipValue()
      collect(key, cursor)
    case .list:
      members.drop(&copy, cursor, output)
      list(key, value: try cursor.skipValue(), cursor)
    }
  }

  /// What becomes of a member when there are too many names to remember them all.
  private func unknownField(_ key: JSONString, in object: Int, _ cursor: JSONCursor) -> RecordPlan.Field {
    RecordPlan.Field(
      action: object == 0 ? plan.action(forUndeclared: cursor.text(of: key)) : .copy(allowed: .any))
  }

  /// The field that a key names which was not expected; -1 when there are too many to know it.
  private mutating func index(
    of key: JSONString, _ cursor: JSONCursor, in object: Int, behind previous: Int
  ) -> Int {
    find(key, cursor, in: object, behind: previous) ?? learn(key, in: object, cursor) ?? -1
  }

  private mutating func find(
    _ key: JSONString, _ cursor: JSONCursor, in object: Int, behind previous: Int
  ) -> Int? {
    if key.hasEscapes { return plan.find(cursor.text(of: key), in: object, behind: previous) }
    return unsafe cursor.withBytes(in: key.content) {
      unsafe plan.fields.find($0, in: object, behind: previous)
    }
  }

  /// Notes what the driver asked for, reading ahead with a copy of the cursor.
  private mutating func note(
    _ roles: RecordPlan.Roles, of key: JSONString, _ cursor: JSONCursor
  ) throws(JSONError) {
    var ahead = cursor
    switch ahead.nextType {
    case .string:
      let string = try ahead.skipString()
      if roles.contains(.key) { note(ahead.text(of: string), asKey: key, cursor) }
      if roles.contains(.replicationKey) { facts.instant = ahead.timestamp(of: string) }
    case .number where roles.contains(.key):
      note(ahead.text(in: try ahead.skipValue()), asKey: key, cursor)
    default: break
    }
  }

  /// An object, or an array whose objects have the same fields; anything else is copied.
  private mutating func encodeInside(
    _ cursor: inout JSONCursor, _ object: Int, into output: RecordLines
  ) throws(JSONError) {
    switch cursor.nextType {
    case .object:
      var members = MemberRun(behind: cursor.offset + 1)
      try encodeFields(&cursor, object: object, &members, into: output)
      if members.isBroken { copy.start = cursor.offset - 1 }
    case .array:
      try cursor.enterArray()
      while try cursor.nextElement() { try encodeInside(&cursor, object, into: output) }
    default:
      try cursor.skipValue()
    }
  }
}

extension JSONCursor {
  /// The offset behind the value at `offset` when it is plain and of one of these types; else -1.
  @inline(__always)
  fileprivate func endOfPlainValue(at offset: Int, _ types: JSONTypes) -> Int {
    if holds(UInt8(ascii: "\""), at: offset) {
      return types.contains(.string) ? endOfPlainString(at: offset) : -1
    }
    if types.contains(type(at: offset)) { return endOfPlainValue(at: offset) }
    return types.contains(.integer) ? endOfPlainInteger(at: offset) : -1
  }
}
