import CloseAPI
import JSONBytes
import Testing

struct RecordsPathTests {
  @Test(
    arguments: [
      ("$", []), ("$[*]", [.each]), ("$.data[*]", [.member(Array("data".utf8)), .each]),
      ("$.a.b[*].c[*]", [.member([0x61]), .member([0x62]), .each, .member([0x63]), .each]),
      ("$['odd name'][*]", [.member(Array("odd name".utf8)), .each]),
      ("$['it\\'s \\\\']", [.member(Array("it's \\".utf8))]), ("$.größe-1", [.member(Array("größe-1".utf8))]),
      ("$['']", [.member([])]),
    ] as [(String, [RecordsPath.Step])])
  func pathsAreReadAndWrittenAlike(_ text: String, _ steps: [RecordsPath.Step]) throws {
    let path = try RecordsPath(parsing: text)
    #expect(path.steps == steps)
    #expect(path.description == text)
  }

  @Test func doubleQuotesAreReadToo() throws {
    #expect(try RecordsPath(parsing: #"$["data"][*]"#) == .list)
  }

  @Test(arguments: [
    ("", "$", 1), ("data", "$", 1), ("$data", ".name, [*] or the end", 2), ("$.", "a name", 3),
    ("$..a", "a name", 3),
    ("$.data[0]", "* or a name in quotes", 8), ("$.data[*", "]", 9), ("$['a", "closing quote", 5),
    ("$['a'", "]", 6), ("$.data[*] ", ".name", 10), ("$.odd name[*]", ".name", 6), ("$[]", "* or a name", 3),
  ])
  func aFaultHasItsPlace(_ text: String, _ expectation: String, _ position: Int) throws {
    let fault = try #require(throws: RecordsPath.Fault.self) { try RecordsPath(parsing: text) }
    #expect(fault.position == position && fault.expectation.contains(expectation), "\(fault)")
  }
}
