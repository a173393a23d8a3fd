import JSONBytes
import Singer

/// From the bytes of a page to RECORD lines on one core.
struct RecordPathBenchmark {
  private struct Variant {
    let name: String
    var encoder: RecordEncoder
    var measurement = Measurement()
    var written = 0

    init(_ name: String, _ schema: JSONValue, isSelected: ([String]) -> Bool) {
      self.name = name
      encoder = RecordEncoder(
        RecordPlan(
          stream: "leads", schema: schema, keyProperties: ["id"], replicationKey: "date_updated",
          isSelected: isSelected))
    }
  }

  private let rounds = 100
  private let pagesPerRound = 30
  private let page: LeadPage
  private var variants: [Variant]

  init() throws(JSONError) {
    let page = try LeadPage()
    self.page = page
    variants = [
      Variant("all fields", page.schema) { _ in true },
      Variant("a third deselected", page.schema) { $0.count > 2 || !RecordPathBenchmark.isThird($0[1]) },
      Variant("nested fields deselected", page.schema) { path in
        path.count < 4 || !RecordPathBenchmark.isThird(path[path.count - 1])
      },
      Variant("nested dates", page.schemaWithNestedDates) { _ in true },
    ]
  }

  /// A choice of about a third of the names, always the same one.
  private static func isThird(_ name: String) -> Bool {
    name.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFFFF } % 3 == 0
  }

  /// Measures the variants in turns, so that a change of the machine's speed hits all of them, and prints.
  mutating func run() throws(JSONError) {
    let clock = ContinuousClock()
    let output = RecordLines()
    for _ in 0..<rounds {
      for index in variants.indices {
        let start = clock.now
        for _ in 0..<pagesPerRound {
          output.truncate(to: 0)
          try RecordPathBenchmark.encode(page.bytes, with: &variants[index].encoder, into: output)
        }
        variants[index].measurement.add(clock.now - start)
        variants[index].written = output.count / page.recordCount
      }
    }
    printTable()
  }

  private static func encode(
    _ page: [UInt8], with encoder: inout RecordEncoder, into output: RecordLines
  ) throws(JSONError) {
    try withJSONCursor(page) { (cursor) throws(JSONError) in
      try cursor.enterObject()
      while let key = try cursor.nextKey() {
        guard cursor.matches(key, "data") else {
          try cursor.skipValue()
          continue
        }
        try cursor.enterArray()
        while try cursor.nextElement() { _ = try encoder.encode(&cursor, into: output) }
      }
      try cursor.expectEnd()
    }
  }

  private func printTable() {
    let megabytes = Double(page.bytes.count * pagesPerRound) / 1e6
    let records = Double(page.recordCount * pagesPerRound)
    print(
      "pages of \(page.recordCount) leads, \(page.bytes.count / page.recordCount) bytes each;",
      "best / median of \(rounds) rounds")
    print("selection".left(26), "bytes out".right(9), "MB/s".right(15), "records/s".right(23))
    for variant in variants {
      let (best, median) = (variant.measurement.best, variant.measurement.median)
      print(
        variant.name.left(26), String(variant.written).right(9),
        "\((megabytes / best).grouped) / \((megabytes / median).grouped)".right(15),
        "\((records / best).grouped) / \((records / median).grouped)".right(23))
    }
    print("peak memory \(peakMemory().grouped) MB")
  }
}
