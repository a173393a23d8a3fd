import JSONBytes
import TestSupport
import Testing

@testable import Singer

@Suite("A file of lines")
struct LineFileTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private var path: String { directory.file("lines.jsonl") }

  private func lines(_ file: LineFile) throws -> [String] {
    var lines: [String] = []
    try file.forEachLine { (line, _, _) throws(SingerError) in
      lines.append(String(decoding: line, as: UTF8.self))
    }
    return lines
  }

  @Test("keeps what was added, and finds each line by the offset it was given")
  func keepsLines() throws {
    let file = try LineFile(appendingTo: directory.file("new/folder/lines.jsonl"))
    let offsets = try [#"{"a":1}"#, "", String(repeating: "x", count: 10_000)].map {
      try file.append(Array($0.utf8), durably: true)
    }
    #expect(offsets == [0, 8, 9])
    #expect(try offsets.map { try file.line(at: $0).count } == [7, 0, 10_000])
    let again = try #require(try LineFile(reading: directory.file("new/folder/lines.jsonl")))
    #expect(try lines(again).map(\.count) == [7, 0, 10_000])
    #expect(again.size == 10_010)
  }

  @Test(
    "drops a last line that a crash cut off, and completes one that lacks only its line break",
    arguments: [
      ("", []), ("{\"a\":1}\n", [#"{"a":1}"#]), ("{\"a\":1}\n{\"b\"", [#"{"a":1}"#]), ("{\"a\"", []),
      ("{\"a\":1}\n{\"b\":2}", [#"{"a":1}"#, #"{"b":2}"#]), ("{\"a\":1}", [#"{"a":1}"#]),
      ("{\"a\":1}\n\0\0\0\0", [#"{"a":1}"#]),
      ("{\"a\":1}\n{\"b\":\"" + String(repeating: "x", count: 200_000), [#"{"a":1}"#]),
    ])
  func mendsTheEnd(content: String, kept: [String]) throws {
    try directory.write(content, to: "lines.jsonl")
    let file = try LineFile(appendingTo: path)
    try file.append(["next": true])
    #expect(try lines(file) == kept + [#"{"next":true}"#])
    #expect(try directory.read("lines.jsonl") == (kept + [#"{"next":true}"#]).map { $0 + "\n" }.joined())
  }

  @Test("is not there to be read before it has been made")
  func isMissing() throws { #expect(try LineFile(reading: path) == nil) }

  @Test("ends even where it is no file and never would")
  func endsAnyway() throws {
    let endless = try #require(try LineFile(reading: "/dev/zero"))
    #expect(try lines(endless).isEmpty)
    #expect(try endless.line(at: 0).isEmpty)
  }

  @Test("says what is wrong when it cannot be written")
  func cannotBeWritten() throws {
    #expect(
      errorText { _ = try LineFile(appendingTo: "/proc/none/lines").size }?.contains("/proc/none/lines")
        == true)
    let full = try LineFile(appendingTo: "/dev/full")
    #expect(errorText { _ = try full.append(["a": 1]) }?.contains("No space left") == true)
  }

  @Test("is replaced in one step, and stays as it is when the new one cannot be made")
  func isReplaced() throws {
    try directory.write("{\"old\":1}\n", to: "lines.jsonl")
    #expect(
      throws: SingerError.self,
      performing: {
        try LineFile.replace(path) { (file) throws(SingerError) in
          try file.append(["new": 1])
          throw SingerError(.file, "no")
        }
      })
    #expect(try directory.read("lines.jsonl") == "{\"old\":1}\n")
    _ = try LineFile.replace(path) { (file) throws(SingerError) in try file.append(["new": 1]) }
    #expect(try directory.read("lines.jsonl") == "{\"new\":1}\n")
    #expect(directory.names == ["lines.jsonl"])
  }

  @Test("that is temporary leaves nothing behind")
  func isTemporary() throws {
    let file = try LineFile(temporaryAt: path)
    let offset = try file.append(["a": 1])
    #expect(try file.line(at: offset) == Array(#"{"a":1}"#.utf8))
    #expect(directory.names.isEmpty)
  }
}
