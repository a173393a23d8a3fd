import JSONBytes

/// Turns a change of an object into an entry of the event log.
enum EventRecorder {
  /// The object's type as the log calls it; tasks carry their own type.
  static func objectType(_ record: Record) -> String {
    let type = record.kind.resource.event ?? ""
    return record.kind == .task ? type + (record.text("_type") ?? "lead") : type
  }
}
