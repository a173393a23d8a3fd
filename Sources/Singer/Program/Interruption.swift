internal import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The wish of a user or a supervisor that the program stops: SIGTERM or SIGINT.
///
/// The program finishes the line in hand, writes its last STATE and ends with `exitCode`. A signal that comes
/// more than a second after the first ends it at once; one that comes sooner is the same wish told twice
/// (`timeout` and terminals signal a process and its group).
public final class Interruption: Sendable {
  private let firstSignal = Atomic<Int32>(0)
  /// Nanoseconds on the monotonic clock; 0 before the first signal.
  private let firstSignalTime = Atomic<Int64>(0)
  private let pipe = WakePipe()
  private static let repetitionWindow: Int64 = 1_000_000_000
  private static let ofProcess = Interruption()

  /// An interruption that only `request` brings about.
  public init() {}

  /// Catches SIGTERM and SIGINT from now on, and ignores SIGPIPE: a closed pipe is an error like others.
  ///
  /// The system hands a signal to the main thread; the threads that run tasks block it.
  public static func install() -> Interruption {
    let interruption = ofProcess
    // The handler works on the object created above and makes only system calls a handler may make.
    _ = signal(SIGPIPE, SIG_IGN)
    for number in [SIGTERM, SIGINT] {
      _ = signal(number) { Interruption.ofProcess.request(signal: $0) }
    }
    return interruption
  }

  /// Whether the program has been asked to stop.
  public var isRequested: Bool { firstSignal.load(ordering: .acquiring) != 0 }

  /// The signal that asked; nil before.
  public var signalNumber: Int32? {
    let number = firstSignal.load(ordering: .acquiring)
    return number == 0 ? nil : number
  }

  /// The exit code the program owes its caller: 143 after SIGTERM, 130 after SIGINT; nil when nobody asked.
  public var exitCode: ExitCode? { signalNumber.map(ExitCode.signal) }

  /// Turns readable once the program has been asked to stop; for `poll`.
  var wakeDescriptor: Int32 { pipe.readingEnd }

  /// Asks the program to stop as a signal would; asking again more than a second later ends it at once.
  public func request(signal number: Int32) {
    let savedErrno = errno
    defer { errno = savedErrno }
    request(signal: number, at: Interruption.monotonicNanoseconds())
  }

  /// The same at a given time, in nanoseconds, which is never 0.
  func request(signal number: Int32, at now: Int64) {
    let (isFirst, firstTime) = firstSignalTime.compareExchange(
      expected: 0, desired: now, ordering: .acquiringAndReleasing)
    if isFirst {
      firstSignal.store(number, ordering: .releasing)
      pipe.wake()
    } else if now - firstTime > Interruption.repetitionWindow {
      _exit(ExitCode.signal(number).number)
    }
  }

  /// Waits until the program is asked to stop, or this task is cancelled.
  public func wait() async {
    let cancellation = WakePipe()
    await withTaskCancellationHandler {
      let interests = [wakeDescriptor, cancellation.readingEnd].map {
        (descriptor: $0, events: Int16(POLLIN))
      }
      await onOwnThread { _ = Descriptor.wait(for: interests, milliseconds: -1) }
    } onCancel: {
      cancellation.wake()
    }
  }

  /// Runs `body`; cancels it and returns nil when the program is asked to stop meanwhile.
  ///
  /// - Throws: what `body` throws.
  public func unlessRequested<Result: Sendable>(
    _ body: @escaping @Sendable () async throws -> Result
  ) async throws -> Result? {
    try await withThrowingTaskGroup(of: Result?.self) { group in
      group.addTask { try await body() }
      group.addTask {
        await self.wait()
        return nil
      }
      defer { group.cancelAll() }
      return try await group.next() ?? nil
    }
  }

  private static func monotonicNanoseconds() -> Int64 {
    var time = timespec()
    // Safety: `clock_gettime` only fills the struct it is given.
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
