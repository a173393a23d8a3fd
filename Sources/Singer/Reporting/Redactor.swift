public import JSONBytes

/// Removes secrets from text on its way out: the last line of defence, behind never putting them there.
///
/// A secret is found as it stands and as the Base64 of `secret:`, the form Basic authentication sends.
public struct Redactor: Sendable {
  private var needles: [[UInt8]] = []
  private static let mask = Array("[redacted]".utf8)
  /// Shorter secrets would make a mess of ordinary words.
  private static let minimumLength = 4

  /// A redactor that knows no secret yet.
  public init() {}

  /// Makes `secret` unreadable from now on; texts of fewer than four bytes are passed over.
  public mutating func register(_ secret: String) {
    let secret = Array(secret.utf8)
    guard secret.count >= Redactor.minimumLength else { return }
    for needle in [secret, Redactor.base64(secret + [UInt8(ascii: ":")])] where !needles.contains(needle) {
      needles.append(needle)
    }
    // A secret may be part of another one.
    needles.sort { $0.count > $1.count }
  }

  /// The text with `[redacted]` in place of every secret.
  public func redact(_ text: String) -> String {
    guard !needles.isEmpty else { return text }
    var bytes = Array(text.utf8)
    for needle in needles { bytes = bytes.replacing(needle, with: Redactor.mask) }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The value with every text in it redacted.
  public func redact(_ value: JSONValue) -> JSONValue {
    switch value {
    case .string(let text): .string(redact(text))
    case .array(let elements): .array(elements.map(redact))
    case .object(let members): .object(redact(members))
    case .null, .bool, .number: value
    }
  }

  /// The object with every key and every text in it redacted.
  public func redact(_ members: JSONObject) -> JSONObject {
    JSONObject(members.map { (redact($0.key), redact($0.value)) })
  }

  private static func base64(_ bytes: [UInt8]) -> [UInt8] {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
      for digit in 0...group.count { text.append(alphabet[bits >> (18 - 6 * digit) & 63]) }
      text += repeatElement(UInt8(ascii: "="), count: 3 - group.count)
    }
    return text
  }
}
