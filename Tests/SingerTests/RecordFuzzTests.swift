import JSONBytes
import TestSupport
import Testing

@testable import Singer

/// Damaged pages, encoded by the encoder and by a slow reading of the same rules on trees.
@Suite("Damaged pages")
struct RecordFuzzTests {
  private let page = Array(
    #"""
    [{"id": "lead_1", "date_updated": "2024-05-01T10:20:30.5+02:00", "n": 12, "name": "é 😀 \"\ud83d\ude00\"",
      "contacts": [{"name": "A", "phone": "1", "since": "2024-05-01"}, {"phone": null}], "day": "2024-02-29"},
     {"n": 1.5, "id": 7, "new": [true, null], "custom.cf_1": {"a": 1}, "secret": "s", "contacts": null},
     {"name": "a\u0000\ud800b", "date_updated": "", "day": "x", "n": -0, "contacts": [[{"phone": 2}], 3]}, {}]
    """#.utf8)

  private let properties: JSONValue = [
    "id": [:], "date_updated": .type("string", format: "date-time"), "n": .type("integer"),
    "name": .type("string"), "secret": .type("string"), "day": .type("string", format: "date"),
    "contacts": .arrayType(
      of: .objectType([
        "name": [:], "phone": .type("string"), "since": .type("string", format: "date-time"),
      ])),
  ]

  @Test("make whole lines or an error at the right byte, never a crash")
  func makeLinesOrErrors() throws {
    for var random in Fuzzing.cases(3000) {
      let bytes = random.damaged(page)
      var options = RecordPlan.Options()
      options.undeclared = random.pick([.collect, .drop, .pass])
      options.cleansText = random.pick([true, false])
      options.listedPrefix = random.pick([nil, "custom."])
      let (lines, error) = encode(bytes, options, isTaught: random.pick([true, false]))
      let tree = Result { () throws(JSONError) in try JSONValue(parsing: bytes) }
      let text = String(decoding: bytes, as: UTF8.self)
      switch (tree, error) {
      case (.success(let value), nil):
        let expected = (value.array ?? []).map { RecordReference(properties, options).record($0).compact }
        let records = try lines.map { try JSONValue(parsing: $0)["record"]?.compact ?? "" }
        if records != expected { Issue.record("\(text)\nbecame \(records)\nnot    \(expected)") }
      case (.success, let error?):
        if !isAboutRecord(error) { Issue.record("\(text)\n\(error)") }
      case (.failure(let fault), let error):
        // What is wrong with a record may be found before the text turns out to be malformed.
        let isEarlier = error.map { isAboutRecord($0) && $0.offset <= fault.offset } ?? false
        if error != fault && !isEarlier {
          Issue.record("\(text)\n\(fault)\n\(String(describing: error))")
        }
      }
      for line in lines {
        if line.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 }) || (try? JSONValue(parsing: line)) == nil {
          Issue.record("\(text)\nbecame \(line)")
        }
      }
    }
  }

  private func isAboutRecord(_ error: JSONError) -> Bool {
    error.code == .duplicateKey || error.code == .wrongType
  }

  /// - Parameter isTaught: whether the encoder has seen the undamaged page before, and expects to see it again.
  private func encode(
    _ bytes: [UInt8], _ options: RecordPlan.Options, isTaught: Bool
  ) -> (lines: [String], error: JSONError?) {
    var encoder = RecordEncoder(
      RecordPlan(
        stream: "leads", schema: ["properties": properties], keyProperties: ["id"],
        replicationKey: "date_updated",
        options: options, isSelected: RecordReference.isSelected))
    if isTaught { _ = encode(page, with: &encoder) }
    return encode(bytes, with: &encoder)
  }

  private func encode(
    _ bytes: [UInt8], with encoder: inout RecordEncoder
  ) -> (lines: [String], error: JSONError?) {
    let output = RecordLines()
    var error: JSONError?
    do throws(JSONError) {
      try withJSONCursor(bytes) { (cursor) throws(JSONError) in
        try cursor.enterArray()
        while try cursor.nextElement() { _ = try encoder.encode(&cursor, into: output) }
        try cursor.expectEnd()
      }
    } catch let found {
      error = found
    }
    return (
      output.bytes.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }, error
    )
  }
}

/// What becomes of a record, said as plainly as possible.
private struct RecordReference {
  let properties: JSONValue
  let options: RecordPlan.Options

  init(_ properties: JSONValue, _ options: RecordPlan.Options) {
    self.properties = properties
    self.options = options
  }

  static func isSelected(_ breadcrumb: [String]) -> Bool {
    breadcrumb != ["properties", "secret"]
      && breadcrumb != ["properties", "contacts", "items", "properties", "phone"]
  }

  func record(_ value: JSONValue) -> JSONValue {
    var record = JSONObject()
    var undeclared = JSONObject()
    var listed: [JSONValue] = []
    for (name, value) in value.object ?? JSONObject() where name != "secret" {
      let isDeclared = properties[name] != nil
      if isDeclared, let fitting = fitting(value, name) {
        record[name] = name == "contacts" ? contact(fitting) : fitting
      } else if !isDeclared, let prefix = options.listedPrefix, name.hasPrefix(prefix) {
        listed.append(["id": .string(String(name.dropFirst(prefix.count))), "value": value])
      } else if options.undeclared == .pass {
        record[name] = value
      } else {
        undeclared[name] = value
      }
    }
    if !listed.isEmpty { record["custom_fields"] = .array(listed) }
    if !undeclared.isEmpty, options.undeclared == .collect { record["_undeclared"] = .object(undeclared) }
    return options.cleansText ? cleaned(.object(record)) : .object(record)
  }

  /// The value as it is to be written, or nil when it contradicts the schema.
  private func fitting(_ value: JSONValue, _ name: String) -> JSONValue? {
    switch (name, value) {
    case (_, .null), ("id", _), ("name", .string), ("contacts", .array): return value
    case ("date_updated", .string("")), ("day", .string("")): return .some(.null)
    case ("date_updated", .string(let text)): return Timestamp(text).map { .string($0.description) }
    case ("day", .string(let text)) where text.utf8.count == 10 && Timestamp(text) != nil: return value
    case ("n", .number(let number)) where !number.text.contains(where: { ".eE".contains($0) }): return value
    default: return Optional.none
    }
  }

  private func contact(_ value: JSONValue) -> JSONValue {
    switch value {
    case .array(let elements): return .array(elements.map(contact))
    case .object(var object):
      object["phone"] = nil
      if object["since"] == "" { object["since"] = .null }
      if let instant = object["since"]?.string.flatMap({ Timestamp($0) }) {
        object["since"] = .string(instant.description)
      }
      return .object(object)
    default: return value
    }
  }

  private func cleaned(_ value: JSONValue) -> JSONValue {
    switch value {
    case .string(let text): .string(text.cleaned)
    case .array(let elements): .array(elements.map(cleaned))
    case .object(let object):
      .object(JSONObject(object.map { ($0.key.cleaned, cleaned($0.value)) }))
    default: value
    }
  }
}

extension String {
  fileprivate var cleaned: String {
    String(String.UnicodeScalarView(unicodeScalars.filter { $0 != "\0" }))
  }
}
