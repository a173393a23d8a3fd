/// The rate buckets of all keys and endpoint groups, and the organisation's, which hold three times as much.
struct RateBuckets {
  /// How one request stands to its limit.
  struct Standing: Equatable {
    var isAllowed: Bool
    var limit: RateLimit
    var remaining: Int
    /// Seconds until nothing of the limit is used any more.
    var reset: Double
  }

  private struct Group: Hashable {
    /// Nil for the organisation's bucket.
    var keyIndex: Int?
    var method: String
    var template: String
  }

  /// Nil switches all limits off; changing it fills all buckets.
  var limit: RateLimit? { didSet { buckets.removeAll() } }
  private var buckets: [Group: TokenBucket] = [:]

  init(limit: RateLimit?) { self.limit = limit }

  /// Takes one request out of the key's and the organisation's bucket, or out of neither when one is empty.
  ///
  /// - Parameter now: seconds of a steady clock.
  /// - Returns: the standing of the bucket with less left; nil when there are no limits.
  mutating func take(keyIndex: Int, method: String, template: String, at now: Double) -> Standing? {
    guard let limit else { return nil }
    let groups = [
      (Group(keyIndex: keyIndex, method: method, template: template), limit),
      (Group(keyIndex: nil, method: method, template: template), limit.ofOrganization),
    ]
    var filled = groups.map { group, limit in
      var bucket = buckets[group] ?? TokenBucket(limit: limit, at: now)
      bucket.fill(at: now)
      return bucket
    }
    let isAllowed = filled.allSatisfy { $0.remaining >= 1 }
    if isAllowed {
      for index in filled.indices { filled[index].take() }
    }
    for (group, bucket) in zip(groups, filled) { buckets[group.0] = bucket }
    let tightest = filled[1].remaining < filled[0].remaining ? filled[1] : filled[0]
    return Standing(
      isAllowed: isAllowed, limit: tightest.limit, remaining: tightest.remaining, reset: tightest.reset)
  }
}

/// A path with its ids blanked out: `lead/lead_4Fx…/` belongs to the group `lead/{id}/`.
enum PathTemplate {
  static func template(of path: String) -> String {
    path.split(separator: "/", omittingEmptySubsequences: false)
      .map { isID($0) ? "{id}" : String($0) }
      .joined(separator: "/")
  }

  /// Ids have a prefix and something no word has: a digit, a capital or great length (`lead_merge` is no id).
  private static func isID(_ segment: Substring) -> Bool {
    if segment.contains("@") { return true }
    guard let underscore = segment.firstIndex(of: "_") else { return false }
    let tail = segment[segment.index(after: underscore)...]
    return segment.count > 24
      || tail.utf8.contains { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) }
  }
}
