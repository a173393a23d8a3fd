import CloseConnection
import JSONBytes
import Synchronization

/// What another organisation calls its users, statuses and fields, as its own streams tell.
///
/// Records of that organisation point to them by ids that mean nothing here; the names may.
final class ForeignNames: Sendable {
  private let names = Mutex<[String: [String]]>([:])

  /// Takes in a row of a stream such as `users` or `lead_statuses`.
  func learn(_ row: JSONObject, ofStream stream: String) {
    let table: Directory.Table? =
      switch stream {
      case "users": .users
      case "lead_statuses": .leadStatuses
      case "opportunity_statuses": .opportunityStatuses
      case "pipelines": .pipelines
      case "custom_fields": .customFields(.lead)
      case "custom_activity_types": .activityTypes
      case "custom_object_types": .objectTypes
      default: nil
      }
    guard let entry = table?.entry(.object(row)) else { return }
    names.withLock { $0[entry.id] = entry.names }
  }

  /// The names of the thing with this id; empty when no stream told.
  func names(of id: String) -> [String] { names.withLock { $0[id] ?? [] } }
}
