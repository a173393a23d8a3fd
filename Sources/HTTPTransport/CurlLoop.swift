import CCurl
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The network thread: it owns every transfer and is the only one to call libcurl, but for waking it up.
///
///     drain the inbox -> perform -> collect what finished -> rest until a socket, a timer or a wake-up
///
/// It runs the jobs of tasks that prefer it as well: what such a task does with an answer, and what it asks next,
/// happens right here, and no thread has to wake another one.
final class CurlLoop: TaskExecutor {
  private enum Command {
    case start(Transfer)
    case cancel(UInt)
  }

  private struct Inbox {
    var commands: [Command] = []
    var jobs: [UnownedJob] = []
    /// Nothing more is to be started.
    var isClosed = false
    /// Nobody looks in here any more.
    var hasEnded = false
    /// The thread has to be woken up to look in here.
    var isResting = false

    var isEmpty: Bool { commands.isEmpty && jobs.isEmpty }
  }

  private let options: CurlOptions
  private let multi: MultiHandle
  private let inbox = Mutex(Inbox())
  private let lastID = Atomic<UInt>(0)

  /// Starts the thread; nil when the machine has no memory or thread to give.
  init?(_ options: CurlOptions) {
    self.options = options
    guard let multi = MultiHandle(maxConnections: options.maxConnections, multiplexing: options.http2) else {
      return nil
    }
    self.multi = multi
    guard startThread() else { return nil }
  }

  /// A number for a new transfer; never 0.
  func makeID() -> UInt { lastID.wrappingAdd(1, ordering: .relaxed).newValue }

  func start(_ transfer: Transfer) { post(.start(transfer)) }

  /// Gives up a transfer; one that has not arrived yet is recognised by its own flag, one that is done by
  /// being gone.
  func cancel(_ transfer: Transfer) {
    transfer.cancel()
    post(.cancel(transfer.id))
  }

  /// Lets the thread end once every transfer is done.
  func close() {
    post { $0.isClosed = true }
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    // Once the thread has ended: better here than never.
    if !post({ $0.jobs.append(job) }) { unsafe job.runSynchronously(on: asUnownedTaskExecutor()) }
  }

  private func post(_ command: Command) {
    post { $0.commands.append(command) }
  }

  /// Puts something into the inbox; false when nobody looks in there any more.
  @discardableResult
  private func post(_ change: (inout Inbox) -> Void) -> Bool {
    let (isAccepted, wasResting) = inbox.withLock { inbox in
      guard !inbox.hasEnded else { return (false, false) }
      change(&inbox)
      defer { inbox.isResting = false }
      return (true, inbox.isResting)
    }
    if wasResting { multi.wakeUp() }
    return isAccepted
  }
}

// MARK: - On the network thread

extension CurlLoop {
  private func startThread() -> Bool {
    // Safety: the thread takes over one reference to the loop and gives it back when it ends.
    let context = unsafe Unmanaged.passRetained(self)
    #if canImport(Glibc)
      var thread = pthread_t()
      let status = unsafe pthread_create(&thread, nil, { unsafe CurlLoop.main($0) }, context.toOpaque())
      if status == 0 { pthread_detach(thread) }
    #else
      var thread: pthread_t?
      let status = unsafe pthread_create(&thread, nil, { unsafe CurlLoop.main($0) }, context.toOpaque())
      if let thread = unsafe thread { unsafe pthread_detach(thread) }
    #endif
    if status != 0 { unsafe context.release() }
    return status == 0
  }

  private static func main(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    blockSignals()
    if let context = unsafe context {
      unsafe Unmanaged<CurlLoop>.fromOpaque(context).takeRetainedValue().run()
    }
    return nil
  }

  /// Leaves signals to the program's other threads.
  private static func blockSignals() {
    var all = sigset_t()
    unsafe sigfillset(&all)
    unsafe pthread_sigmask(SIG_SETMASK, &all, nil)
  }

  private func run() {
    var transfers: [UInt: Transfer] = [:]
    while let (commands, jobs) = takeFromInbox(isIdle: transfers.isEmpty) {
      for command in commands { carryOut(command, &transfers) }
      for job in jobs { unsafe job.runSynchronously(on: asUnownedTaskExecutor()) }
      var status = multi.perform()
      while let (id, outcome) = multi.nextFinished() { finish(id, outcome, &transfers) }
      // What the jobs and the answers have brought about comes first.
      if status == CURLM_OK, mayRest(isIdle: transfers.isEmpty) { status = multi.waitForEvents() }
      if status != CURLM_OK { failAll(status, &transfers) }
    }
  }

  /// What has come in; nil when nothing has, nothing more will, and nothing is under way.
  private func takeFromInbox(isIdle: Bool) -> (commands: [Command], jobs: [UnownedJob])? {
    inbox.withLock { inbox in
      inbox.isResting = false
      inbox.hasEnded = inbox.isEmpty && inbox.isClosed && isIdle
      guard !inbox.hasEnded else { return nil }
      defer { (inbox.commands, inbox.jobs) = ([], []) }
      return (inbox.commands, inbox.jobs)
    }
  }

  private func mayRest(isIdle: Bool) -> Bool {
    inbox.withLock { inbox in
      inbox.isResting = inbox.isEmpty && !(inbox.isClosed && isIdle)
      return inbox.isResting
    }
  }

  private func carryOut(_ command: Command, _ transfers: inout [UInt: Transfer]) {
    switch command {
    case .start(let transfer):
      guard !transfer.isCancelled else { return transfer.finish(.failure(transfer.cancellation())) }
      do throws(TransportError) {
        try begin(try transfer.open(options), of: transfer, &transfers)
      } catch {
        transfer.finish(.failure(error))
      }
    case .cancel(let id):
      guard let transfer = transfers.removeValue(forKey: id) else { return }
      let error = transfer.cancellation()
      remove(transfer)
      transfer.finish(.failure(error))
    }
  }

  private func begin(
    _ exchange: Exchange, of transfer: Transfer, _ transfers: inout [UInt: Transfer]
  ) throws(TransportError) {
    let status = multi.add(exchange.easy)
    guard status == CURLM_OK else {
      throw TransportError(
        .cannotConnect, url: transfer.url, detail: unsafe String(cString: curl_multi_strerror(status)),
        mayHaveBeenProcessed: transfer.mayHaveBeenProcessed)
    }
    transfers[transfer.id] = transfer
  }

  private func finish(_ id: UInt, _ outcome: CURLcode, _ transfers: inout [UInt: Transfer]) {
    guard let transfer = transfers.removeValue(forKey: id) else { return }
    remove(transfer)
    do throws(TransportError) {
      let (next, response) = try transfer.advance(after: outcome, options)
      if let next { try begin(next, of: transfer, &transfers) }
      if let response { transfer.finish(.success(response)) }
    } catch {
      transfer.finish(.failure(error))
    }
  }

  private func remove(_ transfer: Transfer) {
    if let exchange = transfer.exchange { multi.remove(exchange.easy) }
  }

  /// libcurl's own machinery failed, which means no memory or no descriptors: nothing is left waiting.
  private func failAll(_ status: CURLMcode, _ transfers: inout [UInt: Transfer]) {
    for transfer in transfers.values {
      let error = TransportError(
        .connectionBroken, url: transfer.url, detail: unsafe String(cString: curl_multi_strerror(status)),
        mayHaveBeenProcessed: transfer.mayHaveBeenProcessed)
      remove(transfer)
      transfer.finish(.failure(error))
    }
    transfers.removeAll()
  }
}
