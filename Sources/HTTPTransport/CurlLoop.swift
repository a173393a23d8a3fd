import CCurl
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The network thread: it owns every transfer and is the only one to call libcurl, but for waking it up.
///
///     drain the inbox -> perform -> collect what finished -> sleep until a socket, a timer or a wake-up
final class CurlLoop: Sendable {
  private enum Command {
    case start(Transfer)
    case cancel(UInt)
  }

  private struct Inbox {
    var commands: [Command] = []
    var isClosed = false
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
    inbox.withLock { $0.isClosed = true }
    multi.wakeUp()
  }

  private func post(_ command: Command) {
    inbox.withLock { $0.commands.append(command) }
    multi.wakeUp()
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
    while true {
      let (commands, isClosed) = inbox.withLock { inbox in
        let taken = inbox.commands
        inbox.commands = []
        return (taken, inbox.isClosed)
      }
      for command in commands { carryOut(command, &transfers) }
      if isClosed && transfers.isEmpty { return }
      var status = multi.perform()
      while let (id, outcome) = multi.nextFinished() { finish(id, outcome, &transfers) }
      if status == CURLM_OK { status = multi.waitForEvents() }
      if status != CURLM_OK { failAll(status, &transfers) }
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
