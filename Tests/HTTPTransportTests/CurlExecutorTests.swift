import Testing

@testable import HTTPTransport

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Tasks that run on the network thread itself.
@Suite("Tasks on the network thread", .timeLimit(.minutes(1)))
struct CurlExecutorTests {
  private let transport = CurlTransport(CurlOptions(userAgent: "tests/1.0", maxConnections: 4))

  private func answeringServer() throws -> RawServer {
    try RawServer { connection in
      while let request = connection.readRequest() { connection.respond(body: request.path) }
    }
  }

  /// The thread at hand, by the address of its `errno`.
  private static func thread() -> UInt {
    #if canImport(Glibc)
      unsafe UInt(bitPattern: __errno_location())
    #else
      unsafe UInt(bitPattern: __error())
    #endif
  }

  @Test func allGetTheirAnswersOnOneThread() async throws {
    let server = try answeringServer()
    let results = await withTaskGroup(of: (Bool, UInt).self) { group in
      for task in 0..<8 {
        group.addTask(executorPreference: transport.executor) {
          let first = CurlExecutorTests.thread()
          for step in 0..<25 {
            let path = "/\(task)/\(step)"
            let response = try? await transport.send(HTTPRequest(url: server.url + path))
            guard response?.body == Array(path.utf8), CurlExecutorTests.thread() == first else {
              return (false, first)
            }
          }
          return (true, first)
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(results.count == 8 && results.allSatisfy(\.0))
    #expect(Set(results.map(\.1)).count == 1)
  }

  @Test func aTaskThatSleepsOrWaitsForAnotherOneGoesOn() async throws {
    let server = try answeringServer()
    let numbers = await withTaskGroup(of: Int.self) { group in
      for task in 0..<5 {
        group.addTask(executorPreference: transport.executor) {
          try? await Task.sleep(for: .milliseconds(5 * (5 - task)))
          await Task.yield()
          let number = await Task.detached { task }.value
          _ = try? await transport.send(HTTPRequest(url: server.url))
          return number
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(numbers.sorted() == [0, 1, 2, 3, 4])
  }

  @Test func aCancelledRequestEndsThereAsWell() async throws {
    let (arrivals, arrived) = AsyncStream.makeStream(of: Void.self)
    let server = try RawServer { connection in
      _ = connection.readRequest()
      arrived.yield()
      connection.waitForHangUp()
    }
    let task = Task(executorPreference: transport.executor) {
      do throws(TransportError) {
        _ = try await transport.send(HTTPRequest(url: server.url))
        return nil as TransportError.Code?
      } catch {
        return error.code
      }
    }
    for await _ in arrivals { break }
    task.cancel()
    #expect(await task.value == .cancelled)
  }

  @Test func aTaskThatOutlivesTheTransportStillEnds() async throws {
    var transport: CurlTransport? = CurlTransport(CurlOptions(userAgent: "tests/1.0"))
    let executor = transport?.executor
    let tasks = (0..<4).map { number in
      Task(executorPreference: executor) {
        try? await Task.sleep(for: .milliseconds(20 * number))
        await Task.yield()
        return number
      }
    }
    transport = nil
    for (number, task) in tasks.enumerated() { #expect(await task.value == number) }
  }
}
