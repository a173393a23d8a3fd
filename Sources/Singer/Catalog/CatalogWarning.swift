internal import JSONBytes

/// Something in a catalog that probably does not do what its author meant.
public enum CatalogWarning: Hashable, Sendable {
  /// Nothing at all is selected.
  case nothingSelected
  /// A selected stream that the tap does not have.
  case unknownStream(String)
  /// A selected field that the stream does not have.
  case unknownField(stream: String, field: String)
  /// A field that is deselected but sent, because it is a key.
  case keyDeselected(stream: String, field: String)
  /// A field that is selected but cannot be sent.
  case unsupportedFieldSelected(stream: String, field: String)
  /// A replication key the stream cannot be replicated by.
  case invalidReplicationKey(stream: String, key: String, valid: [String])
  /// A replication method other than the one the stream is read by.
  case methodNotOffered(stream: String, method: ReplicationMethod, offered: ReplicationMethod)
}

extension CatalogWarning: CustomStringConvertible {
  /// One sentence.
  public var description: String {
    switch self {
    case .nothingSelected:
      "the catalog selects no stream, so nothing is synced"
    case .unknownStream(let stream):
      "the catalog selects the stream \(stream), which does not exist; it is skipped"
    case .unknownField(let stream, let field):
      "the catalog selects the field \(field) of stream \(stream), which does not exist"
    case .keyDeselected(let stream, let field):
      "the catalog deselects the field \(field) of stream \(stream), a key; it is sent all the same"
    case .unsupportedFieldSelected(let stream, let field):
      "the catalog selects the field \(field) of stream \(stream), which cannot be sent; it is left out"
    case .invalidReplicationKey(let stream, let key, let valid):
      "the catalog replicates stream \(stream) by \(key); it can be replicated by "
        + (valid.isEmpty ? "no field" : valid.joined(separator: ", "))
    case .methodNotOffered(let stream, let method, let offered):
      "the catalog asks for \(method.rawValue) of stream \(stream), which is read \(offered.rawValue) all the same"
        + (method == .fullTable ? "; take its bookmark out of the state to read it whole" : "")
    }
  }
}

extension Catalog {
  /// Looks for choices that cannot be followed, given the catalog the tap itself declares.
  public func warnings(against declared: Catalog) -> [CatalogWarning] {
    let selected = entries.filter { Selection(of: $0).isStreamSelected }
    if selected.isEmpty { return [.nothingSelected] }
    return selected.flatMap { entry in
      declared[entry.tapStreamID].map(entry.warnings) ?? [.unknownStream(entry.tapStreamID)]
    }
  }
}

extension CatalogEntry {
  fileprivate func warnings(against declared: CatalogEntry) -> [CatalogWarning] {
    var warnings: [CatalogWarning] = []
    let keys = Set(declared.keyProperties + keyProperties + [replicationKey].compactMap(\.self))
    for breadcrumb in metadata.breadcrumbs.sorted(by: { $0.description < $1.description }) {
      guard let field = breadcrumb.topLevelProperty, let choice = metadata[breadcrumb]?.isSelected else {
        continue
      }
      let inclusion = declared.metadata[breadcrumb]?.inclusion ?? metadata[breadcrumb]?.inclusion
      let isKnown = declared.schema["properties"]?[field] != nil || schema["properties"]?[field] != nil
      if !choice, keys.contains(field), metadata[breadcrumb]?.inclusion != .automatic {
        warnings.append(.keyDeselected(stream: tapStreamID, field: field))
      } else if choice, !isKnown {
        warnings.append(.unknownField(stream: tapStreamID, field: field))
      } else if choice, inclusion == .unsupported {
        warnings.append(.unsupportedFieldSelected(stream: tapStreamID, field: field))
      }
    }
    let valid =
      declared.metadata[.stream]?.validReplicationKeys ?? [declared.replicationKey].compactMap(\.self)
    if let replicationKey, !valid.contains(replicationKey) {
      warnings.append(.invalidReplicationKey(stream: tapStreamID, key: replicationKey, valid: valid))
    }
    if let replicationMethod, let offered = declared.replicationMethod, replicationMethod != offered {
      warnings.append(.methodNotOffered(stream: tapStreamID, method: replicationMethod, offered: offered))
    }
    return warnings
  }
}
