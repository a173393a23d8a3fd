import CloseAPI
import JSONBytes
import Singer

extension TapRun {
  /// The user's catalog, or the default one; tables the user gives no schema for take the live one.
  func effectiveCatalog(_ given: Catalog?) async throws -> Catalog {
    guard var catalog = given else {
      return try await liveCatalog(of: configuration.streams.filter(\.isSelectedByDefault))
    }
    let bare = catalog.entries.filter { $0.isSelected && $0.schema["properties"]?.object == nil }
      .map(\.tapStreamID)
    let live = try await liveCatalog(of: configuration.streams.filter { bare.contains($0.name) })
    for index in catalog.entries.indices {
      guard let entry = live[catalog.entries[index].tapStreamID] else { continue }
      catalog.entries[index].adopt(entry)
    }
    let declared = Catalog(
      configuration.streams.filter { catalog[$0.name] != nil }
        .map { $0.catalogEntry(customFields: [], mode: configuration.customFieldMode) }
    ).offeringLog(catalog, configuration.streams)
    for warning in catalog.warnings(against: declared) { log.warning("\(warning)") }
    for index in catalog.entries.indices {
      guard let entry = declared[catalog.entries[index].tapStreamID] else { continue }
      catalog.entries[index].complete(by: entry)
    }
    return catalog
  }

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

extension CatalogEntry {
  var isSelected: Bool { Selection(of: self).isStreamSelected }

  /// Makes sure of what no record can do without: its keys, and a place for what the schema does not declare.
  fileprivate mutating func complete(by declared: CatalogEntry) {
    keyProperties = declared.keyProperties
    replicationKey = declared.replicationKey
    var properties = schema["properties"]?.object ?? JSONObject()
    let attached = (declared.schema["properties"]?.object?.keys ?? []).filter(CustomStream.isAttached)
    for name in keyProperties + attached + [replicationKey, RecordPlan.undeclaredField].compactMap(\.self)
    where properties[name] == nil {
      properties[name] = declared.schema["properties"]?[name]
    }
    schema["properties"] = .object(properties)
  }

  /// Takes over schema and keys of the live table; what the user has chosen stays.
  fileprivate mutating func adopt(_ live: CatalogEntry) {
    schema = live.schema
    keyProperties = live.keyProperties
    replicationKey = replicationKey ?? live.replicationKey
    for breadcrumb in live.metadata.breadcrumbs where metadata[breadcrumb] == nil {
      metadata[breadcrumb] = live.metadata[breadcrumb]
    }
  }
}
