import CloseAPI
import CloseConnection
import JSONBytes
import Singer

extension TargetRun {
  /// Checks that the key works and that the names in the settings exist.
  func test() async throws -> ExitCode {
    try await interruption.unlessRequested { try await check() } ?? stopped
  }

  private func check() async throws -> ExitCode {
    let organisation = try await organisation()
    log.info(
      "the key belongs to organisation \(organisation["name"]?.string ?? organisation["id"]?.string ?? "")")
    let directory = DirectoryReader(client: client)
    for settings in configuration.streams {
      let scopes = settings.customFieldNames
      for (scope, names) in scopes {
        let known = try await directory.directory(with: [.customFields(scope)])
        for name in names where known.customField(name, of: scope) == nil {
          throw SingerError(
            .config, "there is no \(scope.rawValue) custom field \"\(name)\" in the organisation",
            file: "streams.\(settings.stream)")
        }
      }
      log.info("\(settings.stream): records go to \(settings.resourceName)", stream: settings.stream)
    }
    return .success
  }

  /// Writes one record, for real, and prints what Close answers.
  ///
  /// The file holds `{"stream": "leads", "record": {…}}`, a RECORD message, or a whole Singer stream of one.
  func sendTest(_ path: String) async throws -> ExitCode {
    let record = try testRecord(path)
    let answers = Answers()
    let exit = try await run(answers: answers) { desk in
      desk.reader.announce(record.stream)
      _ = try await desk.reader.take(record)
    }
    for answer in answers.all { try StandardOutput.write(answer.pretty) }
    if answers.all.isEmpty, exit == .success { log.info("nothing was sent: Close has the record already") }
    return exit
  }

  private func testRecord(_ path: String) throws(SingerError) -> SourceRecord {
    let documents = try testDocuments(path)
    guard let document = documents.last(where: { $0["record"] != nil }),
      let fields = document["record"]?.object,
      let name = document["stream"]?.string
    else {
      throw SingerError(.file, "it must hold {\"stream\": NAME, \"record\": {…}}", file: path)
    }
    guard let settings = configuration.settings(of: name) else {
      throw SingerError(.config, "nothing tells what stream \(name) becomes in Close", file: path)
    }
    let schema = documents.first { $0["type"]?.string == "SCHEMA" }
    let keys = (document["key_properties"] ?? schema?["key_properties"])?.array ?? []
    let stream = IncomingStream(
      name: name, keyProperties: keys.compactMap(\.string), customFieldNames: [:], settings: settings)
    return stream.record(fields, bytes: Array(JSONValue.object(fields).compact.utf8), line: 1)
  }

  /// One document over several lines, or one a line.
  private func testDocuments(_ path: String) throws(SingerError) -> [JSONValue] {
    do throws(SingerError) {
      return [try JSONFile.read(path, role: "test record")]
    } catch {
      return try JSONFile.readLines(path, role: "test record").map(\.value)
    }
  }
}
