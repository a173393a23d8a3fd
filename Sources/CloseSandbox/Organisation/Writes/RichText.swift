/// Notes are kept twice: as plain text and as HTML.
enum RichText {
  /// `<body><p>first line</p><p>second</p></body>`.
  static func html(_ text: String) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count + 64)
    bytes += "<body><p>".utf8
    var isNewLine = true
    for byte in text.utf8 {
      if byte == UInt8(ascii: "\n") {
        if !isNewLine { bytes += "</p><p>".utf8 }
        isNewLine = true
        continue
      }
      isNewLine = false
      switch byte {
      case UInt8(ascii: "&"): bytes += "&amp;".utf8
      case UInt8(ascii: "<"): bytes += "&lt;".utf8
      case UInt8(ascii: ">"): bytes += "&gt;".utf8
      default: bytes.append(byte)
      }
    }
    bytes += "</p></body>".utf8
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The text between the tags, one line per paragraph.
  static func plain(_ html: String) -> String {
    var text = ""
    var isTag = false
    var tag = ""
    for character in html {
      switch character {
      case "<":
        isTag = true
        tag = ""
      case ">" where isTag:
        isTag = false
        if ["/p", "br", "br/", "/li", "/div"].contains(tag) { text.append("\n") }
      default: if isTag { tag.append(character) } else { text.append(character) }
      }
    }
    for (entity, character) in entities {
      text = text.split(separator: entity, omittingEmptySubsequences: false).joined(separator: character)
    }
    while text.hasSuffix("\n") { text.removeLast() }
    return text
  }

  private static let entities = [
    ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&nbsp;", " "), ("&amp;", "&"),
  ]
}
