import JSONBytes

extension RecordEncoder {
  /// Copies the fields of the object at the cursor, without its braces, behind `start`.
  mutating func encodeFields(
    _ cursor: inout JSONCursor, object: Int, start: Int, into output: inout [UInt8]
  ) throws(JSONError) {
    var run = FieldRun(start: start)
    var previous = object
    try cursor.enterObject()
    while try cursor.nextMember() {
      let keyStart = cursor.offset
      let expected = plan.keys.skipExpected(behind: previous, &cursor)
      let field: RecordPlan.Field
      let key: JSONString
      if expected >= 0 {
        key = JSONString(content: keyStart + 1..<cursor.offset - 2, hasEscapes: false)
        if object == 0 { try meet(expected, at: keyStart) }
        field = plan.fields[expected]
        previous = expected
      } else {
        key = try cursor.readKey()
        field = try self.field(key, cursor, in: object, behind: &previous)
      }
      if !field.roles.isEmpty { try note(field.roles, cursor) }
      switch field.action {
      case .skip:
        try cursor.skipValue()
        run.flush(cursor, to: &output)
      case .copy(.any):
        try cursor.skipValue()
        run.extend(from: key, to: cursor.offset)
      case .copy(let allowed):
        let type = cursor.nextType
        let value = try cursor.skipValue()
        if allowed.contains(type) || allowed.permits(type, value, cursor) {
          run.extend(from: key, to: cursor.offset)
        } else {
          contradict(key, cursor, in: object, field.roles, &run, &output)
        }
      case .date(let form, let allowed):
        let type = cursor.nextType
        let start = cursor.offset
        switch try cursor.readDate(form, type, allowed) {
        case .fitting:
          run.extend(from: key, to: cursor.offset)
        case .normal(let end):
          run.extend(from: key, to: end)
          run.flush(cursor, to: &output)
          output.append("Z\"")
        case .contradicting:
          contradict(key, cursor, in: object, field.roles, &run, &output)
        case .other(let instant):
          run.extend(from: key, to: start)
          run.flush(cursor, to: &output)
          output.appendDate(instant)
        }
      case .descend(let inner, let allowed):
        if allowed.contains(cursor.nextType) {
          run.extend(from: key, to: cursor.offset)
          run.flush(cursor, to: &output)
          try encodeInside(&cursor, inner, into: &output)
        } else {
          try cursor.skipValue()
          contradict(key, cursor, in: object, field.roles, &run, &output)
        }
      case .collect:
        try cursor.skipValue()
        run.flush(cursor, to: &output)
        collect(key, cursor)
      case .list:
        run.flush(cursor, to: &output)
        list(key, value: try cursor.skipValue(), cursor)
      }
    }
    run.flush(cursor, to: &output)
  }

  /// The field that a key names which was not expected; what a schema does not know is decided on by name, inside
  /// objects copied.
  private mutating func field(
    _ key: JSONString, _ cursor: JSONCursor, in object: Int, behind previous: inout Int
  ) throws(JSONError) -> RecordPlan.Field {
    let known = find(key, cursor, in: object, behind: previous)
    guard object == 0 else {
      previous = known ?? previous
      return known.map { plan.fields[$0] } ?? RecordPlan.Field(action: .copy(allowed: .any))
    }
    guard let index = known ?? learn(key, cursor) else {
      return RecordPlan.Field(action: plan.action(forUndeclared: cursor.text(of: key)))
    }
    try meet(index, at: key.start)
    previous = index
    return plan.fields[index]
  }

  /// Takes note of a field of the record itself.
  ///
  /// - Throws: `duplicateKey` when it has come before.
  @inline(__always)
  private mutating func meet(_ index: Int, at offset: Int) throws(JSONError) {
    guard lastMet[index] != recordNumber else { throw JSONError(.duplicateKey, at: offset) }
    lastMet[index] = recordNumber
  }

  private mutating func find(
    _ key: JSONString, _ cursor: JSONCursor, in object: Int, behind previous: Int
  ) -> Int? {
    if key.hasEscapes { return plan.find(cursor.text(of: key), in: object, behind: previous) }
    return unsafe cursor.withBytes(in: key.content) {
      unsafe plan.keys.find($0, in: object, behind: previous)
    }
  }

  /// Notes what the driver asked for, reading ahead with a copy of the cursor.
  private mutating func note(_ roles: RecordPlan.Roles, _ cursor: JSONCursor) throws(JSONError) {
    var ahead = cursor
    switch ahead.nextType {
    case .string:
      let string = try ahead.skipString()
      if roles.contains(.key) { facts.key = ahead.text(of: string) }
      if roles.contains(.replicationKey) { facts.instant = ahead.timestamp(of: string) }
    case .number where roles.contains(.key):
      facts.key = ahead.text(in: try ahead.skipValue())
    default: break
    }
  }

  /// An object, or an array whose objects have the same fields; anything else is copied.
  private mutating func encodeInside(
    _ cursor: inout JSONCursor, _ object: Int, into output: inout [UInt8]
  ) throws(JSONError) {
    switch cursor.nextType {
    case .object:
      output.append("{")
      try encodeFields(&cursor, object: object, start: output.count, into: &output)
      output.append("}")
    case .array:
      output.append("[")
      let start = output.count
      try cursor.enterArray()
      while try cursor.nextElement() {
        output.appendComma(from: start)
        try encodeInside(&cursor, object, into: &output)
      }
      output.append("]")
    default:
      cursor.copy(try cursor.skipValue(), to: &output)
    }
  }
}
