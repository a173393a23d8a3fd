import JSONBytes
import Singer

/// The record that says that an object is gone: its last known state, and when it was deleted.
enum Tombstone {
  /// The column that makes a record a tombstone; targets know it by this name.
  static let deletedAt = "_sdc_deleted_at"
  /// Of a lead that was merged away: the lead that has taken over what was its.
  static let mergedInto = "_merged_into"

  /// Columns of ours that the API knows nothing of.
  static let columns: Set<String> = [deletedAt, mergedInto]
}

extension StreamDefinition {
  /// The columns that tombstones add.
  fileprivate var tombstoneProperties: [(name: String, schema: JSONValue)] {
    [(name: Tombstone.deletedAt, schema: FieldType.instant.schema)]
      + (eventTypes.contains("lead") ? [(name: Tombstone.mergedInto, schema: FieldType.string.schema)] : [])
  }
}

extension CatalogEntry {
  /// Whether the user wants the table read from the event log, and it can be.
  func isLogBased(_ definition: StreamDefinition) -> Bool {
    replicationMethod == .logBased && !definition.eventTypes.isEmpty
  }
}

extension Catalog {
  /// This catalog, as the tap declares it, offering LOG_BASED where `chosen` asks for it and there are events.
  func offeringLog(_ chosen: Catalog, _ definitions: [StreamDefinition]) -> Catalog {
    var catalog = self
    for index in catalog.entries.indices {
      let name = catalog.entries[index].tapStreamID
      guard let entry = chosen[name], let definition = definitions.first(where: { $0.name == name }),
        entry.isLogBased(definition)
      else { continue }
      catalog.entries[index].replicationMethod = .logBased
    }
    return catalog
  }

  /// The catalog with the columns of tombstones where there will be any, and without them elsewhere, even where
  /// an earlier catalog had them.
  func declaringTombstones(of definitions: [StreamDefinition], deletes: Bool) -> Catalog {
    var catalog = self
    for index in catalog.entries.indices {
      let entry = catalog.entries[index]
      guard let definition = definitions.first(where: { $0.name == entry.tapStreamID }),
        var properties = entry.schema["properties"]?.object, !definition.eventTypes.isEmpty
      else { continue }
      let isOn = deletes || entry.isLogBased(definition)
      for (name, schema) in definition.tombstoneProperties {
        properties[name] = isOn ? .some(schema) : .none
        let place = Breadcrumb.property(name)
        if !isOn {
          catalog.entries[index].metadata[place] = nil
        } else if name == Tombstone.deletedAt || entry.metadata[place] == nil {
          // A tombstone without its date would be a record like any other.
          let inclusion: Inclusion = name == Tombstone.deletedAt ? .automatic : .available
          catalog.entries[index].metadata[place] = FieldMetadata(inclusion: inclusion)
        }
      }
      catalog.entries[index].schema["properties"] = .object(properties)
    }
    return catalog
  }
}
