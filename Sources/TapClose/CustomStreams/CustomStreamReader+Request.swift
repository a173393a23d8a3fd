import JSONBytes

extension CustomStreamReader {
  /// What is asked.
  mutating func request() -> RequestTemplate {
    var request = RequestTemplate()
    request.path = pathSegments()
    let method = (text("method") ?? "GET").uppercased()
    if method == "POST" {
      checkPost(to: request.path)
      request.body = body()
    } else if method != "GET" {
      reject("method", "must be GET or POST, not \(excerpt(method))")
    } else if value("body") != nil {
      reject("body", "needs \"method\": \"POST\"")
    }
    request.parameters = fields("params") { $0.parameterText }
    request.headers = fields("headers") { $0.scalarText }
    checkHeaders(request.headers)
    return request
  }

  /// Finds what might change something; which part of Close is asked must be known beforehand.
  private mutating func checkPost(to path: [MacroText]) {
    if path.first?.isPlain == false {
      reject("path", "must begin with a plain word where method is POST")
    } else if !path.isEmpty, let objection = ReadingPost.objection(toPath: path.map(\.template)) {
      reject("method", "cannot be used: \(objection)")
    }
  }

  private mutating func pathSegments() -> [MacroText] {
    guard let text = text("path") else {
      if value("path") == nil { reject("path", "is missing") }
      return []
    }
    if text.contains("://") {
      reject("path", "must be relative to base_url, such as /report/sent_emails/, not \(excerpt(text))")
      return []
    }
    if text.contains("?") {
      reject("path", "must not hold a query; put it into params")
      return []
    }
    let parts = text.split(separator: "/").map(String.init)
    if parts.isEmpty { reject("path", "must name an endpoint") }
    if parts.starts(with: ["api", "v1"]) {
      reject("path", "begins with /api/v1, which base_url has already")
    }
    if parts.contains(where: { $0 == "." || $0 == ".." }) {
      reject("path", "must not hold . or .. as a part")
    }
    return parts.compactMap { macroText($0, "path") }
  }

  private mutating func body() -> BodyTemplate {
    let document = value("body") ?? [:]
    guard document.object != nil else {
      reject("body", "must be an object")
      return .literal([:])
    }
    do throws(MacroText.Fault) {
      return try BodyTemplate(parsing: document)
    } catch {
      reject("body", "\(error)")
      return .literal([:])
    }
  }

  private mutating func fields(_ key: String, _ text: (JSONValue) -> String?) -> [RequestTemplate.Field] {
    guard let value = value(key) else { return [] }
    guard let members = value.object else {
      reject(key, "must be an object")
      return []
    }
    var fields: [RequestTemplate.Field] = []
    for (name, value) in members where !value.isNull {
      // What stands in headers may be secret and is never shown.
      guard let text = text(value) else {
        reject(
          "\(key).\(name)", "must be a text or a number" + (key == "params" ? ", or a list of them" : ""))
        continue
      }
      if let macro = macroText(text, "\(key).\(name)", isShown: key != "headers") {
        fields.append(RequestTemplate.Field(name: name, value: macro))
      }
    }
    return fields
  }

  private mutating func checkHeaders(_ headers: [RequestTemplate.Field]) {
    for header in headers {
      let isName =
        !header.name.isEmpty
        && header.name.allSatisfy {
          $0.isASCII && ($0.isLetter || $0.isNumber || "!#$%&'*+-.^_`|~".contains($0))
        }
      if !isName { reject("headers", "has the name \(excerpt(header.name)), which cannot be sent") }
      if header.value.template.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) {
        reject("headers.\(header.name)", "must not hold control characters")
      }
      switch header.name.lowercased() {
      case "authorization": reject("headers.\(header.name)", "comes from the credentials; leave it out")
      case "host", "content-length", "transfer-encoding", "x-http-method-override":
        reject("headers.\(header.name)", "is set by the program; leave it out")
      default: break
      }
    }
  }

  private mutating func macroText(_ text: String, _ key: String, isShown: Bool = true) -> MacroText? {
    do throws(MacroText.Fault) {
      return try MacroText(parsing: text)
    } catch {
      reject(key, isShown ? "\(error)" : "has a macro that is not known, or a { that is not closed")
      return nil
    }
  }
}

extension JSONValue {
  /// A query parameter; several values are joined by commas, as Close takes them.
  fileprivate var parameterText: String? {
    guard let elements = array else { return scalarText }
    let texts = elements.compactMap(\.scalarText)
    return texts.count == elements.count ? texts.joined(separator: ",") : nil
  }

  /// One value; an empty text is one too.
  fileprivate var scalarText: String? { self == "" ? "" : macroText }
}
