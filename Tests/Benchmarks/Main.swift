import JSONBytes
import Singer

@main
struct Main {
  static func main() throws {
    var lead: JSONValue = [
      "id": "lead_IIDHIStmFcFQZZP0BRe99V1MCoXWz2PGCm6EDmR9v2O",
      "date_created": "2013-02-01T00:54:51.333000+00:00",
      "date_updated": "2013-02-06T20:53:01.977000+00:00",
      "description": "Best show ever. It has \"quotes\" and\nlines.",
      "name": "Wayne Enterprises (Sample Lead)",
      "status_id": "stat_1ZdiZqcSIkoGVnNOyxiEY58eTGQmFNG3LPlEVQ4V7Nk",
    ]
    for index in 0..<20 {
      lead["custom.cf_ORxgoOQ5YH1p7lDQzFJ88b4z0j7PLLTRaG66m8bm\(index)"] = "Website contact form \(index) é"
    }
    lead["contacts"] = [
      [
        "id": "cont_o0kP3Nqyq0wxr5DLWIEm8mVr6ZpI0AhonKLDG0V5Qjh", "name": "Bruce Wayne",
        "emails": [["email": "thedarkknight@close.com", "type": "office", "is_unsubscribed": false]],
        "date_updated": "2013-02-06T20:53:01.954000+00:00",
      ]
    ]
    let row = lead.compact.replacing(":", with: ": ").replacing(",\"", with: ", \"")
    let page = Array(
      ("{\"has_more\": true, \"data\": [" + Array(repeating: row, count: 100).joined(separator: ", ") + "]}")
        .utf8)
    var properties: JSONValue = [:]
    for key in lead.object?.keys ?? [] {
      properties[key] =
        key.hasPrefix("date_")
        ? ["type": ["null", "string"], "format": "date-time"] : ["type": ["null", "string", "array"]]
    }
    let plan = RecordPlan(
      stream: "leads", schema: ["properties": properties], keyProperty: "id", replicationKey: "date_updated"
    ) { _ in true }
    var encoder = RecordEncoder(plan)
    var output: [UInt8] = []
    let clock = ContinuousClock()
    for _ in 0..<5 {
      var bytes = 0
      let time = try clock.measure {
        for _ in 0..<1000 {
          output.removeAll(keepingCapacity: true)
          try withJSONCursor(page) { (cursor) throws(JSONError) in
            try cursor.enterObject()
            while let key = try cursor.nextKey() {
              guard cursor.matches(key, "data") else { try cursor.skipValue(); continue }
              try cursor.enterArray()
              while try cursor.nextElement() { _ = try encoder.encode(&cursor, into: &output) }
            }
          }
          bytes += page.count
        }
      }
      print(
        "\(page.count / 100) bytes per record, \(Double(bytes) / 1e6 / (Double(time.components.attoseconds) / 1e18 + Double(time.components.seconds))) MB/s"
      )
    }
    print(String(decoding: output.prefix(3000), as: UTF8.self))
  }
}
