import JSONBytes
import Testing

@testable import Singer

@Suite("A JSON file")
struct JSONFileTests {
  @Test("is read, with a byte order mark in front or without", arguments: ["", "\u{FEFF}"])
  func read(mark: String) throws {
    let file = TemporaryFile(mark + "{\"a\": [1]}\n")
    #expect(try JSONFile.read(file.path, role: "config") == ["a": [1]])
  }

  @Test(
    "that is not one JSON document is refused with the place",
    arguments: [
      ("", "x.json: the state file is empty; write {} for an empty one"),
      (" \n", "x.json: the state file is empty; write {} for an empty one"),
      (
        "{\"a\":1}\n{\"a\":2}\n",
        "x.json: line 2, column 1: the state file is not valid JSON: unexpected text after the JSON value at byte 8"
          + "; it must hold one JSON document"
      ),
      (
        "{\"a\":",
        "x.json: line 1, column 6: the state file is not valid JSON: the JSON text ends too early at byte 5"
      ),
      (
        "{\"a\":NaN}",
        "x.json: line 1, column 6: the state file is not valid JSON: unexpected byte in JSON at byte 5"
      ),
    ])
  func refused(text: String, message: String) throws {
    let found = try #require(
      errorText { _ = try JSONFile.parse(Array(text.utf8), file: "x.json", role: "state") })
    #expect(found.hasPrefix(message))
  }

  @Test("that cannot be read says why")
  func unreadable() {
    #expect(
      errorText { _ = try JSONFile.read("/nowhere/c.json", role: "config") }
        == "/nowhere/c.json: cannot read the config file: No such file or directory")
    #expect(
      errorText { _ = try JSONFile.read("/tmp", role: "config") }
        == "/tmp: cannot read the config file: Is a directory")
  }
}
