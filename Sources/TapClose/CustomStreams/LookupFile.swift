import JSONBytes
import Singer

/// Rows that requests are made for, out of a file the user has written.
enum LookupFile {
  /// Reads the columns of each row; rows that are alike in them count once.
  ///
  /// - Parameter path: of a file whose name ends in `.csv` (RFC 4180) or `.jsonl` (one object a line).
  /// - Throws: `SingerError`, said of the file and, where there is one, of the line.
  static func rows(_ path: String, columns: [String]) throws(SingerError) -> [JSONObject] {
    let all: [(line: Int, row: JSONObject)]
    if path.lowercased().hasSuffix(".csv") {
      all = try readCSV(path, columns)
    } else if path.lowercased().hasSuffix(".jsonl") {
      all = try readLines(path)
    } else {
      throw SingerError(.config, "must be the path of a .csv or .jsonl file", file: path)
    }
    var rows: [JSONObject] = []
    var known: Set<JSONObject> = []
    for (line, row) in all {
      var used = JSONObject()
      for column in columns {
        guard let value = row[column], value.macroText != nil else {
          throw SingerError(.config, "has no value for the column \(column)", file: path, line: line)
        }
        used[column] = value
      }
      if known.insert(used).inserted { rows.append(used) }
    }
    return rows
  }

  private static func readCSV(
    _ path: String, _ columns: [String]
  ) throws(SingerError) -> [(line: Int, row: JSONObject)] {
    let bytes = try PlainFile.read(path, role: "lookup")
    let table: CSVTable
    do throws(CSVTable.Fault) {
      table = try CSVTable(parsing: bytes)
    } catch {
      throw SingerError(.config, error.reason, file: path, line: error.line)
    }
    for column in columns where !table.columns.contains(column) {
      throw SingerError(
        .config, "has no column \(column); there are \(table.columns.joined(separator: ", "))", file: path)
    }
    return table.rows.map { row in
      (row.line, JSONObject(zip(table.columns, row.fields).map { ($0, .string($1)) }))
    }
  }

  private static func readLines(_ path: String) throws(SingerError) -> [(line: Int, row: JSONObject)] {
    var rows: [(line: Int, row: JSONObject)] = []
    for (line, value) in try JSONFile.readLines(path, role: "lookup") {
      guard let row = value.object else {
        throw SingerError(.config, "must be an object", file: path, line: line)
      }
      rows.append((line, row))
    }
    return rows
  }
}
