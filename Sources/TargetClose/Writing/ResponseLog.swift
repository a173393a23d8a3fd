import CloseAPI
import JSONBytes
import Singer
import Synchronization

/// Keeps every write with its answer: a line in a file, and the same line for a webhook.
///
///     {"time":"…","stream":"leads","line":7,"method":"POST","path":"/lead/","status":200,"seconds":0.21,
///      "id":"lead_…","response":{…}}
struct ResponseLog: Sendable {
  let file: LineFile?
  let webhook: Webhook?
  let answers: Answers?
  let clock: ClientClock
  let log: Log

  func add(
    _ request: PlannedRequest, _ context: WriteContext, _ outcome: Result<WriteAnswer, CloseError>,
    duration: Duration
  ) {
    guard file != nil || webhook != nil || answers != nil else { return }
    var line: JSONValue = [
      "time": .string(clock.date().description), "stream": .string(context.stream),
      "line": .int(context.line), "method": .string(request.method.rawValue),
      "path": .string("/" + request.path),
    ]
    let milliseconds = Double(duration / .milliseconds(1)).rounded()
    line["seconds"] = JSONNumber(milliseconds / 1000).map(JSONValue.number)
    switch outcome {
    case .success(let answer):
      line["status"] = .int(answer.status)
      line["id"] = answer.body["id"]
      line["response"] = answer.body
    case .failure(let error):
      line["status"] = error.status.map { .int($0) } ?? .null
      line["message"] = .string(log.redact(error.description))
      line["field_errors"] = .object(JSONObject(error.fieldErrors.map { ($0.field, .string($0.message)) }))
    }
    do throws(SingerError) {
      try file?.append(line)
    } catch {
      log.warning("the response log cannot be written: \(error)")
    }
    webhook?.post(line)
    answers?.add(line)
  }
}

/// Keeps what Close said in memory, for a run of one record.
final class Answers: Sendable {
  private let lines = Mutex<[JSONValue]>([])

  var all: [JSONValue] { lines.withLock { $0 } }

  func add(_ line: JSONValue) { lines.withLock { $0.append(line) } }
}
