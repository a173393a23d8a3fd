/// A table as RFC 4180 has it: rows of fields, the first row their names.
///
///     id,name
///     1,"Doe, ""Jo"""        ->  ["1", "Doe, \"Jo\""]
///
/// Lines end in LF or CR LF; blank ones and a byte order mark in front are passed over.
struct CSVTable: Hashable, Sendable {
  private(set) var columns: [String] = []
  /// The fields of each row, as many as there are columns, with the line it starts on, counted from 1.
  private(set) var rows: [Row] = []

  struct Row: Hashable, Sendable {
    let line: Int
    let fields: [String]
  }

  /// What is wrong with a table, and on which line, counted from 1.
  struct Fault: Error, Hashable, CustomStringConvertible {
    let line: Int
    let reason: String

    var description: String { "line \(line): \(reason)" }
  }

  /// Reads a table.
  ///
  /// - Throws: `Fault` for a quote in the wrong place and for rows of different lengths.
  init(parsing bytes: [UInt8]) throws(Fault) {
    var reader = CSVReader(bytes)
    while let row = try reader.nextRow() {
      if row.fields == [""] { continue }
      if columns.isEmpty {
        columns = row.fields
        if Set(columns).count < columns.count {
          throw Fault(line: row.line, reason: "a column's name stands twice")
        }
        continue
      }
      guard row.fields.count == columns.count else {
        throw Fault(
          line: row.line, reason: "\(row.fields.count) fields where the first line names \(columns.count)")
      }
      rows.append(row)
    }
    if columns.isEmpty { throw Fault(line: 1, reason: "the names of the columns are missing") }
  }
}

/// Cuts bytes into rows and fields.
private struct CSVReader {
  private let bytes: [UInt8]
  private var place: Int
  private var line = 1

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    place = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  }

  private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

  /// The next row; nil at the end.
  mutating func nextRow() throws(CSVTable.Fault) -> CSVTable.Row? {
    guard next != nil else { return nil }
    let start = line
    var fields: [String] = []
    while true {
      fields.append(next == UInt8(ascii: "\"") ? try quotedField() : try plainField())
      guard next == UInt8(ascii: ",") else { break }
      place += 1
    }
    skipLineEnd()
    return CSVTable.Row(line: start, fields: fields)
  }

  private mutating func plainField() throws(CSVTable.Fault) -> String {
    let start = place
    while let byte = next, byte != UInt8(ascii: ","), !isAtLineEnd {
      guard byte != UInt8(ascii: "\"") else {
        throw CSVTable.Fault(line: line, reason: "a quote inside a field that does not begin with one")
      }
      place += 1
    }
    return try text(of: bytes[start..<place])
  }

  private mutating func quotedField() throws(CSVTable.Fault) -> String {
    let start = line
    var field: [UInt8] = []
    place += 1
    while let byte = next {
      place += 1
      if byte == UInt8(ascii: "\"") {
        guard next == UInt8(ascii: "\"") else {
          guard next == nil || next == UInt8(ascii: ",") || isAtLineEnd else {
            throw CSVTable.Fault(line: line, reason: "text behind a closing quote")
          }
          return try text(of: field[...])
        }
        place += 1
      }
      if byte == 0x0A { line += 1 }
      field.append(byte)
    }
    throw CSVTable.Fault(line: start, reason: "a quote that does not end")
  }

  private func text(of field: ArraySlice<UInt8>) throws(CSVTable.Fault) -> String {
    guard let text = String(validating: field, as: UTF8.self) else {
      throw CSVTable.Fault(line: line, reason: "bytes that are not UTF-8")
    }
    return text
  }

  private var isAtLineEnd: Bool {
    next == 0x0A || next == 0x0D && (place + 1 == bytes.count || bytes[place + 1] == 0x0A)
  }

  private mutating func skipLineEnd() {
    if next == 0x0D { place += 1 }
    if next == 0x0A { place += 1 }
    line += 1
  }
}
