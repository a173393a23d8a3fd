import HTTPTransport
import JSONBytes
import Singer
import Synchronization

/// Posts lines to an address of the user's, one after the other, without holding up the run.
///
/// A line that cannot be delivered is dropped: the response log has it too.
final class Webhook: Sendable {
  private let url: String
  private let transport: any Transport
  private let log: Log
  private let lines: AsyncStream<JSONValue>
  private let input: AsyncStream<JSONValue>.Continuation
  private let failures = Mutex(0)
  private static let longestQueue = 10_000
  private static let mostFailures = 5

  init(_ url: String, transport: any Transport, log: Log) {
    self.url = url
    self.transport = transport
    self.log = log
    (lines, input) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(Webhook.longestQueue))
  }

  /// Hands over a line to be posted.
  func post(_ line: JSONValue) { input.yield(line) }

  /// Says that no more lines come.
  func finish() { input.finish() }

  /// Posts lines until there are no more, or until the address has failed too often.
  func run() async {
    var failuresInARow = 0
    for await line in lines where failuresInARow < Webhook.mostFailures {
      let request = HTTPRequest(
        method: .post, url: url, headers: [("Content-Type", "application/json")],
        body: Array(line.compact.utf8), timeout: .seconds(10), connectTimeout: .seconds(5))
      do throws(TransportError) {
        let response = try await transport.send(request)
        failuresInARow = (200..<300).contains(response.status) ? 0 : failuresInARow + 1
        if failuresInARow == 1 { log.warning("the response webhook answers \(response.status)") }
      } catch {
        if error.code == .cancelled {
          log.warning("the run ends before the response webhook has got everything")
          return
        }
        failuresInARow += 1
        if failuresInARow == 1 { log.warning("the response webhook does not answer: \(error)") }
      }
      if failuresInARow == Webhook.mostFailures { log.warning("the response webhook is given up") }
    }
  }
}
