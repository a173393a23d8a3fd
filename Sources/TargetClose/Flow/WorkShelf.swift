import JSONBytes
import Singer

/// Work on its way through a run: in memory when it is a worker's turn, its fields in a spool while it must wait.
struct WorkShelf: Sendable {
  private var held: [Int: Work] = [:]
  private var spooled: [Int: SpooledRecord] = [:]
  /// What waits and has no fields to spool.
  private var parked: [Int: Work] = [:]
  private var spool: Spool
  /// Bytes of JSON held.
  private(set) var bytes = 0

  init(spoolPath: String) { spool = Spool(path: spoolPath) }

  /// How many jobs are held.
  var count: Int { held.count }

  /// The work of a job that is held.
  subscript(job: Int) -> Work? { held[job] }

  mutating func hold(_ job: Int, _ work: Work) {
    held[job] = work
    bytes += work.size
  }

  mutating func release(_ job: Int) {
    if let work = held.removeValue(forKey: job) { bytes -= work.size }
  }

  /// Puts work that is not held out of the way until it can be done.
  ///
  /// - Throws: `SingerError.output`.
  mutating func setAside(_ job: Int, _ work: Work) throws(SingerError) {
    guard case .record(let record) = work else {
      parked[job] = work
      return
    }
    spooled[job] = SpooledRecord(record)
    try spool.put(job, Array(JSONValue.object(record.fields).compact.utf8))
  }

  /// Holds what was set aside.
  ///
  /// - Throws: `SingerError.file`.
  mutating func takeBack(_ job: Int) throws(SingerError) {
    if let record = spooled.removeValue(forKey: job) {
      guard let restored = record.restored(try spool.take(job)) else {
        throw SingerError(.file, "a record that waited on the disk cannot be read back")
      }
      hold(job, .record(restored))
    } else if let work = parked.removeValue(forKey: job) {
      hold(job, work)
    }
  }
}
