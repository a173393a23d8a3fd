import Foundation
import HTTPTransport
import Synchronization

/// A server on this machine that answers byte for byte as a test tells it.
///
/// `serve` runs on a thread of its own for every connection; the connection closes when it returns.
final class RawServer: Sendable {
  let port: UInt16
  private let listener: Int32
  private let log = Log()

  private final class Log: Sendable {
    let connections = Mutex(0)
    let requests = Mutex<[RawRequest]>([])
  }

  init(_ serve: @escaping @Sendable (RawConnection) -> Void) throws {
    ignoreBrokenPipes()
    (listener, port) = try RawServer.openListener()
    let (listener, log) = (listener, log)
    Thread.detachNewThread {
      while true {
        let socket = accept(listener, nil, nil)
        guard socket >= 0 else { return }
        log.connections.withLock { $0 += 1 }
        let connection = RawConnection(socket) { request in log.requests.withLock { $0.append(request) } }
        Thread.detachNewThread {
          serve(connection)
          connection.close()
        }
      }
    }
  }

  deinit {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  var url: String { "http://127.0.0.1:\(port)" }
  var connections: Int { log.connections.withLock { $0 } }
  var requests: [RawRequest] { log.requests.withLock { $0 } }

  /// A port on which nobody listens.
  static func refusedPort() throws -> UInt16 {
    let (listener, port) = try openListener()
    close(listener)
    return port
  }

  private static func openListener() throws -> (socket: Int32, port: UInt16) {
    #if canImport(Glibc)
      let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #else
      let listener = socket(AF_INET, SOCK_STREAM, 0)
    #endif
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        unsafe bind(listener, generic, length) == 0 && listen(listener, 64) == 0
          && getsockname(listener, generic, &length) == 0
      }
    }
    guard listener >= 0, status else { throw POSIXError(.EADDRNOTAVAIL) }
    return (listener, UInt16(bigEndian: address.sin_port))
  }
}

/// A request as it came over the wire.
struct RawRequest: Sendable {
  let line: String
  let headers: [String: String]
  let body: [UInt8]

  var path: String { line.split(separator: " ").dropFirst().first.map(String.init) ?? "" }
  var method: String { line.split(separator: " ").first.map(String.init) ?? "" }
  var bodyText: String { String(decoding: body, as: UTF8.self) }
}

/// One accepted connection.
final class RawConnection: Sendable {
  private let socket: Int32
  private let record: @Sendable (RawRequest) -> Void
  private let state = Mutex((isOpen: true, pending: [UInt8]()))

  init(_ socket: Int32, record: @escaping @Sendable (RawRequest) -> Void) {
    self.socket = socket
    self.record = record
    var on: Int32 = 1
    _ = unsafe setsockopt(
      socket, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
  }

  /// The next request with its body; nil when the peer hung up.
  func readRequest() -> RawRequest? {
    var bytes = state.withLock { $0.pending }
    var headEnd: Int?
    while headEnd == nil {
      headEnd = bytes.endOfHead
      if headEnd == nil, !receive(into: &bytes) { return nil }
    }
    let lines = String(decoding: bytes[..<(headEnd ?? 0)], as: UTF8.self).split(separator: "\r\n")
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      let value = parts.dropFirst().first ?? ""
      headers[parts[0].lowercased()] = value.trimmingCharacters(in: .whitespaces)
    }
    let end = (headEnd ?? 0) + (headers["content-length"].flatMap { Int($0) } ?? 0)
    while bytes.count < end { if !receive(into: &bytes) { return nil } }
    let request = RawRequest(
      line: lines.first.map(String.init) ?? "", headers: headers, body: Array(bytes[(headEnd ?? 0)..<end]))
    state.withLock { $0.pending = Array(bytes[end...]) }
    record(request)
    return request
  }

  func send(_ text: String) { send(Array(text.utf8)) }

  func send(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let sent = unsafe rest.withUnsafeBytes {
        unsafe Foundation.send(socket, $0.baseAddress, $0.count, 0)
      }
      guard sent > 0 else { return }
      rest = rest.dropFirst(sent)
    }
  }

  /// Sends a whole response.
  func respond(_ status: String = "200 OK", headers: [String] = [], body: String = "") {
    let lines = ["HTTP/1.1 \(status)", "Content-Length: \(body.utf8.count)"] + headers
    send(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
  }

  /// Waits until the peer hangs up.
  func waitForHangUp() {
    var bytes: [UInt8] = []
    while receive(into: &bytes) {}
  }

  /// Hangs up with a reset instead of an orderly end.
  func reset() {
    var option = linger(l_onoff: 1, l_linger: 0)
    _ = unsafe setsockopt(socket, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    close()
  }

  func close() {
    let wasOpen = state.withLock { state in
      defer { state.isOpen = false }
      return state.isOpen
    }
    if wasOpen { _ = Foundation.close(socket) }
  }

  private func receive(into bytes: inout [UInt8]) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = unsafe recv(socket, &buffer, buffer.count, 0)
    guard count > 0 else { return false }
    bytes.append(contentsOf: buffer[..<count])
    return true
  }
}

extension [UInt8] {
  fileprivate var endOfHead: Int? {
    let mark = Array("\r\n\r\n".utf8)
    guard count >= mark.count else { return nil }
    return (0...(count - mark.count)).first { Array(self[$0..<$0 + mark.count]) == mark }.map {
      $0 + mark.count
    }
  }
}
