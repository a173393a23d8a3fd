import Foundation
import Synchronization

/// What a thread reads from a pipe until its end, so that a test can write more than the pipe holds.
final class Received: Sendable {
  private let bytes = Mutex<[UInt8]>([])
  private let isComplete = DispatchSemaphore(value: 0)

  /// Starts to read.
  init(from pipe: TestPipe) {
    Thread.detachNewThread {
      let all = pipe.readToEnd()
      self.bytes.withLock { $0 = all }
      self.isComplete.signal()
    }
  }

  /// Waits for the end and hands everything over.
  func all() -> [UInt8] {
    isComplete.wait()
    return bytes.withLock { $0 }
  }
}
