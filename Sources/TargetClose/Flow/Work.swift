import JSONBytes

/// What a worker is handed: a record to plan and write, a plan to carry out, or a record known to be bad.
enum Work: Sendable {
  case record(SourceRecord)
  case plan(PlanLine)
  case refused(SourceRecord, Rejection)

  /// Bytes of JSON it holds in memory.
  var size: Int {
    switch self {
    case .record(let record), .refused(let record, _): record.size
    case .plan: 1000
    }
  }
}

/// A record without its fields, which lie in a spool meanwhile.
struct SpooledRecord: Sendable {
  private let record: SourceRecord

  /// Takes the fields out of `record`.
  init(_ record: SourceRecord) { self.record = record.with(JSONObject()) }

  /// The record with its fields as they were spooled; nil when that is not what was kept.
  func restored(_ line: [UInt8]?) -> SourceRecord? {
    guard let line, let fields = (try? JSONValue(parsing: line))?.object else { return nil }
    return record.with(fields)
  }
}

extension SourceRecord {
  fileprivate func with(_ fields: JSONObject) -> SourceRecord {
    SourceRecord(line: line, stream: stream, key: key, fields: fields, content: content, size: size)
  }
}

/// Work on its way through a run.
struct Handout: Sendable {
  /// Numbers rise in the order of the input.
  let job: Int
  let work: Work
  /// Whether no more records will come, so that there is nothing to wait for.
  let isLast: Bool
}

/// Records that go to Close in one request.
struct Batch: Sendable {
  struct Member: Sendable {
    let job: Int
    let record: SourceRecord
    let operation: Operation
  }

  /// What the members have in common besides their stream.
  struct Group: Hashable, Sendable {
    let stream: String
    let path: String
    let values: [String]
  }

  let group: Group
  var members: [Member] = []
}
