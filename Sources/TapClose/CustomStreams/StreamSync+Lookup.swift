import CloseAPI
import CloseConnection
import JSONBytes
import Singer

extension StreamSync {
  /// The rows that series of requests are made for.
  ///
  /// A parent stream is read by its own definition, but completely: what has not changed may have new rows below it.
  func lookupRows(of custom: CustomStream) async throws -> LookupRows {
    switch custom.lookup {
    case nil: return .once
    case .rows(let rows)?: return .list(rows[...])
    case .stream(let parent)?:
      let spool = try LookupSpool(columns: custom.request.columns)
      let reader = reader(of: parent, custom.request.columns, into: spool)
      try await reader.run()
      let (usable, unusable) = spool.counts
      if parent.movesRows { try await readAgain(reader, into: spool) }
      if unusable > 0 {
        report.note(
          "\(unusable) rows of \(parent.name) have no value for \(custom.request.columns.joined(separator: ", "))",
          stream: name)
      }
      if usable == 0, unusable > 0 {
        throw StreamError(
          "no row of \(parent.name) has a value for \(custom.request.columns.joined(separator: ", "))",
          "name another column in {lookup.COLUMN}")
      }
      return .spool(spool, offset: 0)
    }
  }

  /// Reads a parent until nothing new comes: a row that somebody saves may move to pages read before, and what
  /// hangs on it need not have changed, so no later run would make up for it.
  private func readAgain(_ reader: StreamSync, into spool: LookupSpool) async throws {
    var count = 0
    for _ in 0..<5 where spool.mayLackRows && count < spool.counts.usable {
      count = spool.counts.usable
      try await reader.run()
    }
  }

  /// Reads a parent in our name, and hands its rows to `spool` instead of writing them.
  private func reader(of parent: StreamDefinition, _ columns: [String], into spool: LookupSpool) -> StreamSync
  {
    let definition = StreamDefinition(
      name: name, replication: parent.replication, shape: parent.shape, customFields: parent.customFields,
      keyProperties: parent.keyProperties, nested: parent.nested)
    var settings = settings
    settings.startDate = nil
    var reader = StreamSync(
      definition: definition, selection: StreamSelection(columns: columns, of: definition), client: client,
      gate: gate, clock: clock, output: output, report: report.aside(), settings: settings, bookmark: nil)
    reader.divert = { page in try spool.add(page.lines) }
    return reader
  }
}

extension StreamDefinition {
  /// Whether it is read in an order that is not known, and costs no more than a request a page.
  fileprivate var movesRows: Bool {
    switch replication {
    case .search, .windows: false
    case .whole(.lists, _): true
    case .whole: false
    case .custom(let stream): stream.lookup == nil
    }
  }
}

extension StreamSelection {
  /// Nothing but these columns, of whatever type, and what the table cannot be read without.
  fileprivate init(columns: [String], of definition: StreamDefinition) {
    var properties = definition.knownProperties
    for column in columns { properties[column] = [:] }
    let schema: JSONValue = ["type": "object", "properties": .object(properties)]
    let keys = definition.keyProperties + [definition.replicationKey].compactMap(\.self)
    var metadata = CatalogMetadata(
      stream: FieldMetadata(inclusion: .automatic), schema: schema, automatic: Set(keys + columns))
    for name in properties.keys where !(keys + columns).contains(name) {
      metadata[.property(name)] = FieldMetadata(inclusion: .unsupported)
    }
    let entry = CatalogEntry(
      tapStreamID: definition.name, schema: schema, metadata: metadata,
      keyProperties: definition.keyProperties,
      replicationKey: definition.replicationKey)
    var options = RecordPlan.Options()
    options.undeclared = .drop
    self.init(entry, of: definition, mode: .columns, options: options)
  }
}
