import JSONBytes
import Singer
import TestSupport
import Testing

@testable import TapClose

@Suite("Custom streams: lookup files") struct CSVTableTests {
  private func table(_ text: String) throws -> CSVTable { try CSVTable(parsing: Array(text.utf8)) }

  @Test(arguments: [
    ("a,b\n1,2\n", [["1", "2"]]), ("a,b\r\n1,2\r\n3,4", [["1", "2"], ["3", "4"]]),
    ("\u{FEFF}a\nx", [["x"]]), ("a,b\n\"1,\"\"2\"\"\",\"\"\n", [["1,\"2\"", ""]]),
    ("a\n\"two\nlines\"\n", [["two\nlines"]]), ("a,b\n,\n", [["", ""]]), ("a\n\n\nx\n\n", [["x"]]),
    ("a,b\n ä , 2 \n", [[" ä ", " 2 "]]), ("\"a\",b\n1,2", [["1", "2"]]), ("a\n", []), ("a\n\"\"\n", []),
  ])
  func `rows are cut as RFC 4180 has it`(text: String, rows: [[String]]) throws {
    let table = try table(text)
    #expect(table.columns.first == "a")
    #expect(table.rows.map(\.fields) == rows)
  }

  @Test(arguments: [
    ("", 1, "names of the columns"), ("a,b\n1\n", 2, "1 fields"), ("a,b\n\n1,2,3", 3, "3 fields"),
    ("a\n\"x", 2, "does not end"), ("a\n1\nx\"y\n", 3, "inside a field"),
    ("a\n\"x\"y\n", 2, "behind a closing"),
    ("a,a\n1,2", 1, "twice"), ("a\n\"1\n2\"\n\"x", 4, "does not end"),
  ])
  func `a fault has its line`(text: String, line: Int, word: String) throws {
    let fault = try #require(throws: CSVTable.Fault.self) { try table(text) }
    #expect(fault.line == line && fault.reason.contains(word), "\(fault)")
  }

  @Test func `bytes that are no text are told`() throws {
    let fault = try #require(throws: CSVTable.Fault.self) {
      try CSVTable(parsing: Array("a\nx\n".utf8) + [0xE4, 0x0A])
    }
    #expect(fault.description == "line 3: bytes that are not UTF-8")
  }

  @Test func `rows that are alike in what is used count once`() throws {
    let folder = try TemporaryDirectory()
    let csv = try folder.write("id,name\nlead_1,x\nlead_1,y\nlead_2,z\n", to: "rows.CSV")
    #expect(try LookupFile.rows(csv, columns: ["id"]) == [["id": "lead_1"], ["id": "lead_2"]])
    let lines = try folder.write("{\"id\": 1, \"n\": [2]}\n\n{\"id\": true}\n", to: "rows.jsonl")
    #expect(try LookupFile.rows(lines, columns: ["id"]) == [["id": 1], ["id": true]])
  }

  @Test(arguments: [
    ("rows.csv", "id\nx\n", "no column user; there are id"),
    ("rows.csv", "user,n\n,1\n", "line 2: has no value"),
    ("rows.jsonl", "{\"user\": null}", "line 1: has no value"),
    ("rows.jsonl", "{\"user\": []}", "line 1: has no value"),
    ("rows.jsonl", "[]", "line 1: must be an object"), ("rows.jsonl", "{", "not valid JSON"),
    ("rows.txt", "", ".csv or .jsonl"), ("rows.csv", "user\n\"x", "line 2: a quote"),
  ])
  func `a file that cannot be used is told with its place`(name: String, text: String, word: String) throws {
    let folder = try TemporaryDirectory()
    let path = try folder.write(text, to: name)
    let error = try #require(throws: SingerError.self) { try LookupFile.rows(path, columns: ["user"]) }
    #expect(error.description.contains(path) && error.description.contains(word), "\(error)")
  }

  @Test func `a parent's rows come back once each, without those that lack a value`() throws {
    let spool = try LookupSpool(columns: ["status_id", "n"])
    for record: JSONObject in [
      ["status_id": "a", "n": 1, "id": "x"], ["status_id": "a", "n": 1, "id": "y"], ["n": 2],
      ["status_id": nil, "n": 3], ["status_id": "b\n", "n": 15],
    ] { try spool.add(record) }
    #expect(spool.counts == (2, 2))
    var rows = LookupRows.spool(spool, offset: 0)
    #expect(try rows.next() == ["status_id": "a", "n": 1])
    #expect(try rows.next()?["status_id"] == "b\n")
    #expect(try rows.next() == nil && rows.next() == nil)
  }
}
