import JSONBytes

/// What `_fields` lets through.
struct Projection: Sendable {
  private let names: Set<String>
  private let hasAllCustomFields: Bool
  /// `_all` asks for every field, the optional ones included.
  let isEverything: Bool

  init(_ fields: String) {
    self.init(fields.split(separator: ",").map { $0.split(separator: " ").joined(separator: " ") })
  }

  init(_ fields: [String]) {
    names = Set(fields)
    hasAllCustomFields = names.contains("custom")
    isEverything = names.contains("_all")
  }

  func includes(_ key: String) -> Bool {
    isEverything || names.contains(key) || (hasAllCustomFields && key.hasPrefix("custom."))
  }

  /// Whether a field that is not sent by default was asked for.
  func asksFor(_ key: String) -> Bool { isEverything || names.contains(key) }

  /// Appends those members of the JSON object in `body` that are let through, without braces, each with a
  /// comma behind it.
  func copyMembers(of body: [UInt8], to output: inout [UInt8]) {
    try? withJSONCursor(body) { (cursor) throws(JSONError) in
      try cursor.enterObject()
      while let name = try cursor.nextKey() {
        let key = cursor.text(of: name)
        let value = try cursor.skipValue()
        guard includes(key) else { continue }
        cursor.copy(name.content.lowerBound - 1..<value.upperBound, to: &output)
        output.append(UInt8(ascii: ","))
      }
    }
  }
}
