import Testing

@testable import Singer

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite("An interruption")
struct InterruptionTests {
  @Test(
    "is remembered with the exit code it asks for",
    arguments: [(SIGTERM, 143), (SIGINT, 130)] as [(Int32, Int32)])
  func requested(signal: Int32, code: Int32) {
    let interruption = Interruption()
    #expect(!interruption.isRequested)
    #expect(interruption.exitCode == nil)
    interruption.request(signal: signal)
    #expect(interruption.isRequested)
    #expect(interruption.signalNumber == signal)
    #expect(interruption.exitCode?.number == code)
  }

  @Test("told twice at once is one wish, and the first signal counts")
  func toldTwice() {
    let interruption = Interruption()
    interruption.request(signal: SIGTERM)
    interruption.request(signal: SIGINT)
    #expect(interruption.signalNumber == SIGTERM)
  }

  @Test("wakes those who wait for it, before and after")
  func wakes() async {
    let interruption = Interruption()
    async let waiting: Void = interruption.wait()
    interruption.request(signal: SIGTERM)
    await waiting
    await interruption.wait()
    #expect(interruption.isRequested)
  }

  @Test("is no longer waited for by a task that is cancelled")
  func cancelled() async {
    let interruption = Interruption()
    let task = Task { await interruption.wait() }
    task.cancel()
    await task.value
    #expect(!interruption.isRequested)
  }

  @Test("comes from the system's signals, and a closed pipe is no signal")
  func signals() async {
    await #expect(processExitsWith: .exitCode(143)) {
      let interruption = Interruption.install()
      // Safety: `pipe` fills the two elements; one byte is written from a constant.
      var ends: [Int32] = [-1, -1]
      _ = unsafe pipe(&ends)
      close(ends[0])
      let written = unsafe write(ends[1], "x", 1)
      guard written == -1, errno == EPIPE, !interruption.isRequested else { exit(1) }
      kill(getpid(), SIGTERM)
      await interruption.wait()
      kill(getpid(), SIGTERM)
      exit(interruption.exitCode?.number ?? 2)
    }
  }

  @Test("told again a while later ends the program at once")
  func impatience() async {
    await #expect(processExitsWith: .exitCode(130)) {
      let interruption = Interruption()
      interruption.request(signal: SIGTERM, at: 5_000_000_000)
      interruption.request(signal: SIGTERM, at: 6_000_000_000)
      interruption.request(signal: SIGINT, at: 6_000_000_001)
      exit(interruption.isRequested ? 3 : 2)
    }
  }
}
