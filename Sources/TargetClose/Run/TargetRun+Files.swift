import CloseAPI
import JSONBytes
import Singer

extension TargetRun {
  /// Carries out a reviewed plan.
  func apply(_ path: String) async throws -> ExitCode {
    let lines = try planLines(path)
    return try await run { desk in
      for line in lines {
        report.started(line.stream)
        let lane = JournalKey(stream: line.stream, key: line.key).digest
        let tokens = line.operations.flatMap { $0.tokens + $0.nestedTokens }.map(\.lane)
        let objects = line.operations.compactMap(\.id).map { Digest("object", $0) }
        let lanes = Lanes(kept: [lane] + tokens + objects)
        guard try await desk.dispatcher.admit(.plan(line), lanes) else { return }
      }
    }
  }

  private func planLines(_ path: String) throws(SingerError) -> [PlanLine] {
    var lines: [PlanLine] = []
    for (number, json) in try JSONFile.readLines(path, role: "plan") {
      guard let line = PlanLine(json) else {
        throw SingerError(.file, "this is no line of a plan made by --dry-run", file: path, line: number)
      }
      lines.append(line)
    }
    return lines
  }

  /// Tries dead letters again; those that fail again are what the file holds afterwards.
  func replay(_ path: String) async throws -> ExitCode {
    let letters = try JSONFile.readLines(path, role: "dead letter")
    let records = try letters.map { (line, json) throws(SingerError) in
      try record(of: json, line: line, file: path)
    }
    // New letters go to a file of their own, so that the old ones stay as they are until all is done.
    let failed = path + ".failed"
    PrivateFile.remove(failed)
    report.keepLines()
    let exit = try await run(deadLetters: (failed, path)) { desk in
      for record in records {
        desk.reader.announce(record.stream)
        guard try await desk.reader.take(record) else { return }
      }
    }
    let untried = letters.filter { !report.isDone(line: $0.line) }.map(\.value)
    let again = PrivateFile.exists(failed) ? try JSONFile.readLines(failed, role: "dead letter") : []
    _ = try LineFile.replace(path) { (file) throws(SingerError) in
      for letter in untried + again.map(\.value) { try file.append(letter) }
    }
    PrivateFile.remove(failed)
    return exit
  }

  private func record(of letter: JSONValue, line: Int, file: String) throws(SingerError) -> SourceRecord {
    guard let name = letter["stream"]?.string, let fields = letter["record"]?.object else {
      throw SingerError(.file, "this is no dead letter", file: file, line: line)
    }
    guard let settings = configuration.settings(of: name) else {
      throw SingerError(.config, "nothing tells what stream \(name) becomes in Close", file: file, line: line)
    }
    var names: [String: String] = [:]
    for (id, name) in letter["custom_field_names"]?.object ?? JSONObject() { names[id] = name.string }
    let stream = IncomingStream(
      name: name, keyProperties: (letter["key_properties"]?.array ?? []).compactMap(\.string),
      customFieldNames: names, settings: settings)
    return stream.record(
      fields, bytes: Array(JSONValue.object(fields).compact.utf8), line: line,
      key: letter["key"]?.string.map { RecordKey(text: $0) })
  }
}
