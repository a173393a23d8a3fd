import Singer

/// Keeps records that cannot be written yet: some in memory, the others in a file of its own.
struct Spool: Sendable {
  private enum Place {
    case memory([UInt8])
    case file(Int)
  }

  private let path: String
  private let memoryLimit: Int
  private var places: [Int: Place] = [:]
  private var memoryUsed = 0
  private var file: LineFile?

  /// A spool whose file, if it needs one, is made at `path` and forgotten with the spool.
  init(path: String, memoryLimit: Int = 8 << 20) {
    self.path = path
    self.memoryLimit = memoryLimit
  }

  var count: Int { places.count }

  /// Keeps one line for a job.
  ///
  /// - Throws: `SingerError.output`.
  mutating func put(_ job: Int, _ line: [UInt8]) throws(SingerError) {
    if memoryUsed + line.count <= memoryLimit {
      places[job] = .memory(line)
      memoryUsed += line.count
    } else {
      if file == nil { file = try LineFile(temporaryAt: path) }
      places[job] = try file.map { (file) throws(SingerError) in .file(try file.append(line)) }
    }
  }

  /// The line of a job, which stays in the spool.
  ///
  /// - Throws: `SingerError.file`.
  func peek(_ job: Int) throws(SingerError) -> [UInt8]? {
    switch places[job] {
    case .memory(let line)?: return line
    case .file(let offset)?: return try file?.line(at: offset)
    case nil: return nil
    }
  }

  /// Gives back the line of a job, once.
  ///
  /// - Throws: `SingerError.file`.
  mutating func take(_ job: Int) throws(SingerError) -> [UInt8]? {
    switch places.removeValue(forKey: job) {
    case .memory(let line)?:
      memoryUsed -= line.count
      return line
    case .file(let offset)?: return try file?.line(at: offset)
    case nil: return nil
    }
  }
}
