/// The members of a JSON object in the order they were written.
///
/// Two objects are equal when they hold the same members, in whatever order.
public struct JSONObject: Sendable {
  /// The keys, in order.
  public private(set) var keys: [String] = []
  /// The values, in the order of `keys`.
  public private(set) var values: [JSONValue] = []
  /// Positions by key; filled once the object is too large for a linear look.
  private var positions: [String: Int] = [:]
  private static let linearLimit = 40

  /// An empty object.
  public init() {}

  /// An object of these members; a later one replaces an earlier one of the same key.
  public init(_ members: some Sequence<(String, JSONValue)>) {
    for (key, value) in members { self[key] = value }
  }

  /// Number of members.
  public var count: Int { keys.count }
  /// Whether there are none.
  public var isEmpty: Bool { keys.isEmpty }

  /// The value of `key`; assigning nil removes the member, assigning to a new key appends it.
  public subscript(key: String) -> JSONValue? {
    get { position(of: key).map { values[$0] } }
    set {
      switch (position(of: key), newValue) {
      case (let index?, let value?): values[index] = value
      case (let index?, nil): remove(at: index)
      case (nil, let value?): append(key, value)
      case (nil, nil): break
      }
    }
  }

  private func position(of key: String) -> Int? {
    count > JSONObject.linearLimit ? positions[key] : keys.firstIndex(of: key)
  }

  private mutating func append(_ key: String, _ value: JSONValue) {
    keys.append(key)
    values.append(value)
    if count > JSONObject.linearLimit + 1 {
      positions[key] = count - 1
    } else if count == JSONObject.linearLimit + 1 {
      indexKeys()
    }
  }

  private mutating func remove(at index: Int) {
    keys.remove(at: index)
    values.remove(at: index)
    indexKeys()
  }

  private mutating func indexKeys() {
    positions.removeAll()
    guard count > JSONObject.linearLimit else { return }
    for (index, key) in keys.enumerated() { positions[key] = index }
  }
}

extension JSONObject: Sequence {
  /// The members in order.
  public func makeIterator() -> some IteratorProtocol<(key: String, value: JSONValue)> {
    zip(keys, values).lazy.map { (key: $0, value: $1) }.makeIterator()
  }
}

extension JSONObject: Hashable {
  /// Same members, in whatever order.
  public static func == (left: JSONObject, right: JSONObject) -> Bool {
    left.count == right.count && left.allSatisfy { right[$0.key] == $0.value }
  }

  /// Feeds the members in an order-independent way.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(Set(keys))
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  /// An object with its members in the order written.
  public init(dictionaryLiteral members: (String, JSONValue)...) { self.init(members) }
}
