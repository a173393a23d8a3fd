import JSONBytes

/// What Close says in the body of an error, whatever shape it chose.
///
/// Two generations of servers answer differently, and proxies answer with pages of their own:
///
///     {"error": "Empty query: …"}
///     {"errors": ["…"], "field-errors": {"emails": {"errors": {"0": {"field-errors": {"email": "…"}}}}}}
///     {"error": {"message": "…", "rate_reset": 0.13}}
///     <html><title>502 Bad Gateway</title>…
package struct APIErrorBody: Hashable, Sendable {
  /// Messages about the request as a whole, in order.
  package private(set) var messages: [String] = []
  /// Messages about single fields, with paths such as `emails.0.email`.
  package private(set) var fieldErrors: [FieldError] = []
  /// Seconds until a rate limit resets, from bodies of older servers.
  package private(set) var rateReset: Duration?

  private static let longestText = 300

  /// Reads a body; one that is no JSON object is taken as text and cut short.
  package init(_ body: [UInt8]) {
    guard let document = try? JSONValue(parsing: body) else {
      messages = [APIErrorBody.plainText(body)].filter { !$0.isEmpty }
      return
    }
    guard let object = document.object else {
      collect(document, at: "")
      return
    }
    for key in ["error", "errors", "message", "detail", "error_description"] {
      if let value = object[key] { collect(value, at: "") }
    }
    for key in ["field-errors", "field_errors"] {
      if let value = object[key] { collect(value, at: "") }
    }
    let reset = object["error"]?["rate_reset"]?.double ?? object["rate_reset"]?.double
    rateReset = reset.flatMap { Duration(politeSeconds: $0) }
  }

  /// Everything said, as one text: messages first, then `field: message`.
  package var summary: String {
    (messages + fieldErrors.map(\.description)).joined(separator: "; ")
  }

  /// Files what stands at a path: texts end up as messages, everything else is walked through.
  private mutating func collect(_ value: JSONValue, at path: String) {
    switch value {
    case .string(let text): add(text, at: path)
    case .array(let items):
      for (index, item) in items.enumerated() {
        // A list of texts says several things about one field; a list of objects one thing about each item.
        collect(item, at: item.string == nil ? APIErrorBody.join(path, String(index)) : path)
      }
    case .object(let object): collect(object, at: path)
    case .number(let number): add(number.text, at: path)
    case .bool, .null: break
    }
  }

  private mutating func collect(_ object: JSONObject, at path: String) {
    if let text = (object["message"] ?? object["msg"])?.string {
      // Newer servers name the field inside: {"loc": ["body", "name"], "msg": "Field required"}.
      let location = object["loc"]?.array?.compactMap { $0.string ?? $0.int.map(String.init) }
      return add(text, at: location.map { $0.joined(separator: ".") } ?? path)
    }
    for (key, value) in object {
      switch key {
      case "errors", "error", "field-errors", "field_errors": collect(value, at: path)
      default: collect(value, at: APIErrorBody.join(path, key))
      }
    }
  }

  private mutating func add(_ text: String, at path: String) {
    let text = APIErrorBody.shorten(text)
    if path.isEmpty {
      messages.append(text)
    } else {
      fieldErrors.append(FieldError(field: path, message: text))
    }
  }

  private static func join(_ path: String, _ name: String) -> String {
    path.isEmpty ? name : path + "." + name
  }

  /// The words of a text or HTML page.
  private static func plainText(_ body: [UInt8]) -> String {
    let text = String(decoding: body.prefix(20_000), as: UTF8.self)
    guard text.contains("<") else { return shorten(text) }
    var words = ""
    var isTag = false
    for character in text {
      switch character {
      case "<": isTag = true
      case ">":
        isTag = false
        words.append(" ")
      case _ where !isTag: words.append(character)
      default: break
      }
    }
    return shorten(words)
  }

  /// One line of at most 300 characters.
  private static func shorten(_ text: String) -> String {
    let line = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return line.count > longestText ? line.prefix(longestText) + "…" : line
  }
}

/// What Close says about one field of a request.
public struct FieldError: Hashable, Sendable, CustomStringConvertible {
  /// The field; parts of nested ones are joined by dots, list items go by index: `emails.0.email`.
  public let field: String
  /// Close's own message.
  public let message: String

  /// Creates a field error.
  public init(field: String, message: String) {
    self.field = field
    self.message = message
  }

  /// `field: message`.
  public var description: String { "\(field): \(message)" }
}
