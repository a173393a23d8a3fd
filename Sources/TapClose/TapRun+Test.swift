import CloseAPI
import JSONBytes
import Singer

extension TapRun {
  /// Checks the key and what it may read; with a stream, prints some of its records.
  ///
  /// - Parameter argument: nil for all streams, else `STREAM` or `STREAM:N`.
  func test(_ argument: String?) async throws -> ExitCode {
    try await unlessStopped { try await checkAccess(argument) } ?? stopped
  }

  private func checkAccess(_ argument: String?) async throws -> ExitCode {
    guard let argument, argument != "all" else { return try await testAccess() }
    let parts = argument.split(separator: ":", maxSplits: 1)
    guard let name = parts.first, let stream = configuration.streams.first(where: { $0.name == name }) else {
      let names = configuration.streams.map(\.name).joined(separator: ", ")
      throw SingerError(.usage, "--test knows no stream \"\(argument)\"; there are \(names)")
    }
    guard let count = parts.count == 1 ? 1 : Int(parts[1]), (1...100).contains(count) else {
      throw SingerError(.usage, "--test \(name):N needs a number from 1 to 100, not \"\(parts[1])\"")
    }
    let records = try await sample(stream, count: count)
    for record in records { try StandardOutput.write(record.pretty) }
    log.info("\(records.count) record\(records.count == 1 ? "" : "s") of \(name)")
    return .success
  }

  private func testAccess() async throws -> ExitCode {
    let me = try await client.json(.get("me/", query: [("_fields", "id,email,organizations")]))
    let organisation = me["organizations"]?.array?.first
    let name =
      organisation?["name"]?.string ?? organisation?["id"]?.string ?? organisation?.string ?? "unknown"
    log.info(
      "the key belongs to \(me["email"]?.string ?? me["id"]?.string ?? "unknown"), organisation \(name)")
    var isComplete = true
    for stream in configuration.streams {
      do {
        let count = try await sample(stream, count: 1).count
        log.info("\(stream.name): \(count == 0 ? "readable, but empty" : "readable")", stream: stream.name)
      } catch let error as CloseError where error.intent != .abort {
        isComplete = false
        log.warning("\(stream.name): not readable: \(error)", stream: stream.name)
      } catch let error as StreamError {
        isComplete = false
        log.warning("\(stream.name): not readable: \(error)", stream: stream.name)
      }
    }
    return isComplete ? .success : .failure
  }

  /// The first records of a table as the API gives them.
  private func sample(_ stream: StreamDefinition, count: Int) async throws -> [JSONValue] {
    let sampler = StreamSampler(client, configuration.syncSettings(now: .now()))
    return try await sampler.records(of: stream, count: count)
  }
}
