#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A TCP socket of the loopback interface; whoever made it closes it exactly once.
struct Socket: Sendable {
  let descriptor: Int32

  /// What came of waiting for bytes.
  enum Arrival: Equatable {
    case bytes, end, silence, stopped
  }

  /// Opens a listening socket on 127.0.0.1; port 0 lets the system choose.
  static func listening(onPort port: UInt16) throws(SandboxError) -> (socket: Socket, port: UInt16) {
    #if canImport(Glibc)
      let stream = Int32(SOCK_STREAM.rawValue)
    #else
      let stream = SOCK_STREAM
    #endif
    let listener = Socket(descriptor: try systemCall("socket") { socket(AF_INET, stream, 0) })
    do throws(SandboxError) {
      _ = fcntl(listener.descriptor, F_SETFD, FD_CLOEXEC)
      try listener.set(SOL_SOCKET, SO_REUSEADDR, 1)
      return (listener, try listener.bindAndListen(port))
    } catch {
      listener.close()
      throw error
    }
  }

  private func bindAndListen(_ port: UInt16) throws(SandboxError) -> UInt16 {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    // Safety: `address` lives through each call, and `length` is its size.
    _ = try systemCall("bind") {
      unsafe withUnsafePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          unsafe bind(descriptor, $0, length)
        }
      }
    }
    _ = try systemCall("listen") { listen(descriptor, 128) }
    // A client may be gone before `accept` comes to it: that must not block.
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    _ = try systemCall("getsockname") {
      unsafe withUnsafeMutablePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          unsafe getsockname(descriptor, $0, &length)
        }
      }
    }
    return UInt16(bigEndian: address.sin_port)
  }

  /// Waits for the next connection; nil once `stop` is raised.
  ///
  /// An error may well be over at the next call: the client was quicker to leave, or files ran out.
  func accept(until stop: StopSignal) throws(SandboxError) -> Socket? {
    _ = try waitUntilReady([(descriptor, Int32(POLLIN)), (stop.descriptor, Int32(POLLIN))], seconds: nil)
    if stop.isRaised { return nil }
    #if canImport(Glibc)
      let connection = Socket(descriptor: try systemCall("accept") { Glibc.accept(descriptor, nil, nil) })
    #else
      let connection = Socket(descriptor: try systemCall("accept") { Darwin.accept(descriptor, nil, nil) })
      try? connection.set(SOL_SOCKET, SO_NOSIGPIPE, 1)
    #endif
    _ = fcntl(connection.descriptor, F_SETFD, FD_CLOEXEC)
    // Answers are small and clients wait for them: a delayed segment would cost 40 ms each.
    try? connection.set(Int32(IPPROTO_TCP), TCP_NODELAY, 1)
    return connection
  }

  private func set(_ level: Int32, _ option: Int32, _ value: Int32) throws(SandboxError) {
    // Safety: the option is read from a variable of the stated size.
    _ = try systemCall("setsockopt") {
      unsafe withUnsafePointer(to: value) {
        unsafe setsockopt(descriptor, level, option, $0, socklen_t(MemoryLayout<Int32>.size))
      }
    }
  }
}

// MARK: - Bytes

extension Socket {
  private static let chunk = 65_536

  /// Appends what has arrived to `buffer`; waits at most `seconds` for it.
  func receive(
    into buffer: inout [UInt8], within seconds: Double, until stop: StopSignal
  ) throws(SandboxError) -> Arrival {
    let ready = try waitUntilReady(
      [(descriptor, Int32(POLLIN)), (stop.descriptor, Int32(POLLIN))], seconds: seconds)
    if ready[1] { return .stopped }
    if !ready[0] { return .silence }
    var bytes = [UInt8](repeating: 0, count: Socket.chunk)
    // Safety: the array is as long as the count says.
    let count = try systemCall("recv") { unsafe recv(descriptor, &bytes, Socket.chunk, 0) }
    buffer.append(contentsOf: bytes.prefix(count))
    return count == 0 ? .end : .bytes
  }

  /// Sends all of `bytes`; a peer that does not read is given up one second after `stop` is raised.
  func send(_ bytes: ArraySlice<UInt8>, until stop: StopSignal) throws(SandboxError) {
    var rest = bytes
    while !rest.isEmpty {
      let sent = try sendSome(rest)
      rest = rest.dropFirst(sent)
      guard sent == 0 else { continue }
      let ready = try waitUntilReady(
        [(descriptor, Int32(POLLOUT)), (stop.descriptor, Int32(POLLIN))], seconds: nil)
      guard !ready[0] else { continue }
      guard try waitUntilReady([(descriptor, Int32(POLLOUT))], seconds: 1)[0] else {
        throw SandboxError(.system, "the peer stopped reading", systemError: ETIMEDOUT)
      }
    }
  }

  /// Sends what fits into the socket's buffer and returns how much that was.
  private func sendSome(_ bytes: ArraySlice<UInt8>) throws(SandboxError) -> Int {
    #if canImport(Glibc)
      let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
    #else
      let flags = MSG_DONTWAIT
    #endif
    do throws(SandboxError) {
      // Safety: the slice's own count limits what is read.
      return try systemCall("send") {
        unsafe bytes.withUnsafeBytes { unsafe sendBytes(descriptor, $0.baseAddress, $0.count, flags) }
      }
    } catch {
      if error.systemError == EAGAIN || error.systemError == EWOULDBLOCK { return 0 }
      throw error
    }
  }
}

// MARK: - Endings

extension Socket {
  /// Closes the connection; bytes already sent still arrive.
  func close() { closeDescriptor(descriptor) }

  /// Says goodbye first and reads what is still under way, so that the last answer is not lost.
  func closeGently(until stop: StopSignal) {
    _ = shutdown(descriptor, Int32(SHUT_WR))
    let end = monotonicSeconds() + 1
    while monotonicSeconds() < end {
      var leftover: [UInt8] = []
      guard let arrival = try? receive(into: &leftover, within: 1, until: stop), arrival == .bytes else {
        break
      }
    }
    close()
  }

  /// Breaks the connection off: the peer sees a reset, not an end.
  func reset() {
    // Safety: the option is read from a variable of the stated size. A failure leaves a normal close.
    unsafe withUnsafePointer(to: linger(l_onoff: 1, l_linger: 0)) {
      _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, $0, socklen_t(MemoryLayout<linger>.size))
    }
    close()
  }
}

// `Socket`'s methods hide the functions of these names.
private func closeDescriptor(_ descriptor: Int32) { _ = close(descriptor) }

private func sendBytes(_ descriptor: Int32, _ start: UnsafeRawPointer?, _ count: Int, _ flags: Int32) -> Int {
  unsafe send(descriptor, start, count, flags)
}
