/// One thing that goes wrong on purpose, and for which requests.
struct Fault: Equatable, Sendable {
  /// What goes wrong.
  enum Effect: Equatable, Sendable {
    /// This answer instead of the real one; the request is not processed.
    case status(Int)
    /// The connection is reset before the request is processed.
    case reset
    /// The connection ends without an answer before the request is processed.
    case close
    /// The request is processed, then the connection is reset: the client cannot know.
    case resetAfterProcessing
    /// Half of the answer, then the connection ends.
    case truncate
    /// A whole answer whose body is cut in the middle of its JSON.
    case invalidJSON
    /// The body comes in pieces of 1,000 bytes with these seconds between them.
    case slow(Double)
    /// Nothing happens for these seconds, then all goes on.
    case hang(Double)
    /// Search cursors have expired.
    case expireCursors
    /// All OAuth access tokens end now.
    case expireTokens
  }

  /// The fault as it was written.
  var text: String
  var effect: Effect
  /// Only paths below `/api/v1/` that begin so; `oauth2/…` for the OAuth endpoints.
  var path = ""
  var method: String?
  /// Which of the requests that fit path and method, counted from 1.
  var every: Int?
  var first: Int?
  var after: Int?
  var on: Int?
  /// Of those, which part, and how many at most.
  var probability: Double?
  var times: Int?
  /// For `status`: seconds to announce, nil for the usual ones of that status.
  var retryAfter: Double?
  /// For `status`: the body.
  var body: String?

  /// Whether path and method fit.
  func concerns(method: String, path: String) -> Bool {
    guard self.method.map({ $0 == method }) ?? true else { return false }
    return self.path.isEmpty ? !path.hasPrefix("oauth2/") : path.hasPrefix(self.path)
  }

  /// Whether the `count`th request of those it concerns is one to strike; `chance` is between 0 and 1.
  func strikes(count: Int, chance: () -> Double) -> Bool {
    if let every, !count.isMultiple(of: every) { return false }
    if let first, count > first { return false }
    if let after, count <= after { return false }
    if let on, count != on { return false }
    if let probability { return chance() < probability }
    return true
  }
}

// MARK: - Reading

extension Fault {
  /// Reads one fault, for example `status=429,first=5,path=lead/`.
  init(parsing text: some StringProtocol) throws(SandboxError) {
    var effect: Effect?
    self.init(text: String(text), effect: .reset)
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = pair[0].trimmed
      let value = pair.count > 1 ? pair[1].trimmed : nil
      if let found = try Fault.effect(name, value, in: self.text) {
        guard effect == nil else { throw Fault.problem(self.text, "says twice what goes wrong") }
        effect = found
      } else if try !select(name, value) {
        throw Fault.problem(self.text, "has an unknown word, \(name)")
      }
    }
    guard let effect else { throw Fault.problem(self.text, "does not say what goes wrong") }
    self.effect = effect
  }

  private static func effect(
    _ name: String, _ value: String?, in text: String
  ) throws(SandboxError) -> Effect? {
    let plain: [String: Effect] = [
      "reset": .reset, "close": .close, "reset-after-processing": .resetAfterProcessing,
      "truncate": .truncate,
      "invalid-json": .invalidJSON, "expire-cursors": .expireCursors, "expire-tokens": .expireTokens,
    ]
    if let effect = plain[name] {
      guard value == nil else { throw problem(text, "gives \(name) a value, but it takes none") }
      return effect
    }
    switch name {
    case "status":
      guard let status = value.flatMap({ Int($0) }), (200...599).contains(status) else {
        throw problem(text, "needs a status between 200 and 599")
      }
      return .status(status)
    case "slow":
      let pace = value.map { $0.hasSuffix("-per-kB") ? String($0.dropLast(7)) : $0 }
      guard let seconds = pace.flatMap({ DurationText.seconds($0) }) else {
        throw problem(text, "needs a pace such as slow=50ms-per-kB")
      }
      return .slow(seconds)
    case "hang":
      guard let seconds = value.flatMap({ DurationText.seconds($0) }) else {
        throw problem(text, "needs a duration such as hang=2s")
      }
      return .hang(seconds)
    default: return nil
    }
  }

  /// Takes over one selecting word; false when there is no such word.
  private mutating func select(_ name: String, _ value: String?) throws(SandboxError) -> Bool {
    switch name {
    case "path": path = try word(value, name).drop(prefix: "/").drop(prefix: "api/v1/")
    case "method": method = try word(value, name).uppercased()
    case "body": body = try word(value, name)
    case "every": every = try count(value, name)
    case "first": first = try count(value, name)
    case "after": after = try count(value, name, atLeast: 0)
    case "on", "nth": on = try count(value, name)
    case "times": times = try count(value, name)
    case "probability":
      guard let share = value.flatMap({ Double($0) }), (0...1).contains(share) else {
        throw Fault.problem(text, "needs a probability between 0 and 1")
      }
      probability = share
    case "retry-after":
      guard let seconds = value.flatMap({ DurationText.seconds($0) }) else {
        throw Fault.problem(text, "needs seconds behind retry-after")
      }
      retryAfter = seconds
    default: return false
    }
    return true
  }

  private func word(_ value: String?, _ name: String) throws(SandboxError) -> String {
    guard let value, !value.isEmpty else { throw Fault.problem(text, "needs a value behind \(name)") }
    return value
  }

  private func count(_ value: String?, _ name: String, atLeast least: Int = 1) throws(SandboxError) -> Int {
    guard let count = value.flatMap({ Int($0) }), count >= least else {
      throw Fault.problem(text, "needs a whole number from \(least) up behind \(name)")
    }
    return count
  }

  private static func problem(_ text: String, _ what: String) -> SandboxError {
    SandboxError(.usage, "The fault '\(text)' \(what); see close-sandbox --help.")
  }
}

extension StringProtocol {
  fileprivate var trimmed: String {
    let front = drop { $0 == " " }
    return String(front.prefix(front.count - front.reversed().prefix { $0 == " " }.count))
  }

  fileprivate func drop(prefix: String) -> String {
    String(hasPrefix(prefix) ? dropFirst(prefix.count) : self[...])
  }
}
