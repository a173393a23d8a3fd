import Foundation
import JSONBytes
import TestSupport
import Testing

/// Random texts, read by this module and by Foundation: both must see the same.
@Suite("Compared with JSONSerialization")
struct JSONComparisonTests {
  @Test("valid texts have the same values")
  func valuesAgree() throws {
    for var random in Fuzzing.cases(2000) {
      let text = random.jsonText()
      let value = try JSONValue(parsing: text)
      let other = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
      if !value.agrees(with: other) { Issue.record("\(text)\nis \(value.compact)\nand \(other)") }
      if try JSONValue(parsing: value.compact) != value { Issue.record("\(value.compact) reads differently") }
    }
  }

  @Test("damaged texts are refused by both or by none")
  func verdictsAgree() {
    for var random in Fuzzing.cases(2000) {
      let bytes = random.damaged(Array(random.jsonText().utf8))
      let error = fault(in: bytes)
      let isAccepted =
        (try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)) != nil
      if (error == nil) != isAccepted, !isKnownDifference(bytes, error) {
        let text = String(decoding: bytes, as: UTF8.self)
        Issue.record("\(text)\n\(error.map(String.init(describing:)) ?? "is accepted here only")")
      }
    }
  }

  /// Foundation takes trailing commas, and reads NUL bytes as a sign of UTF-16 or UTF-32; it refuses halves of
  /// surrogate pairs and numbers too large for it.
  private func isKnownDifference(_ bytes: [UInt8], _ error: JSONError?) -> Bool {
    guard let error else {
      let value = try? JSONValue(parsing: bytes)
      let text = value?.compact ?? ""
      return text.contains("\u{FFFD}") || text.contains { "eE".contains($0) }
    }
    let before = bytes[..<error.offset].last { !" \t\r\n".utf8.contains($0) }
    return bytes.contains(0) || before == UInt8(ascii: ",") && "]}".utf8.contains(bytes[error.offset])
  }
}

extension JSONValue {
  /// Whether this is what Foundation made of the same text.
  fileprivate func agrees(with other: Any) -> Bool {
    switch self {
    case .null: return other is NSNull
    case .bool(let value): return other as? Bool == value
    case .string(let value): return other as? String == value
    case .number(let number):
      guard let ours = number.double, let theirs = (other as? NSNumber)?.doubleValue else { return false }
      return abs(ours - theirs) <= abs(ours) * 1e-14
    case .array(let elements):
      guard let others = other as? [Any], others.count == elements.count else { return false }
      return zip(elements, others).allSatisfy { $0.agrees(with: $1) }
    case .object(let object):
      guard let others = other as? [String: Any], others.count == object.count else { return false }
      return object.allSatisfy { member in others[member.key].map(member.value.agrees) ?? false }
    }
  }
}

extension SeededGenerator {
  /// A valid JSON text with white space, escapes and numbers of all forms.
  fileprivate mutating func jsonText(depth: Int = 0) -> String {
    func space() -> String { pick(["", "", "", " ", "\n", "\r\n\t", "   "]) }
    let kind = Int.random(in: depth == 0 ? 6...9 : depth < 4 ? 0...9 : 0...5, using: &self)
    switch kind {
    case 0: return space() + pick(["null", "true", "false"]) + space()
    case 1, 2: return space() + number() + space()
    case 3...5: return space() + string() + space()
    case 6, 7:
      let elements = (0..<Int.random(in: 0...4, using: &self)).map { _ in jsonText(depth: depth + 1) }
      return space() + "[" + (elements.isEmpty ? space() : elements.joined(separator: ",")) + "]" + space()
    default:
      let members = (0..<Int.random(in: 0...4, using: &self)).map { index in
        "\(space())\"\(index)\(string().dropFirst())\(space()):\(jsonText(depth: depth + 1))"
      }
      return space() + "{" + (members.isEmpty ? space() : members.joined(separator: ",")) + "}" + space()
    }
  }

  private mutating func number() -> String {
    let integer = pick(["0", "7", "10", "4711", "123456789", "1234567890123456"])
    return pick(["", "-"]) + integer + pick(["", "", ".0", ".10", ".000123"])
      + pick(["", "", "e3", "E+7", "e-12"])
  }

  private mutating func string() -> String {
    let pieces = (0..<Int.random(in: 0...6, using: &self)).map { _ in
      pick([
        "a", "long enough for more than eight bytes", " ", "é", "€", "😀", "\u{7F}", "/", "{", "]", ",", ":",
        #"\""#, #"\\"#, #"\/"#, #"\b\f\n\r\t"#, #"\u0041"#, #"\u00e9"#, #"\u20AC"#, #"\ud83d\ude00"#,
        #"\u0000"#,
      ])
    }
    return "\"\(pieces.joined())\""
  }
}
