/// Text for people or other programs on standard output: help, a catalog, sample records.
public enum StandardOutput {
  /// Writes `text`, with a line break behind it when it has none.
  ///
  /// - Throws: `SingerError.output`, or `.consumerGone` when nobody reads it.
  public static func write(_ text: String) throws(SingerError) {
    var output = OutputBuffer(descriptor: 1)
    try output.append(Array(text.utf8))
    try output.flush()
  }
}
