import CloseAPI
import JSONBytes
import Singer

extension TapRun {
  /// Asks an endpoint once and prints where records stand in its answer.
  ///
  /// - Parameters:
  ///   - argument: a path with or without a query; a verb may stand in front, and behind POST a body.
  ///   - format: text, or JSON lines.
  func suggestPaths(_ argument: String, _ format: About.Format) async throws -> ExitCode {
    let request = try ProbeRequest(parsing: argument)
    return try await unlessStopped {
      let report = SuggestionReport(request, try await client.json(request.call))
      try StandardOutput.write(format == .json ? report.lines : report.text)
      return report.suggestions.isEmpty ? .failure : .success
    } ?? stopped
  }
}
