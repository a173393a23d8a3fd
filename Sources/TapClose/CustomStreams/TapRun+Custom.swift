import CloseAPI
import JSONBytes
import Singer

extension TapRun {
  /// The catalog of `streams` as they are now; custom ones are asked for a sample of their records.
  ///
  /// - Throws: `CloseError` when the key is refused or Close cannot be reached.
  func liveCatalog(of streams: [StreamDefinition]) async throws -> Catalog {
    let discovery = Discovery(client: client, mode: configuration.customFieldMode, log: log)
    var catalog = try await discovery.catalog(of: streams)
    let sampler = StreamSampler(client, configuration.syncSettings(now: .now()))
    for (index, stream) in streams.enumerated() {
      guard let custom = stream.custom, let sampled = try await sample(custom, sampler) else { continue }
      catalog.entries[index] = sampled.definition.catalogEntry(
        customFields: [], mode: configuration.customFieldMode)
    }
    return catalog
  }

  /// The stream with the fields of a sample; nil when it cannot be sampled, which does not keep the others back.
  private func sample(_ stream: CustomStream, _ sampler: StreamSampler) async throws -> CustomStream? {
    do {
      var sampled = stream
      sampled.sampledProperties = stream.inferProperties(try await sampler.records(of: stream))
      return sampled
    } catch let error as CloseError where error.intent != .abort {
      log.warning(
        "\(stream.name) cannot be sampled (\(error)); its fields go to _undeclared", stream: stream.name)
    } catch let error as StreamError {
      log.warning(
        "\(stream.name) cannot be sampled (\(error)); its fields go to _undeclared", stream: stream.name)
    }
    return nil
  }
}
