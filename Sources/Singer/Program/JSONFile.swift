public import JSONBytes

/// Reads the small JSON files a run is given: config, catalog, state.
public enum JSONFile {
  /// Reads the JSON document in the file at `path`; `role` names it in errors (`config`, `state`, …).
  ///
  /// A byte order mark in front is skipped.
  /// - Throws: `SingerError.file` when the file cannot be read or is not one JSON document.
  public static func read(_ path: String, role: String) throws(SingerError) -> JSONValue {
    let bytes: [UInt8]
    do throws(Descriptor.Failure) {
      bytes = try Descriptor.contents(ofFile: path)
    } catch {
      throw SingerError(.file, "cannot read the \(role) file: \(error.text)", file: path)
    }
    return try parse(bytes, file: path, role: role)
  }

  /// Reads a file of JSON lines; blank ones are passed over.
  ///
  /// - Returns: The values with their lines, counted from 1.
  /// - Throws: `SingerError.file` when the file cannot be read or a line is not JSON.
  public static func readLines(
    _ path: String, role: String
  ) throws(SingerError) -> [(line: Int, value: JSONValue)] {
    var buffer = LineBuffer()
    do throws(Descriptor.Failure) {
      buffer.append(try Descriptor.contents(ofFile: path))
    } catch {
      throw SingerError(.file, "cannot read the \(role) file: \(error.text)", file: path)
    }
    var lines: [(line: Int, value: JSONValue)] = []
    var number = 0
    while let line = buffer.nextLine() ?? buffer.unfinishedLine() {
      number += 1
      guard line.contains(where: { $0 > 0x20 }) else { continue }
      do throws(JSONError) {
        lines.append((number, try JSONValue(parsing: line)))
      } catch {
        throw SingerError(.file, "the \(role) is not valid JSON: \(error)", file: path, line: number)
      }
    }
    return lines
  }

  /// Parses the JSON document `bytes` that came from `file`.
  ///
  /// - Throws: `SingerError.file` with line and column.
  public static func parse(_ bytes: [UInt8], file: String, role: String) throws(SingerError) -> JSONValue {
    let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
    guard text.contains(where: { $0 > 0x20 }) else {
      throw SingerError(.file, "the \(role) file is empty; write {} for an empty one", file: file)
    }
    do throws(JSONError) {
      return try JSONValue(parsing: text)
    } catch {
      let (line, column) = position(of: error.offset, in: text)
      let hint = error.code == .trailingBytes ? "; it must hold one JSON document" : ""
      throw SingerError(
        .file, "line \(line), column \(column): the \(role) file is not valid JSON: \(error)\(hint)",
        file: file)
    }
  }

  /// Line and column of a byte, both counted from 1.
  static func position(of offset: Int, in bytes: [UInt8]) -> (line: Int, column: Int) {
    let before = bytes.prefix(offset)
    let line = before.reduce(1) { $1 == 0x0A ? $0 + 1 : $0 }
    let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    return (line, before.count - lineStart + 1)
  }
}
