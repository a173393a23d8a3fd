import Foundation
public import JSONBytes

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A TCP connection to this machine that sends exactly the bytes it is told to.
///
/// Reading fails after thirty seconds without a byte, so that no test waits for ever.
public final class RawConnection {
  /// Why no answer could be read.
  public enum Failure: Error, Equatable {
    /// The peer ended the connection in the middle of an answer, or before it.
    case ended
    /// The peer reset the connection.
    case reset
    /// No bytes for thirty seconds.
    case silence
    /// The bytes are no HTTP answer.
    case malformed
    /// Another error of the system.
    case system(Int32)
  }

  private let descriptor: Int32
  private var buffer: [UInt8] = []

  /// Connects to 127.0.0.1.
  public init(port: UInt16) throws {
    #if canImport(Glibc)
      descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #else
      descriptor = socket(AF_INET, SOCK_STREAM, 0)
    #endif
    guard descriptor >= 0 else { throw Failure.system(errno) }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    var timeout = timeval(tv_sec: 30, tv_usec: 0)
    // Safety: the option is read from a variable of the stated size.
    unsafe setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    // Safety: `address` lives through the call, which gets its size.
    let result = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else { throw Failure.system(errno) }
  }

  deinit { close(descriptor) }

  /// Sends `text` as it is.
  public func send(_ text: String) throws { try send(Array(text.utf8)) }

  /// Sends `bytes` as they are.
  public func send(_ bytes: [UInt8]) throws {
    #if canImport(Glibc)
      let flags = Int32(MSG_NOSIGNAL)
    #else
      let flags: Int32 = 0
    #endif
    var rest = bytes[...]
    while !rest.isEmpty {
      // Safety: the slice's own count limits what is read.
      let sent = unsafe rest.withUnsafeBytes { unsafe sendBytes(descriptor, $0.baseAddress, $0.count, flags) }
      guard sent > 0 else { throw Failure.system(errno) }
      rest = rest.dropFirst(sent)
    }
  }

  /// Tells the server that nothing more will come.
  public func finishSending() { _ = shutdown(descriptor, Int32(SHUT_WR)) }

  /// Reads one answer; `hasBody` is false for the answer to HEAD.
  public func receive(hasBody: Bool = true) throws -> RawResponse {
    var head: Range<Int>?
    while head == nil {
      head = buffer.firstRange(of: Array("\r\n\r\n".utf8))
      if head == nil { try receiveSome() }
    }
    guard let end = head, var response = RawResponse(head: buffer[..<end.lowerBound]) else {
      throw Failure.malformed
    }
    buffer.removeSubrange(..<end.upperBound)
    let length = hasBody ? Int(response.headers["content-length"] ?? "0") ?? 0 : 0
    while buffer.count < length { try receiveSome() }
    response.body = Array(buffer.prefix(length))
    buffer.removeFirst(length)
    return response
  }

  /// Reads until the server ends the connection and returns all that came.
  public func receiveAll() throws -> [UInt8] {
    do {
      while true { try receiveSome() }
    } catch Failure.ended {
      defer { buffer.removeAll() }
      return buffer
    }
  }

  private func receiveSome() throws {
    var bytes = [UInt8](repeating: 0, count: 65_536)
    // Safety: the array is as long as the count says.
    let count = unsafe recv(descriptor, &bytes, bytes.count, 0)
    if count == 0 { throw Failure.ended }
    guard count > 0 else {
      switch errno {
      case ECONNRESET: throw Failure.reset
      case EAGAIN: throw Failure.silence
      default: throw Failure.system(errno)
      }
    }
    buffer += bytes.prefix(count)
  }
}

// The class has a method of the same name.
private func sendBytes(_ socket: Int32, _ start: UnsafeRawPointer?, _ count: Int, _ flags: Int32) -> Int {
  unsafe send(socket, start, count, flags)
}

/// An HTTP answer, taken apart.
public struct RawResponse: Sendable {
  /// The status.
  public var status: Int
  /// Values by lower-case name.
  public var headers: [String: String] = [:]
  /// The body.
  public var body: [UInt8] = []

  /// The body as text.
  public var text: String { String(decoding: body, as: UTF8.self) }
  /// The body as JSON; nil when it is none.
  public var json: JSONValue? { try? JSONValue(parsing: body) }

  init?(head: ArraySlice<UInt8>) {
    let lines = String(decoding: head, as: UTF8.self).components(separatedBy: "\r\n")
    let words = lines[0].split(separator: " ", maxSplits: 2)
    guard words.count >= 2, words[0] == "HTTP/1.1", let status = Int(words[1]) else { return nil }
    self.status = status
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { return nil }
      let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
      headers[line[..<colon].lowercased()] = value
    }
  }
}

/// Sends one well-formed request on a connection of its own and returns the answer.
///
/// - Parameters:
///   - target: path with query, `/api/v1/lead/?_limit=1`.
///   - key: the API key for Basic authentication; nil sends none.
public func rawFetch(
  _ method: String, _ target: String, port: UInt16, key: String? = nil, headers: [(String, String)] = [],
  body: String? = nil
) throws -> RawResponse {
  let connection = try RawConnection(port: port)
  try connection.send(requestText(method, target, key: key, headers: headers, body: body))
  return try connection.receive(hasBody: method != "HEAD")
}

/// The bytes of one well-formed request; JSON is assumed when there is a body and no other type is named.
public func requestText(
  _ method: String, _ target: String, key: String? = nil, headers: [(String, String)] = [],
  body: String? = nil
) -> String {
  var text = "\(method) \(target) HTTP/1.1\r\nHost: 127.0.0.1\r\n"
  if let key { text += "Authorization: Basic \(Data("\(key):".utf8).base64EncodedString())\r\n" }
  for (name, value) in headers { text += "\(name): \(value)\r\n" }
  if let body {
    if !headers.contains(where: { $0.0.lowercased() == "content-type" }) {
      text += "Content-Type: application/json\r\n"
    }
    text += "Content-Length: \(body.utf8.count)\r\n"
  }
  return text + "\r\n" + (body ?? "")
}
