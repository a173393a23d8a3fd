import CloseAPI
import JSONBytes
import TestSupport
import Testing

@testable import Singer
@testable import TapClose

/// Random input: nothing crashes, and what is read twice reads the same.
@Suite("Custom streams: whatever comes in") struct CustomStreamFuzzTests {
  private func text(_ random: inout SeededGenerator, of letters: String, upTo length: Int = 12) -> String {
    let letters = Array(letters)
    return String((0..<Int.random(in: 0...length, using: &random)).map { _ in random.pick(letters) })
  }

  @Test func `a table of any fields is read as it was written`() throws {
    for var random in Fuzzing.cases(2_000) {
      let width = Int.random(in: 1...4, using: &random)
      let rows = (0..<Int.random(in: 0...5, using: &random)).map { _ in
        (0..<width).map { _ in text(&random, of: "ab,\"\n\r ä") + "x" }
      }
      let lines = ([(0..<width).map { "c\($0)" }] + rows).map { row in
        row.map { field in
          field.utf8.contains { [0x0A, 0x0D, 0x22, 0x2C].contains($0) }
            ? "\"\(field.replacing("\"", with: "\"\""))\"" : field
        }.joined(separator: ",")
      }
      let lineEnd = random.pick(["\n", "\r\n"])
      let written = lines.joined(separator: lineEnd) + random.pick(["", lineEnd])
      #expect(try CSVTable(parsing: Array(written.utf8)).rows.map(\.fields) == rows, "\(written)")
    }
  }

  @Test func `texts of any kind are read or refused`() throws {
    let values = MacroValues(now: .now(), bookmark: .now())
    for var random in Fuzzing.cases(5_000) {
      if let macro = try? MacroText(parsing: text(&random, of: "{}now+-1lookup.abkmr ")) {
        _ = macro.text(values)
      }
      if let pattern = try? DatePattern(parsing: text(&random, of: "yMdHhmsSaZXx'-: E")) {
        _ = pattern.text(
          of: Timestamp(seconds: Int64.random(in: -70_000_000_000...300_000_000_000, using: &random)))
      }
      _ = try? CSVTable(parsing: Array(text(&random, of: "a,\"\n\r", upTo: 30).utf8))
      _ = try? ProbeRequest(parsing: text(&random, of: "POST a/?&=%2 {}\"", upTo: 30))
      if let path = try? RecordsPath(parsing: "$" + text(&random, of: ".[]*'\\a b")) {
        #expect(try RecordsPath(parsing: path.description) == path)
      }
    }
  }

  private static let entry = #"""
    [{"name": "n", "path": "a/{lookup.id}", "method": "GET", "params": {"p": "{now-1}", "_limit": 5}, "lookup": {"stream": "leads"},
     "headers": {"x-a": "b"}, "records_path": "$.data[*]", "metadata_path": ["$.has_more"], "primary_key": ["id"],
     "replication_key": "at", "paging": "offset", "date_format": "yyyy", "time_unit": "month"}]
    """#

  @Test func `a damaged config is refused with its place, or can be asked`() throws {
    for var random in Fuzzing.cases(3_000) {
      let bytes = random.damaged(Array(CustomStreamFuzzTests.entry.utf8))
      guard let elements = (try? JSONValue(parsing: bytes))?.array else { continue }
      do throws(SingerError) {
        for stream in try CustomStreamTable.read(elements, beside: StreamTable.all) {
          _ = stream.call(
            PageWalk.Request(skip: 0, limit: 1), stream.values(["id": "1"], start: nil, now: .now()))
          _ = stream.definition.catalogEntry(customFields: [], mode: .columns)
        }
      } catch {
        #expect(
          error.code == .config && error.reasons.allSatisfy { $0.hasPrefix("custom_streams[") }, "\(error)")
      }
    }
  }

  private static let answer =
    #"{"data": [{"id": "a", "n": 1, "l": [{"x": 1}, {"x": null}], "o": {"l": [{}]}}, {"id": "b", "l": null}], "t": {"u": [[{"v": 2}]]}}"#

  @Test func `what is suggested is what is read, and has a schema`() throws {
    for var random in Fuzzing.cases(3_000) {
      let bytes = random.damaged(Array(CustomStreamFuzzTests.answer.utf8))
      guard let document = try? JSONValue(parsing: bytes) else { continue }
      for suggestion in PathSuggestion.all(in: document) {
        var records: [JSONValue] = []
        // Keys that stand twice are refused where records are.
        guard
          let page = try? PageReader.readPage(
            bytes, suggestion.path,
            element: { (cursor) throws(JSONError) in records.append(try cursor.readValue()) })
        else { continue }
        #expect(suggestion.path.values(in: document) == records)
        #expect(page.count == suggestion.count || bytes.count > CustomStreamFuzzTests.answer.utf8.count)
        var stream = CustomStream(name: "x")
        stream.keyProperties = [suggestion.primaryKey].compactMap(\.self)
        for (_, schema) in stream.inferProperties(records) {
          let types = schema["type"]?.array?.compactMap(\.string) ?? [schema["type"]?.string ?? ""]
          #expect(types.filter { $0 != "null" }.count == 1)
        }
      }
    }
  }

  @Test func `rows that stay come out, whatever leaves the list meanwhile`() throws {
    for var random in Fuzzing.cases(1_000) {
      let rows = (0..<Int.random(in: 0...40, using: &random)).map { "row_\($0)" }
      var list = rows
      var walk = PageWalk(.offset, limit: Int.random(in: 2...9, using: &random), hasKeys: true)
      var (out, requests): (Set<String>, Int) = ([], 0)
      while case .request(let request) = walk.step, requests < 500 {
        requests += 1
        for _ in 0..<Int.random(in: 0...3, using: &random) where !list.isEmpty && requests > 1 {
          list.remove(at: Int.random(in: list.indices, using: &random))
        }
        let found = Array(list.dropFirst(request.skip ?? 0).prefix(request.limit ?? 1))
        var page = CustomPage(page: StreamPage(lines: RecordLines()))
        page.page.rows = found.map { RecordEncoder.Facts(key: $0, instant: nil) }
        page.digests = found.map(\.hashValue)
        page.elements = found.count
        page.page.envelope.hasMore = (request.skip ?? 0) + found.count < list.count
        if try walk.receive(page) { out.formUnion(found) }
      }
      #expect(walk.step == .finished && out.isSuperset(of: list) && out.isSubset(of: rows))
    }
  }
}
