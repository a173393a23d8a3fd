import CCurl

/// One request to one host and its response: an easy handle with everything its callbacks read and write.
///
/// Lives on the network thread, which keeps it until libcurl has let go of its handle.
final class Exchange {
  let request: HTTPRequest
  let address: WebAddress
  private(set) var easy: EasyHandle
  private(set) var headers = HTTPHeaders()
  private(set) var body: [UInt8] = []
  private let maximumBodySize: Int
  /// A server may announce what it likes.
  private static let mostReserved = 16 << 20
  private(set) var isTooLarge = false
  private var sentBodyBytes = 0

  init(_ request: HTTPRequest, id: UInt, options: CurlOptions) throws(TransportError) {
    self.request = request
    address = try WebAddress(parsing: request.url)
    maximumBodySize = options.maximumBodySize
    guard let easy = EasyHandle() else {
      throw TransportError(
        .cannotConnect, url: request.url, detail: "out of memory", mayHaveBeenProcessed: false)
    }
    self.easy = easy
    let lines = try request.headerLines()
    self.easy.setNumber(id)
    self.easy.setHeaderLines(lines)
    configureConnection(options)
    configureRequest()
    configureCallbacks()
  }

  /// Whether any part of the request went out; a connection that failed before that changed nothing.
  var wasSent: Bool { easy.long(CURLINFO_REQUEST_SIZE) > 0 }

  var status: Int { easy.long(CURLINFO_RESPONSE_CODE) }

  /// Hands over the body; the exchange keeps none.
  func takeBody() -> [UInt8] {
    let taken = body
    body = []
    return taken
  }
}

// MARK: - Options

extension Exchange {
  private func configureConnection(_ options: CurlOptions) {
    easy.set(CURLOPT_URL, address.url)
    easy.allowOnly(https: address.origin.scheme == "https")
    easy.set(CURLOPT_FOLLOWLOCATION, false)
    easy.set(CURLOPT_NOSIGNAL, true)
    easy.set(CURLOPT_TCP_KEEPALIVE, true)
    easy.set(CURLOPT_TIMEOUT_MS, milliseconds: request.timeout)
    easy.set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds: request.connectTimeout)
    easy.set(CURLOPT_ACCEPT_ENCODING, "")  // Every compression this libcurl was built with.
    easy.set(CURLOPT_USERAGENT, options.userAgent)
    easy.set(CURLOPT_HTTP_VERSION, Int(options.http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1))
    // Waiting for a connection to turn out shareable pays off only where HTTP/2 can be agreed on.
    easy.set(CURLOPT_PIPEWAIT, options.http2 && address.origin.scheme == "https")
    easy.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, true)
    // A page takes a few large reads instead of many small ones.
    easy.set(CURLOPT_BUFFERSIZE, 512 << 10)
    // Proxies come from the environment, which libcurl reads; what stays on this machine needs none.
    if address.isLoopback { easy.set(CURLOPT_PROXY, "") }
    if let bundle = options.certificateFile { easy.set(CURLOPT_CAINFO, bundle) }
    switch request.authorization {
    case .basic(let user, let password):
      easy.set(CURLOPT_HTTPAUTH, ccurl_auth_basic)
      easy.set(CURLOPT_USERNAME, user.reveal())
      easy.set(CURLOPT_PASSWORD, password.reveal())
    case .bearer(let token):
      easy.set(CURLOPT_HTTPAUTH, ccurl_auth_bearer)
      easy.set(CURLOPT_XOAUTH2_BEARER, token.reveal())
    case nil: break
    }
  }

  private func configureRequest() {
    switch request.method {
    case .get where request.body == nil: easy.set(CURLOPT_HTTPGET, true)
    case .head: easy.set(CURLOPT_NOBODY, true)
    case .delete where request.body == nil: easy.set(CURLOPT_CUSTOMREQUEST, "DELETE")
    case let method:
      easy.set(CURLOPT_POST, true)
      easy.set(CURLOPT_POSTFIELDSIZE_LARGE, offset: request.body?.count ?? 0)
      // A body that libcurl has of its own leaves in one packet with the headers, and can be sent again.
      if request.isRepeatable, let body = request.body { easy.setBody(body) }
      if method != .post { easy.set(CURLOPT_CUSTOMREQUEST, method.rawValue) }
    }
    // libcurl sends a request again, whatever its verb, when a kept-alive connection dies without a byte of
    // response. For a body of ours it must rewind first, which `onSeek` refuses; a write without a body gets a
    // connection of its own. So no write is ever sent twice behind our back.
    if !request.isRepeatable && request.body?.isEmpty ?? true { easy.set(CURLOPT_FRESH_CONNECT, true) }
  }

  private func configureCallbacks() {
    easy.setCallbackContext(self)
    unsafe easy.onWrite { bytes, size, count, context in
      unsafe Exchange.at(context).receiveBody(UnsafeRawBufferPointer(start: bytes, count: size * count))
    }
    unsafe easy.onHeader { bytes, size, count, context in
      unsafe Exchange.at(context).receiveHeader(UnsafeRawBufferPointer(start: bytes, count: size * count))
    }
    unsafe easy.onRead { buffer, size, count, context in
      unsafe Exchange.at(context).sendBody(UnsafeMutableRawBufferPointer(start: buffer, count: size * count))
    }
    unsafe easy.onSeek { _, _, _ in CURL_SEEKFUNC_FAIL }
  }
}

// MARK: - Callbacks

extension Exchange {
  private static func at(_ context: UnsafeMutableRawPointer?) -> Exchange {
    // Safety: libcurl passes back what `configureCallbacks` gave it, which is never nil.
    unsafe Unmanaged<Exchange>.fromOpaque(context.unsafelyUnwrapped).takeUnretainedValue()
  }

  /// Takes in a piece of the body; taking less than offered makes libcurl give up.
  private func receiveBody(_ bytes: UnsafeRawBufferPointer) -> Int {
    guard bytes.count <= maximumBodySize - body.count else {
      isTooLarge = true
      return 0
    }
    if body.isEmpty, let announced = headers["Content-Length"].flatMap({ Int($0) }) {
      body.reserveCapacity(min(announced, maximumBodySize, Exchange.mostReserved))
    }
    unsafe body.append(contentsOf: bytes)
    return bytes.count
  }

  private func receiveHeader(_ bytes: UnsafeRawBufferPointer) -> Int {
    headers.receive(rawLine: unsafe String(decoding: bytes, as: UTF8.self))
    return bytes.count
  }

  private func sendBody(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
    guard let source = request.body else { return 0 }
    let chunk = source[sentBodyBytes...].prefix(buffer.count)
    unsafe buffer.copyBytes(from: chunk)
    sentBodyBytes += chunk.count
    return chunk.count
  }
}

extension HTTPRequest {
  /// Finds out without asking anybody whether URL and headers can be sent.
  package func check() throws(TransportError) {
    _ = try WebAddress(parsing: url)
    _ = try headerLines()
  }

  /// The header lines as libcurl wants them.
  fileprivate func headerLines() throws(TransportError) -> [String] {
    // Neither wait for `100 Continue` nor let libcurl make up a form's content type.
    var lines = ["Expect:"]
    if !headers.contains(where: { $0.name.lowercased() == "content-type" }) { lines.append("Content-Type:") }
    for (name, value) in headers {
      let isToken =
        !name.isEmpty && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ":") }
      guard isToken, value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
        throw TransportError(
          .badHeader, url: url,
          detail: "name and value of the header \(name) must not hold control characters",
          mayHaveBeenProcessed: false)
      }
      lines.append(value.isEmpty ? "\(name);" : "\(name): \(value)")
    }
    return lines
  }
}
