/// One request as it came over the wire: framed and split, but not yet judged.
struct HTTPRequest: Sendable {
  var method: String
  /// The path, percent-decoded: `/api/v1/lead/`.
  var path: String
  /// The path as it was sent.
  var rawPath: String
  /// What followed the question mark, as it was sent; nil when there was none.
  var rawQuery: String?
  /// Values by lower-case name; those of a repeated header are joined by commas.
  var headers: [String: String]
  var body: [UInt8] = []
  /// Whether the client wants to use the connection again.
  var keepsConnection: Bool

  /// Decoded query parameters in the order they came.
  var query: [(name: String, value: String)] { FormText.parameters(rawQuery ?? "") }

  /// Path and query as they were sent.
  var target: String { rawQuery.map { "\(rawPath)?\($0)" } ?? rawPath }
}

/// A request that cannot be answered properly: the answer it gets, after which the connection ends.
struct MalformedRequest: Error, Equatable {
  var status: Int
  var reason: String

  static func bad(_ reason: String) -> MalformedRequest { MalformedRequest(status: 400, reason: reason) }
}

/// `application/x-www-form-urlencoded` text, as queries and OAuth bodies have it.
enum FormText {
  /// The parameters in `text`, in order; `+` is a space, `a` alone is `a` with an empty value.
  static func parameters(_ text: some StringProtocol) -> [(name: String, value: String)] {
    text.utf8.split(separator: UInt8(ascii: "&")).map { pair in
      let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      return (decode(parts[0], plusIsSpace: true), parts.count > 1 ? decode(parts[1], plusIsSpace: true) : "")
    }
  }

  /// Resolves `%41`; what is no valid escape stays as it is.
  static func decode(_ bytes: some Sequence<UInt8>, plusIsSpace: Bool = false) -> String {
    var decoded: [UInt8] = []
    var pending: [UInt8] = []
    for byte in bytes {
      if pending.count == 2, let high = hexDigit(pending[1]), let low = hexDigit(byte) {
        decoded.append(high << 4 | low)
        pending.removeAll()
      } else if pending.count == 1, hexDigit(byte) != nil {
        pending.append(byte)
      } else {
        decoded += pending
        pending.removeAll()
        if byte == UInt8(ascii: "%") {
          pending.append(byte)
        } else {
          decoded.append(plusIsSpace && byte == UInt8(ascii: "+") ? 0x20 : byte)
        }
      }
    }
    return String(decoding: decoded + pending, as: UTF8.self)
  }

  private static func hexDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
