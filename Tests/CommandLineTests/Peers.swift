import Foundation
import TestSupport
import Testing

/// The real programs that judge our output from outside, each in a virtual environment of its own.
enum Peer: String, CaseIterable {
  case targetJSONL = "target-jsonl"
  case singerCheckTap = "singer-check-tap"
  case targetCSV = "target-csv"
  case targetDuckDB = "target-duckdb"
  case meltano = "meltano"
  /// A library: its program is its Python.
  case singerSDK = "singer-sdk"

  /// Where `make test` installs it.
  func path() throws -> String {
    let path = Peer.root.appendingPathComponent(".venv/\(rawValue)/bin/\(rawValue)").path
    try #require(
      FileManager.default.isExecutableFile(atPath: path), "run the tests by `make test`, which installs it")
    return path
  }

  /// The top folder of the package.
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
}
