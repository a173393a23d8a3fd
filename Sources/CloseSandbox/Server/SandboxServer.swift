import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A Close API on a port of this machine, with everything a test wants to see and to break.
///
///     let server = try SandboxServer(api: organisation)
///     try server.start()
///     …  server.baseURL, server.apiKey, server.requests, try server.setFaults("reset,every=10")
///     server.stop()
public final class SandboxServer: Sendable {
  private struct Running {
    var port: UInt16
    var stop: StopSignal
    var acceptor: Worker
  }

  private let gateway: Gateway
  private let running = Mutex<Running?>(nil)

  /// Creates a server in front of `api`, which also answers control requests if it is a `SandboxControl`.
  ///
  /// - Throws: `SandboxError.usage` when the faults make no sense.
  public init(api: some SandboxAPI, options: ServerOptions = ServerOptions()) throws(SandboxError) {
    gateway = try Gateway(api: api, options: options)
  }

  deinit { stop() }

  /// Opens the port and serves from now on; returns the port.
  ///
  /// - Throws: `SandboxError.system` when the port is taken.
  @discardableResult
  public func start() throws(SandboxError) -> UInt16 {
    let (gateway, wanted) = (gateway, gateway.options.port)
    let outcome: Result<UInt16, SandboxError> = running.withLock { running in
      if let running { return .success(running.port) }
      do throws(SandboxError) {
        let stop = try StopSignal()
        let (listener, port) = try SandboxServer.listen(wanted)
        let acceptor = try Worker { Acceptor(listener: listener, gateway: gateway, stop: stop).run() }
        running = Running(port: port, stop: stop, acceptor: acceptor)
        return .success(port)
      } catch {
        return .failure(error)
      }
    }
    return try outcome.get()
  }

  private static func listen(_ port: UInt16) throws(SandboxError) -> (socket: Socket, port: UInt16) {
    do {
      return try Socket.listening(onPort: port)
    } catch {
      let text = "Cannot listen on 127.0.0.1:\(port) (\(error.message)); choose another port."
      throw SandboxError(.system, text, systemError: error.systemError)
    }
  }

  /// Stops and waits until requests under way are answered and all connections have ended.
  public func stop() {
    guard let running = running.withLock({ $0.take() }) else { return }
    running.stop.raise()
    running.acceptor.join()
  }
}

// MARK: - Where it is, and who may enter

extension SandboxServer {
  /// The port it listens on; nil when it is not running.
  public var port: UInt16? { running.withLock { $0?.port } }

  /// The server itself, `http://127.0.0.1:PORT`.
  public var origin: String { "http://127.0.0.1:\(port ?? gateway.options.port)" }

  /// The API, `http://127.0.0.1:PORT/api/v1`.
  public var baseURL: String { "\(origin)/api/v1" }

  /// The admin's API key.
  public var apiKey: String { gateway.keys.admin }

  /// All secrets it accepts.
  public var keys: SandboxKeys { gateway.keys }
}

// MARK: - Control

extension SandboxServer {
  /// The clock the organisation lives by.
  public var clock: SandboxClock { gateway.clock }

  /// Replaces all faults; an empty text ends them.
  ///
  /// - Throws: `SandboxError.usage` when the text makes no sense.
  public func setFaults(_ text: String) throws(SandboxError) { try gateway.setFaults(text) }

  /// Sets the rate limit and fills all buckets; nil switches the limits off.
  public func setRate(_ limit: RateLimit?) { gateway.rules.withLock { $0.buckets.limit = limit } }

  /// Sets how clients are told of the rate limit.
  public func setRateHeaders(_ headers: RateHeaders, body: RateBody = .empty) {
    gateway.rules.withLock { rules in
      rules.rateHeaders = headers
      rules.rateBody = body
    }
  }

  /// The latest requests to the API in the order in which they were answered.
  public var requests: [RecordedRequest] { gateway.log.requests }

  /// What has been asked so far, in numbers.
  public var statistics: SandboxStatistics { gateway.log.statistics }

  /// Forgets requests and statistics.
  public func resetStatistics() { gateway.log.reset() }
}

/// Takes connections in and gives each its thread.
private struct Acceptor: Sendable {
  let listener: Socket
  let gateway: Gateway
  let stop: StopSignal

  /// Runs until `stop` is raised, then waits for all connections to end.
  func run() {
    var workers: [Worker] = []
    while !stop.isRaised {
      do throws(SandboxError) {
        guard let socket = try listener.accept(until: stop) else { break }
        workers = workers.filter { worker in
          guard worker.isFinished else { return true }
          worker.join()
          return false
        }
        workers.append(try serve(socket))
      } catch {
        // Out of files or threads: that passes when clients leave.
        if error.systemError != EAGAIN, error.systemError != ECONNABORTED { stop.sleep(0.05) }
      }
    }
    listener.close()
    for worker in workers { worker.join() }
  }

  private func serve(_ socket: Socket) throws(SandboxError) -> Worker {
    let connection = ServerConnection(
      socket: socket, number: gateway.log.connectionOpened(), gateway: gateway, stop: stop)
    do {
      return try Worker { connection.run() }
    } catch {
      socket.close()
      gateway.log.connectionClosed()
      throw error
    }
  }
}
