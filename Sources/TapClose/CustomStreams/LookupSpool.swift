import JSONBytes
import Singer
import Synchronization

/// The rows of a parent stream on their way to requests: only the columns these use, in a temporary file.
///
/// The parent is read to its end first, as fast as it comes; its cursors do not wait for what is asked about its
/// rows, and memory does not grow with their number. Rows that are alike in these columns count once, as far as
/// memory for that reaches.
final class LookupSpool: Sendable {
  private let columns: [String]
  private let file: LineFile
  private let state = Mutex(State())
  /// Hashes kept to recognise rows by: about 16 MB.
  private static let mostKnown = 500_000

  private struct State {
    var known: Set<Int> = []
    var count = 0
    var unusable = 0
    var pages = 0
  }

  /// - Throws: `StreamError` when there is no place for the file.
  init(columns: [String]) throws(StreamError) {
    self.columns = columns
    let folder = processEnvironment("TMPDIR") ?? "/tmp"
    do throws(SingerError) {
      file = try LineFile(temporaryAt: "\(folder)/tap-close-\(UInt64.random(in: .min ... .max)).jsonl")
    } catch {
      throw .noRoom(error)
    }
  }

  /// Rows so far, and those that lack a value and so cannot be asked for.
  var counts: (usable: Int, unusable: Int) { state.withLock { ($0.count, $0.unusable) } }

  /// Whether a second reading tells what the first one has missed: there were pages between which rows could move,
  /// and all rows are remembered.
  var mayLackRows: Bool { state.withLock { $0.pages > 1 && $0.known.count < LookupSpool.mostKnown } }

  /// Takes in a page of encoded RECORD lines.
  func add(_ lines: RecordLines) throws {
    state.withLock { $0.pages += 1 }
    for line in lines.bytes.split(separator: 0x0A) {
      try add(try JSONValue(parsing: Array(line))["record"]?.object ?? JSONObject())
    }
  }

  /// Takes in one record of the parent.
  ///
  /// - Throws: `StreamError` when the disk is full.
  func add(_ record: JSONObject) throws(StreamError) {
    guard let row = record.lookupRow(columns) else {
      state.withLock { $0.unusable += 1 }
      return
    }
    let text = JSONValue.object(row).compact
    let isNew = state.withLock { state in
      guard state.known.count < LookupSpool.mostKnown else { return true }
      return state.known.insert(text.hashValue).inserted
    }
    guard isNew else { return }
    do throws(SingerError) {
      try file.append(Array(text.utf8))
    } catch {
      throw .noRoom(error)
    }
    state.withLock { $0.count += 1 }
  }

  /// The row that starts at `offset`, which moves on to the next one; nil at the end.
  func row(at offset: inout Int) throws -> JSONObject? {
    guard offset < file.size else { return nil }
    let line = try file.line(at: offset)
    offset += line.count + 1
    return try JSONValue(parsing: line).object
  }
}

extension StreamError {
  fileprivate static func noRoom(_ error: SingerError) -> StreamError {
    StreamError("the rows of the lookup cannot be kept: \(error)", "set TMPDIR to a folder with room")
  }
}

extension JSONObject {
  /// The columns that requests are made of; nil when one has no value.
  func lookupRow(_ columns: [String]) -> JSONObject? {
    var row = JSONObject()
    for column in columns {
      guard let value = self[column], value.macroText != nil else { return nil }
      row[column] = value
    }
    return row
  }
}

/// What series of requests are made for, one after the other.
enum LookupRows {
  /// A single series.
  case once
  case list(ArraySlice<JSONObject>)
  case spool(LookupSpool, offset: Int)
  case finished

  /// The next row; nil when there are no more.
  mutating func next() throws -> JSONObject? {
    switch self {
    case .once:
      self = .finished
      return JSONObject()
    case .list(var rows):
      defer { self = .list(rows) }
      return rows.popFirst()
    case .spool(let spool, var offset):
      defer { self = .spool(spool, offset: offset) }
      return try spool.row(at: &offset)
    case .finished: return nil
    }
  }
}
