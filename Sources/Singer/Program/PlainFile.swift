/// Reads small files of other forms than JSON that a config names.
public enum PlainFile {
  /// The bytes of the file at `path`; `role` names it in errors.
  ///
  /// - Throws: `SingerError.file`.
  public static func read(_ path: String, role: String) throws(SingerError) -> [UInt8] {
    do throws(Descriptor.Failure) {
      return try Descriptor.contents(ofFile: path)
    } catch {
      throw SingerError(.file, "cannot read the \(role) file: \(error.text)", file: path)
    }
  }
}
