import JSONBytes

/// An object that matches a record.
struct MatchedObject: Sendable {
  let id: String
  /// As it is in Close now.
  let live: JSONObject

  /// When it was created; objects that do not say come last.
  var created: Timestamp { live["date_created"]?.string.flatMap { Timestamp($0) } ?? .latest }
}

/// Which of the objects that match a record are written, if any.
struct MatchPolicy: Hashable, Sendable {
  let onNone: NonePolicy
  let onMany: ManyPolicy
  /// The most objects that one record changes.
  static let mostObjects = 10

  enum Decision: Sendable {
    case create
    case skip(String)
    case write([MatchedObject], String)
    case reject(String)
  }

  /// Decides over the objects found by `key`, in the order Close lists them.
  ///
  /// - Parameter lead: the lead the record belongs to; objects of that lead come before others.
  func decide(_ found: [MatchedObject], by key: String, lead: String? = nil) -> Decision {
    let inLead = lead.map { lead in found.filter { $0.live["lead_id"]?.string == lead } } ?? []
    let candidates = inLead.isEmpty ? found : inLead
    switch candidates.count {
    case 0: return none
    case 1: return .write(candidates, "matched by \(key)")
    default: break
    }
    let oldest = candidates.sorted { ($0.created, $0.id) < ($1.created, $1.id) }
    let count = "\(candidates.count) objects match by \(key)"
    switch onMany {
    case .first: return .write([candidates[0]], "\(count); this is the first")
    case .oldest: return .write([oldest[0]], "\(count); this is the oldest")
    case .all: return .write(Array(oldest.prefix(MatchPolicy.mostObjects)), "\(count); all are written")
    case .reject:
      let ids = oldest.prefix(5).map(\.id).joined(separator: ", ")
      return .reject("\(count) (\(ids)); set on_many, or match by something better")
    }
  }

  private var none: Decision {
    switch onNone {
    case .create: .create
    case .skip: .skip("nothing matches, and on_none is skip")
    case .reject: .reject("nothing matches, and on_none is reject")
    }
  }
}
