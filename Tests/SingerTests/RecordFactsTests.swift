import JSONBytes
import Testing

@testable import Singer

@Suite("Key and instant of a record")
struct RecordFactsTests {
  private let properties: JSONValue = [
    "id": [:], "date_updated": .type("string", format: "date-time"), "plain": .type("string"),
  ]

  @Test(
    "key: a string decoded, a number as it stands, else nothing",
    arguments: [
      (#"{"id":"lead_1"}"#, "lead_1"), (#"{"id":"a\u00e9\"\n"}"#, "aé\"\n"), (#"{"id":""}"#, ""),
      (#"{"id": 12}"#, "12"), (#"{"id":-1.50}"#, "-1.50"), (#"{"\u0069d":"x"}"#, "x"), (#"{"id":null}"#, nil),
      (#"{"id":true}"#, nil), (#"{"id":["a"]}"#, nil), (#"{"id":{"id":"a"}}"#, nil), ("{}", nil),
    ] as [(String, String?)])
  func findsKey(record: String, key: String?) throws {
    #expect(try encodeRecords(record, properties: properties).facts.first?.key == key)
    #expect(try encodeRecords(record, properties: properties, deselected: ["id"]).facts.first?.key == key)
    #expect(try encodeRecords(record, properties: properties, key: nil).facts.first?.key == nil)
  }

  @Test(
    "instant: whatever form it has",
    arguments: [
      (#""2024-05-01T00:00:00+02:00""#, "2024-04-30T22:00:00.000000Z"),
      (#""2024-05-01T00:00:00\u002B02:00""#, "2024-04-30T22:00:00.000000Z"),
      (#""2024-05-01 00:00:00.5""#, "2024-05-01T00:00:00.500000Z"),
      (#""2024-05-01""#, "2024-05-01T00:00:00.000000Z"),
      ("null", nil), (#""""#, nil), (#""soon""#, nil), ("1714521600", nil), ("[]", nil),
    ] as [(String, String?)])
  func findsInstant(value: String, expected: String?) throws {
    let record = #"{"date_updated": \#(value), "plain": \#(value)}"#
    for name in ["date_updated", "plain"] {
      for deselected: Set<String> in [[], [name]] {
        let encoded = try encodeRecords(
          record, properties: properties, replicationKey: name, deselected: deselected)
        #expect(encoded.facts.first?.instant?.description == expected)
      }
    }
    #expect(
      try encodeRecords(record, properties: properties, replicationKey: nil).facts.first?.instant == nil)
  }

  @Test("are those of the record itself, not of what it contains or of the one before")
  func belongToTheirRecord() throws {
    let encoded = try encodeRecords(
      #"{"id":"a","date_updated":"2024-05-01","contacts":[{"id":"b","date_updated":"2025-01-01"}]}"#, "{}",
      properties: properties.merging([
        "contacts": .arrayType(of: .objectType(["id": [:], "date_updated": [:], "x": [:]]))
      ]),
      deselected: ["contacts.x"])
    #expect(
      encoded.facts == [
        RecordEncoder.Facts(key: "a", instant: Timestamp("2024-05-01")), RecordEncoder.Facts(),
      ])
  }

  @Test("may lie in one field")
  func mayShareAField() throws {
    let encoded = try encodeRecords(
      #"{"day":"2024-05-01"}"#, properties: ["day": .type("string", format: "date-time")], key: "day",
      replicationKey: "day")
    #expect(encoded.facts == [RecordEncoder.Facts(key: "2024-05-01", instant: Timestamp("2024-05-01"))])
    #expect(encoded.records == [#"{"day":"2024-05-01T00:00:00.000000Z"}"#])
  }

  @Test("are found where the schema does not declare them")
  func mayBeUndeclared() throws {
    let encoded = try encodeRecords(#"{"id":"a","date_updated":"2024-05-01"}"#, properties: [:])
    #expect(encoded.facts == [RecordEncoder.Facts(key: "a", instant: Timestamp("2024-05-01"))])
    #expect(encoded.records == [#"{"_undeclared":{"id":"a","date_updated":"2024-05-01"}}"#])
  }
}

extension JSONValue {
  fileprivate func merging(_ other: JSONValue) -> JSONValue {
    var merged = self
    for (key, value) in other.object ?? JSONObject() { merged[key] = value }
    return merged
  }
}
