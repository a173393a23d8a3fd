import CCurl

/// The libcurl handle that drives many transfers on one thread.
///
/// See: https://curl.se/libcurl/c/libcurl-multi.html
// Safety: every member but `wakeUp` is called on the network thread only; `curl_multi_wakeup` is the one call
// libcurl allows from any thread. The handle is freed when its last owner (`CurlLoop`) goes.
@safe
struct MultiHandle: ~Copyable, @unchecked Sendable {
  private let raw: UnsafeMutableRawPointer

  /// Creates a handle; nil when memory is short.
  init?(maxConnections: Int, multiplexing: Bool) {
    guard MultiHandle.libraryIsReady, let raw = unsafe curl_multi_init() else { return nil }
    unsafe self.raw = raw
    unsafe ccurl_multi_set_long(raw, CURLMOPT_MAX_HOST_CONNECTIONS, maxConnections)
    unsafe ccurl_multi_set_long(raw, CURLMOPT_MAXCONNECTS, maxConnections)
    let pipelining = multiplexing ? CURLPIPE_MULTIPLEX : Int(CURLPIPE_NOTHING)
    unsafe ccurl_multi_set_long(raw, CURLMOPT_PIPELINING, Int(pipelining))
  }

  deinit { unsafe curl_multi_cleanup(raw) }

  /// `curl_global_init` must run once, before any other call.
  private static let libraryIsReady = {
    ccurl_keep_freed_buffers()
    return curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
  }()

  /// Starts a transfer.
  func add(_ easy: borrowing EasyHandle) -> CURLMcode {
    unsafe easy.withRaw { unsafe curl_multi_add_handle(raw, $0) }
  }

  /// Takes a transfer out, finished or not; libcurl does not touch its buffers afterwards.
  func remove(_ easy: borrowing EasyHandle) {
    unsafe _ = easy.withRaw { unsafe curl_multi_remove_handle(raw, $0) }
  }

  /// Reads and writes what can be read and written without waiting.
  func perform() -> CURLMcode {
    var running: Int32 = 0
    return unsafe curl_multi_perform(raw, &running)
  }

  /// The next finished transfer: the number in its `CURLOPT_PRIVATE`, and its outcome.
  func nextFinished() -> (id: UInt, outcome: CURLcode)? {
    var waiting: Int32 = 0
    while let message = unsafe curl_multi_info_read(raw, &waiting) {
      // Safety: the message is valid until the next call, and read before it.
      guard unsafe message.pointee.msg == CURLMSG_DONE, let easy = unsafe message.pointee.easy_handle else {
        continue
      }
      let outcome = unsafe message.pointee.data.result
      var id: UnsafeMutableRawPointer?
      unsafe ccurl_get_pointer(easy, CURLINFO_PRIVATE, &id)
      return (UInt(bitPattern: id), outcome)
    }
    return nil
  }

  /// Sleeps until there is something to do: a socket, a timer of libcurl's, or `wakeUp`.
  func waitForEvents() -> CURLMcode {
    unsafe curl_multi_poll(raw, nil, 0, 60_000, nil)
  }

  /// Ends `waitForEvents` early, from any thread.
  func wakeUp() { unsafe curl_multi_wakeup(raw) }
}
