extension JSONValue {
  /// The value as one line of JSON without spaces.
  public var compact: String {
    var bytes: [UInt8] = []
    write(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The value as JSON indented by two spaces, without a final newline.
  public var pretty: String {
    var bytes: [UInt8] = []
    write(to: &bytes, indentation: 0)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Appends the value as one line of JSON without spaces.
  public func write(to output: inout [UInt8]) {
    write(to: &output, indentation: nil)
  }

  /// Appends the value; `indentation` is the current depth when lines are to be broken, nil for one line.
  private func write(to output: inout [UInt8], indentation: Int?) {
    switch self {
    case .null: output.append("null")
    case .bool(true): output.append("true")
    case .bool(false): output.append("false")
    case .number(let number): output.append(contentsOf: number.text.utf8)
    case .string(let text): output.appendJSONString(text)
    case .array(let elements):
      output.writeItems(elements, in: ("[", "]"), indentation) { element, output, inner in
        element.write(to: &output, indentation: inner)
      }
    case .object(let object):
      output.writeItems(object, in: ("{", "}"), indentation) { member, output, inner in
        output.appendJSONString(member.key)
        output.append(inner == nil ? ":" : ": ")
        member.value.write(to: &output, indentation: inner)
      }
    }
  }
}

extension [UInt8] {
  fileprivate mutating func writeItems<Items: Sequence>(
    _ items: Items, in brackets: (StaticString, StaticString), _ indentation: Int?,
    _ writeItem: (Items.Element, inout [UInt8], Int?) -> Void
  ) {
    append(brackets.0)
    var isEmpty = true
    for item in items {
      if !isEmpty { append(",") }
      isEmpty = false
      breakLine(indentation.map { $0 + 1 })
      writeItem(item, &self, indentation.map { $0 + 1 })
    }
    if !isEmpty { breakLine(indentation) }
    append(brackets.1)
  }

  private mutating func breakLine(_ depth: Int?) {
    guard let depth else { return }
    append(0x0A)
    append(contentsOf: repeatElement(0x20, count: depth * 2))
  }
}
