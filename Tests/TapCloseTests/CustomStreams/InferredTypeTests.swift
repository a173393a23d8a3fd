import CloseAPI
import JSONBytes
import Singer
import Testing

@testable import TapClose

@Suite("Custom streams: fields of a sample") struct InferredTypeTests {
  private func schema(_ values: String) throws -> JSONValue {
    var type = InferredType()
    for value in try JSONValue(parsing: values).array ?? [] { type.add(value) }
    return type.schema
  }

  @Test(arguments: [
    (#"["a", null, "b"]"#, #"{"type": ["null", "string"]}"#),
    ("[1, -2, null]", #"{"type": ["null", "integer"]}"#), ("[1, 2.5]", #"{"type": ["null", "number"]}"#),
    ("[1, 1e3]", #"{"type": ["null", "number"]}"#), ("[true]", #"{"type": ["null", "boolean"]}"#),
    ("[null, null]", #"{"type": ["null", "string"]}"#), ("[]", #"{"type": ["null", "string"]}"#),
    // Most values decide; the others stand aside in _undeclared.
    (#"[1, 2, "x"]"#, #"{"type": ["null", "integer"]}"#), (#"[1, "x"]"#, #"{"type": ["null", "string"]}"#),
    (#"["2024-05-01T00:00:00Z"]"#, #"{"type": ["null", "string"]}"#),
    (#"[[], []]"#, #"{"type": ["null", "array"]}"#), (#"[[null]]"#, #"{"type": ["null", "array"]}"#),
    (#"[["a"], []]"#, #"{"type": ["null", "array"], "items": {"type": ["null", "string"]}}"#),
    (#"[[1]]"#, #"{"type": ["null", "array"], "items": {"type": ["null", "number"]}}"#),
    (#"[["a", 1]]"#, #"{"type": ["null", "array"]}"#),
    (
      #"[[[1]]]"#,
      #"{"type": ["null", "array"], "items": {"type": ["null", "array"], "items": {"type": ["null", "number"]}}}"#
    ),
    (#"[{}]"#, #"{"type": ["null", "object"], "additionalProperties": true}"#),
    (
      #"[{"b": 1, "a": "x", "mixed": 1, "never": null}, {"mixed": "y"}]"#,
      #"{"type": ["null", "object"], "properties": {"a": {"type": ["null", "string"]}, "b": {"type": ["null", "number"]}}, "additionalProperties": true}"#
    ),
  ])
  func `one type and null, and inside objects only what is certain`(values: String, expected: String) throws {
    #expect(try schema(values) == JSONValue(parsing: expected))
  }

  @Test func `an object with ever new keys declares none of them`() throws {
    let members = (0..<101).map { "\"lead_\($0)\": 1" }.joined(separator: ", ")
    #expect(try schema("[{\(members)}]")["properties"] == nil)
  }

  @Test(arguments: [
    (#"[{"id": "a"}]"#, "string"), (#"[{"id": 1}, {"id": 2}]"#, "integer"), (#"[{"id": 1.5}]"#, "number"),
    (#"[{"id": 1}, {"id": "a"}, {"id": 2}]"#, "string"), (#"[{"id": true}]"#, "string"), ("[]", "string"),
  ])
  func `a key is always there`(records: String, type: String) throws {
    var stream = CustomStream(name: "x")
    stream.keyProperties = ["id"]
    stream.sampledProperties = stream.inferProperties(try JSONValue(parsing: records).array ?? [])
    #expect(stream.properties["id"] == ["type": .string(type)])
  }

  @Test func `what is attached and what is collected is declared, whatever the records hold`() throws {
    var stream = CustomStream(name: "x")
    stream.request.path = [try MacroText(parsing: "{lookup.user}")]
    stream.metadata = [try MetadataPath(RecordsPath(parsing: "$.has_more"))].compactMap(\.self)
    stream.keyProperties = ["_lookup_user", "n"]
    stream.replicationKey = "at"
    stream.sampledProperties = stream.inferProperties([
      ["_metadata": 1, "_undeclared": 2, "_lookup_user": 3, "at": 4, "n": 5, "z": "6"]
    ])
    #expect(stream.properties.keys == ["_lookup_user", "_metadata", "at", "n", "z"])
    #expect(stream.properties["_lookup_user"] == ["type": "string"])
    #expect(stream.properties["at"] == ["type": ["null", "string"], "format": "date-time"])
    #expect(stream.ownKeys == ["n"])
    let entry = stream.definition.catalogEntry(customFields: [], mode: .columns)
    #expect(
      entry.schema["properties"]?["_undeclared"] != nil && entry.keyProperties == ["_lookup_user", "n"])
  }
}
