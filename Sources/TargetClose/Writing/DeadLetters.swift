import CloseAPI
import JSONBytes
import Singer
import Synchronization

/// A record that could not be written, with all it takes to try again.
///
///     {"time":"…","stream":"contacts","line":7,"key":"4711","reason":"…","status":400,
///      "field_errors":{"emails.0.email":"Invalid email address."},"request":{…},"record":{…},
///      "key_properties":["id"]}
struct DeadLetter: Sendable {
  let stream: String
  let line: Int
  let key: String
  let keyProperties: [String]
  let customFieldNames: [String: String]
  let record: JSONObject
  let rejection: Rejection
}

extension DeadLetter {
  func json(at time: Timestamp, redact: (String) -> String) -> JSONValue {
    var json: JSONValue = [
      "time": .string(time.description), "stream": .string(stream), "line": .int(line), "key": .string(key),
      "reason": .string(redact(rejection.reason)), "status": rejection.status.map { .int($0) } ?? .null,
      "field_errors": .object(
        JSONObject(rejection.fieldErrors.map { ($0.field, .string(redact($0.message))) })),
      "request": rejection.request?.json ?? .null,
      "key_properties": .array(keyProperties.map { .string($0) }),
    ]
    if !customFieldNames.isEmpty {
      json["custom_field_names"] = .object(
        JSONObject(customFieldNames.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
    }
    json["record"] = .object(record)
    return json
  }
}

/// The file of records that could not be written, made when the first one comes.
final class DeadLetters: Sendable {
  private let path: String
  /// What messages call it.
  let name: String
  private let clock: ClientClock
  private let log: Log
  private let state = Mutex<State>(State())

  private struct State {
    var file: LineFile?
    var count = 0
    var first: DeadLetter?
  }

  init(path: String, name: String, clock: ClientClock, log: Log) {
    self.path = path
    self.name = name
    self.clock = clock
    self.log = log
  }

  /// How many records have been added in this run.
  var count: Int { state.withLock { $0.count } }

  /// The first record that was added.
  var first: DeadLetter? { state.withLock { $0.first } }

  /// Puts a record on the disk.
  ///
  /// - Throws: `SingerError.output`: a record that can neither be written nor kept must end the run.
  func add(_ letter: DeadLetter) throws(SingerError) {
    let json = letter.json(at: clock.date(), redact: log.redact)
    try state.withLock { (state) throws(SingerError) in
      if state.file == nil { state.file = try LineFile(appendingTo: path) }
      try state.file?.append(json, durably: true)
      state.count += 1
      if state.first == nil { state.first = letter }
    }
  }
}
