import CloseAPI
import CloseConnection
import JSONBytes
import Synchronization

/// Reads the lists of a directory from Close, each once in a run and only when something asks for it.
final class DirectoryReader: Sendable {
  private let client: CloseClient
  private let gate = RequestGate(limit: 1)
  private let directory = Mutex(Directory())

  init(client: CloseClient) { self.client = client }

  /// The directory with at least these tables.
  ///
  /// - Throws: `CloseError`.
  func directory(with tables: Set<Directory.Table>) async throws -> Directory {
    let known = directory.withLock { $0 }
    guard tables.contains(where: { !known.has($0) }) else { return known }
    return try await gate.enter {
      for table in tables where !self.directory.withLock({ $0.has(table) }) { try await self.load(table) }
      return self.directory.withLock { $0 }
    }
  }

  private func load(_ table: Directory.Table) async throws(CloseError) {
    if case .customFields(let scope) = table {
      let definitions = try await CustomFieldReader(client: client).definitions(of: scope)
      directory.withLock { $0.add(definitions, of: scope) }
      return
    }
    let entries = try await client.rows(.get(table.path)).compactMap(table.entry)
    directory.withLock { $0.add(entries, to: table) }
  }
}

extension Directory.Table {
  fileprivate var path: String {
    switch self {
    case .users: "user/"
    case .leadStatuses: "status/lead/"
    case .opportunityStatuses: "status/opportunity/"
    case .pipelines: "pipeline/"
    case .activityTypes: "custom_activity/"
    case .objectTypes: "custom_object_type/"
    case .customFields(let scope): "custom_field/\(scope.rawValue)/"
    }
  }

  /// Reads one row of the list; nil when it has no id.
  func entry(_ row: JSONValue) -> Directory.Entry? {
    guard let id = row["id"]?.string else { return nil }
    let names: [String?]
    switch self {
    case .users:
      let fullName = [row["first_name"]?.string, row["last_name"]?.string].compactMap(\.self)
      names = [fullName.joined(separator: " "), row["email"]?.string, row["name"]?.string]
    case .leadStatuses, .opportunityStatuses: names = [row["label"]?.string]
    case .pipelines, .activityTypes, .objectTypes, .customFields: names = [row["name"]?.string]
    }
    return Directory.Entry(
      id: id, names: names.compactMap(\.self).filter { !$0.isEmpty }, group: row["pipeline_id"]?.string)
  }
}
