import CCurl

/// One libcurl transfer handle, with the buffers libcurl borrows and does not copy.
///
/// See: https://curl.se/libcurl/c/curl_easy_setopt.html
// Safety: the handle, header list and error buffer have one owner (the type cannot be copied) and are freed
// together, after libcurl has let go of them.
@safe
struct EasyHandle: ~Copyable {
  private let raw: UnsafeMutableRawPointer
  private let errorBuffer: UnsafeMutablePointer<CChar>
  private var headerList: UnsafeMutablePointer<curl_slist>?

  /// Creates a handle; nil when memory is short.
  init?() {
    guard let raw = unsafe curl_easy_init() else { return nil }
    unsafe self.raw = raw
    unsafe errorBuffer = .allocate(capacity: Int(CURL_ERROR_SIZE))
    unsafe errorBuffer.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    unsafe ccurl_set_pointer(raw, CURLOPT_ERRORBUFFER, errorBuffer)
  }

  deinit {
    unsafe curl_easy_cleanup(raw)
    unsafe curl_slist_free_all(headerList)
    unsafe errorBuffer.deallocate()
  }

  /// Lets `body` use the raw handle.
  func withRaw<Result>(_ body: (UnsafeMutableRawPointer) -> Result) -> Result { unsafe body(raw) }

  // MARK: Options

  func set(_ option: CURLoption, _ value: Int) { unsafe ccurl_set_long(raw, option, value) }

  func set(_ option: CURLoption, _ value: Bool) { set(option, value ? 1 : 0) }

  func set(_ option: CURLoption, milliseconds value: Duration) { set(option, value.wholeMilliseconds) }

  func set(_ option: CURLoption, offset: Int) {
    unsafe ccurl_set_offset(raw, option, curl_off_t(offset))
  }

  /// Sets a text option; libcurl copies the text.
  func set(_ option: CURLoption, _ value: String) { unsafe ccurl_set_string(raw, option, value) }

  /// Gives libcurl a copy of the body; its size must be set before.
  func setBody(_ body: [UInt8]) {
    // Safety: libcurl reads as many bytes as the size says, which is the array's, and keeps no pointer to them.
    unsafe body.withUnsafeBytes { bytes in
      unsafe _ = ccurl_set_pointer(
        raw, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: bytes.baseAddress))
    }
  }

  /// Keeps libcurl from any other protocol than the one meant.
  func allowOnly(https: Bool) {
    unsafe _ = ccurl_allow_only(
      raw, https ? "https" : "http", https ? Int(CURLPROTO_HTTPS) : Int(CURLPROTO_HTTP))
  }

  /// Gives the handle a number to be recognised by.
  func setNumber(_ number: UInt) {
    unsafe ccurl_set_pointer(raw, CURLOPT_PRIVATE, UnsafeMutableRawPointer(bitPattern: number))
  }

  /// Hands `object` to every callback; it must outlive the transfer.
  func setCallbackContext(_ object: AnyObject) {
    // Safety: no reference is counted here; the network thread keeps the object until the transfer is over.
    let context = unsafe Unmanaged.passUnretained(object).toOpaque()
    for option in [CURLOPT_WRITEDATA, CURLOPT_HEADERDATA, CURLOPT_READDATA] {
      unsafe ccurl_set_pointer(raw, option, context)
    }
  }

  func onWrite(_ callback: curl_write_callback) {
    unsafe ccurl_set_write_callback(raw, CURLOPT_WRITEFUNCTION, callback)
  }

  func onHeader(_ callback: curl_write_callback) {
    unsafe ccurl_set_write_callback(raw, CURLOPT_HEADERFUNCTION, callback)
  }

  func onRead(_ callback: curl_read_callback) {
    unsafe ccurl_set_read_callback(raw, CURLOPT_READFUNCTION, callback)
  }

  func onSeek(_ callback: curl_seek_callback) {
    unsafe ccurl_set_seek_callback(raw, CURLOPT_SEEKFUNCTION, callback)
  }

  /// Sends these lines; `Name:` with nothing behind it keeps libcurl from adding that header.
  mutating func setHeaderLines(_ lines: [String]) {
    for line in lines {
      // Safety: on failure the old list stays valid; libcurl copies the line.
      if let extended = unsafe curl_slist_append(headerList, line) { unsafe headerList = extended }
    }
    unsafe ccurl_set_list(raw, CURLOPT_HTTPHEADER, headerList)
  }

  // MARK: Answers

  func long(_ info: CURLINFO) -> Int {
    var value = 0
    return unsafe ccurl_get_long(raw, info, &value) == CURLE_OK ? value : 0
  }

  /// libcurl's own words about the last failure, else its phrase for `code`.
  func message(for code: CURLcode) -> String {
    let text = unsafe String(cString: errorBuffer)
    return text.isEmpty ? unsafe String(cString: curl_easy_strerror(code)) : text
  }
}

extension Duration {
  /// Whole milliseconds, at least 1: libcurl reads 0 as "no limit".
  fileprivate var wholeMilliseconds: Int {
    let (seconds, attoseconds) = components
    let limited = min(max(seconds, 0), 1_000_000_000)
    return max(1, Int(limited) * 1000 + (limited == seconds ? Int(attoseconds / 1_000_000_000_000_000) : 0))
  }
}
