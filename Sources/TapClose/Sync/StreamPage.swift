import CloseAPI
import JSONBytes
import Singer

/// One page of a table, ready to be written.
struct StreamPage: Sendable {
  /// RECORD lines of the rows that are wanted.
  let lines: RecordLines
  /// How many those are.
  var count = 0
  /// Replication values of those rows; nil where a row has none.
  var instants: [Timestamp?] = []
  /// What the walk needs to know about every row of the page, wanted or not.
  var rows: [RecordEncoder.Facts] = []
  var envelope = PageEnvelope()
  /// Index of the API key that was used.
  var key = 0
}
