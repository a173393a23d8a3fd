import CloseAPI
import JSONBytes
import Singer

/// What the values of a field look like, as far as a sample has shown.
struct InferredType: Hashable, Sendable {
  /// How many values of each JSON type there were; nulls tell nothing.
  private var counts: [String: Int] = [:]
  /// Whether every number was whole.
  private var isWhole = true
  /// Of values that are objects.
  private(set) var members: [String: InferredType] = [:]
  /// Of values that are arrays, their elements.
  private var elements: [InferredType] = []
  /// Objects with more members than this are dictionaries, whose keys say nothing of the next one.
  private static let mostMembers = 100

  /// Takes note of a value.
  mutating func add(_ value: JSONValue) {
    guard !value.isNull else { return }
    counts[value.typeName, default: 0] += 1
    switch value {
    case .number(let number): isWhole = isWhole && number.text.allSatisfy { $0.isNumber || $0 == "-" }
    case .object(let object):
      for (name, member) in object { members[name, default: InferredType()].add(member) }
    case .array(let array):
      var element = elements.first ?? InferredType()
      for value in array { element.add(value) }
      elements = [element]
    case .null, .bool, .string: break
    }
  }

  /// The one type to declare: that of most values, so that the fewest have to stand aside; nil for none at all.
  var type: String? {
    let order = ["string", "number", "object", "array", "boolean"]
    let most = counts.values.max()
    guard let name = order.first(where: { counts[$0] == most && most != nil }) else { return nil }
    return name == "number" && isWhole ? "integer" : name
  }

  /// Whether values of other types have been seen too.
  private var isMixed: Bool { counts.count > 1 }
}

// MARK: - As schemas

extension InferredType {
  /// The schema of a field of the record: one type and null, which every loader can make a column of.
  ///
  /// A field that has always been null is a text until it shows what it is.
  var schema: JSONValue { schema(of: type ?? "string", isNested: false) }

  /// The schema of a primary key: always there, and a text unless all values were numbers.
  var keySchema: JSONValue {
    let isNumber = type == "integer" || type == "number"
    return ["type": .string(isNumber && !isMixed ? type ?? "string" : "string")]
  }

  /// Inside objects nothing stands aside, so only what is certain is declared: some loaders refuse a record for
  /// a nested value of another type.
  private var nestedSchema: JSONValue? {
    guard let type, !isMixed else { return nil }
    return schema(of: type == "integer" ? "number" : type, isNested: true)
  }

  private func schema(of type: String, isNested: Bool) -> JSONValue {
    var schema: JSONValue = ["type": ["null", .string(type)]]
    switch type {
    case "object":
      let declared = members.count > InferredType.mostMembers ? [:] : members.compactMapValues(\.nestedSchema)
      if !declared.isEmpty {
        schema["properties"] = .object(
          JSONObject(declared.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }))
      }
      schema["additionalProperties"] = true
    case "array":
      // Without a word on them, elements may be anything.
      if let element = elements.first?.nestedSchema { schema["items"] = element }
    default: break
    }
    return schema
  }
}

extension CustomStream {
  /// The properties of the records of a sample; what is attached to the records is not among them.
  func inferProperties(_ records: [JSONValue]) -> JSONObject {
    var type = InferredType()
    for record in records { type.add(record) }
    let fields = type.members.filter {
      $0.key != RecordPlan.undeclaredField && !attachedNames.contains($0.key)
    }
    return JSONObject(
      fields.map { ($0.key, ownKeys.contains($0.key) ? $0.value.keySchema : $0.value.schema) })
  }
}
