import Foundation
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Our end of a child's standard input; writes in the background, so that a full pipe blocks nobody.
final class InputPipe: Sendable {
  private let descriptor: Int32
  private let queue = DispatchQueue(label: "child input")
  private let isClosed = Mutex(false)

  init(_ descriptor: Int32) { self.descriptor = descriptor }

  deinit { close() }

  func write(_ text: String) {
    let descriptor = descriptor
    queue.async {
      var rest = Array(text.utf8)[...]
      while !rest.isEmpty {
        // Safety: the slice's own count limits what is read.
        let written = unsafe rest.withUnsafeBytes { unsafe writeBytes(descriptor, $0.baseAddress, $0.count) }
        // The child may well stop reading; what it does then is for the test to judge.
        guard written > 0 else { return }
        rest = rest.dropFirst(written)
      }
    }
  }

  func close() {
    let first = isClosed.withLock { isClosed in
      defer { isClosed = true }
      return !isClosed
    }
    guard first, descriptor >= 0 else { return }
    let descriptor = descriptor
    queue.async { closeDescriptor(descriptor) }
  }
}

/// Our end of a child's output; a thread reads it all the time, so that the child never waits for us.
final class OutputPipe: Sendable {
  fileprivate struct State {
    var bytes: [UInt8] = []
    /// Where the next line starts.
    var lineStart = 0
    var hasEnded = false
    var waiters: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Mutex(State())

  /// - Parameter limit: close the pipe after so many bytes.
  init(_ descriptor: Int32, limit: Int?) {
    Thread.detachNewThread { self.read(descriptor, limit: limit ?? .max) }
  }

  private func read(_ descriptor: Int32, limit: Int) {
    var chunk = [UInt8](repeating: 0, count: 65_536)
    var left = limit
    while left > 0 {
      // Safety: the array is at least as long as the count says.
      let count = unsafe readBytes(descriptor, &chunk, min(left, chunk.count))
      if count == -1, errno == EINTR { continue }
      guard count > 0 else { break }
      left -= count
      update { $0.bytes += chunk.prefix(count) }
    }
    closeDescriptor(descriptor)
    update { $0.hasEnded = true }
  }

  private func update(_ change: (inout State) -> Void) {
    let waiters = state.withLock { state in
      change(&state)
      defer { state.waiters.removeAll() }
      return state.waiters
    }
    for waiter in waiters { waiter.resume() }
  }

  /// The next line without its line feed; nil at the end.
  func nextLine() async -> String? {
    while true {
      let (line, hasEnded) = state.withLock { state in (state.takeLine(), state.hasEnded) }
      if line != nil || hasEnded { return line }
      await wait { $0.hasEnded || $0.bytes[$0.lineStart...].contains(0x0A) }
    }
  }

  /// Everything, once the child has closed its end.
  func all() async -> String {
    await wait { $0.hasEnded }
    return state.withLock { String(decoding: $0.bytes, as: UTF8.self) }
  }

  private func wait(until isReady: (State) -> Bool) async {
    while state.withLock({ !isReady($0) }) {
      await withCheckedContinuation { continuation in
        let isReady = state.withLock { state in
          let ready = isReady(state)
          if !ready { state.waiters.append(continuation) }
          return ready
        }
        if isReady { continuation.resume() }
      }
    }
  }
}

extension OutputPipe.State {
  /// Takes a whole line, or at the end what is left of one.
  fileprivate mutating func takeLine() -> String? {
    let rest = bytes[lineStart...]
    guard let end = rest.firstIndex(of: 0x0A) ?? (hasEnded && !rest.isEmpty ? bytes.count : nil) else {
      return nil
    }
    defer { lineStart = min(end + 1, bytes.count) }
    return String(decoding: bytes[lineStart..<end], as: UTF8.self)
  }
}

// The classes have methods of these names.
private func closeDescriptor(_ descriptor: Int32) { _ = close(descriptor) }

private func readBytes(_ descriptor: Int32, _ start: UnsafeMutableRawPointer, _ count: Int) -> Int {
  unsafe read(descriptor, start, count)
}

private func writeBytes(_ descriptor: Int32, _ start: UnsafeRawPointer?, _ count: Int) -> Int {
  unsafe write(descriptor, start, count)
}
