/// Why a Singer document, message or option cannot be used, and where it stands.
///
/// `description` holds one line per reason, ready to be logged:
///
///     state.json: bookmarks.leads.date_updated: must be a date-time such as 2024-01-31T08:00:00Z, not "soon"
///     line 7: stream leads: "record" is missing
public struct SingerError: Error, Hashable, Sendable {
  /// What kind of thing went wrong, which decides what the program does next.
  public enum Code: Hashable, Sendable {
    /// The command line cannot be understood.
    case usage
    /// A file cannot be read, or is not JSON.
    case file
    /// A setting is missing or has a wrong value.
    case config
    /// The catalog has a wrong shape.
    case catalog
    /// The state has a wrong shape.
    case state
    /// An input line is not a Singer message.
    case malformedMessage
    /// The schema of a stream cannot be used.
    case invalidSchema
    /// A record breaks the schema of its stream.
    case invalidRecord
    /// The input cannot be read.
    case input
    /// The output cannot be written.
    case output
    /// Whoever read the output has gone (EPIPE): stop without a word.
    case consumerGone
  }

  /// The kind of fault.
  public let code: Code
  /// One phrase per problem, with what to do about it.
  public let reasons: [String]
  /// The file the problem stands in.
  public var file: String?
  /// The input line, counted from 1.
  public var line: Int?
  /// The stream concerned.
  public var stream: String?
  /// The place inside the document or record, such as `streams[2].metadata[0].breadcrumb`.
  public var path: String?

  /// Creates an error for one problem.
  public init(
    _ code: Code, _ reason: String, file: String? = nil, line: Int? = nil, stream: String? = nil,
    path: String? = nil
  ) {
    self.init(code, reasons: [reason], file: file, line: line, stream: stream, path: path)
  }

  /// Creates an error for several problems of one kind.
  public init(
    _ code: Code, reasons: [String], file: String? = nil, line: Int? = nil, stream: String? = nil,
    path: String? = nil
  ) {
    self.code = code
    self.reasons = reasons
    self.file = file
    self.line = line
    self.stream = stream
    self.path = path
  }

  /// The exit code a program that fails with this error ends with.
  public var exitCode: ExitCode {
    switch code {
    case .usage, .file, .config, .catalog, .state: .usage
    case .malformedMessage, .invalidSchema, .invalidRecord, .input, .output: .failure
    case .consumerGone: .consumerGone
    }
  }
}

extension SingerError: CustomStringConvertible {
  /// One line per reason, each with its place in front.
  public var description: String {
    let place = [file, line.map { "line \($0)" }, stream.map { "stream \($0)" }, path].compactMap(\.self)
    return reasons.map { (place + [$0]).joined(separator: ": ") }.joined(separator: "\n")
  }
}
