import CCurl

/// The parts of a URL that decide whether and with which credentials it may be asked.
///
/// libcurl's own parser finds them, so that what is checked is what is later connected to.
package struct WebAddress: Hashable {
  /// The absolute URL.
  package let url: String
  /// Who is asked; credentials given for one origin are never shown to another.
  package let origin: Origin

  /// Scheme, host and port.
  package struct Origin: Hashable {
    let scheme: String
    /// Lower-case; an IPv6 address keeps its brackets.
    let host: String
    let port: String
  }

  /// Parses an absolute URL, or a `location` relative to one.
  ///
  /// - Throws: `.badURL` when it is malformed, has a user name or password, or asks for another scheme than
  ///   `https` (or `http` on this machine).
  package init(parsing url: String, location: String? = nil) throws(TransportError) {
    func refuse(_ reason: String) -> TransportError {
      TransportError(.badURL, url: location ?? url, detail: reason, mayHaveBeenProcessed: false)
    }
    guard let handle = unsafe curl_url() else { throw refuse("out of memory") }
    defer { unsafe curl_url_cleanup(handle) }
    for case let text? in [url, location] {
      switch unsafe curl_url_set(handle, CURLUPART_URL, text, UInt32(CURLU_DISALLOW_USER)) {
      case CURLUE_OK: break
      case CURLUE_USER_NOT_ALLOWED: throw refuse("a URL must not carry a user name or password")
      case CURLUE_UNSUPPORTED_SCHEME: throw refuse("only https is supported")
      case let code: throw refuse(unsafe String(cString: ccurl_url_problem(code)))
      }
    }
    self.url = location == nil ? url : unsafe WebAddress.part(CURLUPART_URL, of: handle, flags: 0)
    origin = Origin(
      scheme: unsafe WebAddress.part(CURLUPART_SCHEME, of: handle).lowercased(),
      host: unsafe WebAddress.part(CURLUPART_HOST, of: handle).lowercased(),
      port: unsafe WebAddress.part(CURLUPART_PORT, of: handle))
    guard origin.scheme == "https" || origin.scheme == "http" else { throw refuse("only https is supported") }
    guard origin.scheme == "https" || isLoopback else {
      throw refuse("plain http is only allowed to this machine; use https")
    }
  }

  private static func part(
    _ part: CURLUPart, of handle: OpaquePointer, flags: UInt32 = UInt32(CURLU_DEFAULT_PORT)
  ) -> String {
    var text: UnsafeMutablePointer<CChar>?
    // Safety: libcurl allocates the text, which is copied and freed before leaving.
    guard unsafe curl_url_get(handle, part, &text, flags) == CURLUE_OK, let text = unsafe text else {
      return ""
    }
    defer { unsafe curl_free(text) }
    return unsafe String(cString: text)
  }

  /// Whether the host is this machine by name or address, so that nothing leaves it.
  package var isLoopback: Bool {
    if origin.host == "localhost" || origin.host == "[::1]" { return true }
    let numbers = origin.host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
    return numbers.count == 4 && numbers.first == 127 && !numbers.contains(nil)
  }

  /// `url` without the user name and password before its host.
  static func removingCredentials(from url: String) -> String {
    let authorityStart = url.firstRange(of: "://")?.upperBound ?? url.startIndex
    let authorityEnd = url[authorityStart...].firstIndex { "/?#".contains($0) } ?? url.endIndex
    guard let sign = url[authorityStart..<authorityEnd].lastIndex(of: "@") else { return url }
    return String(url[..<authorityStart] + url[url.index(after: sign)...])
  }
}
