// String contents: unescaping what was read, cleaning what would break loaders, escaping what is written.

extension JSONCursor {
  /// Appends the decoded UTF-8 of a checked string; halves of surrogate pairs become U+FFFD.
  public func appendUnescaped(_ string: JSONString, to output: inout [UInt8]) {
    var index = string.content.lowerBound
    while index < string.content.upperBound {
      let next = byte(index)
      guard next == UInt8(ascii: "\\") else {
        output.append(next)
        index += 1
        continue
      }
      let (scalar, length) = escapedScalar(at: index)
      output.append(contentsOf: scalar.utf8)
      index += length
    }
  }

  /// Appends a checked value with `\u0000` removed and halves of surrogate pairs replaced by U+FFFD.
  ///
  /// Call it only when `foundUncleanText` was set by the skip over `range`: it looks at every byte.
  public func appendCleaned(_ range: Range<Int>, to output: inout [UInt8]) {
    var index = range.lowerBound
    while index < range.upperBound {
      guard byte(index) == UInt8(ascii: "\\") else {
        output.append(byte(index))
        index += 1
        continue
      }
      let (scalar, length) = escapedScalar(at: index)
      if scalar == "\u{FFFD}" {
        output.append(contentsOf: [0xEF, 0xBF, 0xBD])
      } else if scalar != "\0" {
        copy(index..<index + length, to: &output)
      }
      index += length
    }
  }

  /// The character an already checked escape stands for, and the escape's length in bytes.
  private func escapedScalar(at index: Int) -> (Unicode.Scalar, Int) {
    switch byte(index + 1) {
    case UInt8(ascii: "b"): return ("\u{8}", 2)
    case UInt8(ascii: "f"): return ("\u{C}", 2)
    case UInt8(ascii: "n"): return ("\n", 2)
    case UInt8(ascii: "r"): return ("\r", 2)
    case UInt8(ascii: "t"): return ("\t", 2)
    case UInt8(ascii: "u"):
      guard let high = try? codeUnit(at: index) else { return ("\u{FFFD}", 2) }
      if let scalar = Unicode.Scalar(high) { return (scalar, 6) }
      guard high & 0xFC00 == 0xD800, index + 12 <= count, byte(index + 6) == UInt8(ascii: "\\"),
        byte(index + 7) == UInt8(ascii: "u"), let low = try? codeUnit(at: index + 6), low & 0xFC00 == 0xDC00
      else { return ("\u{FFFD}", 6) }
      let value = 0x10000 + (UInt32(high) & 0x3FF) << 10 + UInt32(low) & 0x3FF
      return (Unicode.Scalar(value) ?? "\u{FFFD}", 12)
    case let other: return (Unicode.Scalar(other), 2)
    }
  }
}

extension [UInt8] {
  /// Appends `text` as a JSON string with its quotes.
  public mutating func appendJSONString(_ text: String) {
    var text = text
    append("\"")
    text.withUTF8 { bytes in
      // Runs without anything to escape are copied whole.
      var start = 0
      for index in 0..<bytes.count {
        let unit = unsafe bytes[index]
        guard unit < 0x20 || unit == UInt8(ascii: "\"") || unit == UInt8(ascii: "\\") else { continue }
        unsafe append(contentsOf: bytes[start..<index])
        appendEscape(unit)
        start = index + 1
      }
      unsafe append(contentsOf: bytes[start...])
    }
    append("\"")
  }

  private mutating func appendEscape(_ unit: UInt8) {
    switch unit {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(contentsOf: [UInt8(ascii: "\\"), unit])
    case 0x0A: append("\\n")
    case 0x0D: append("\\r")
    case 0x09: append("\\t")
    default:
      append("\\u00")
      append(contentsOf: [unit >> 4, unit & 0xF].map { $0 < 10 ? $0 + 0x30 : $0 + 0x57 })
    }
  }

  /// Appends the UTF-8 bytes of `text` as they are.
  @inlinable
  public mutating func append(_ text: StaticString) {
    // Safety: a static string keeps its bytes alive for the whole run.
    unsafe append(
      contentsOf: UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }
}
