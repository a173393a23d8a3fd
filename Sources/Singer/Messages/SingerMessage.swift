public import JSONBytes

/// One line of a Singer stream.
public enum SingerMessage: Sendable {
  /// The shape of the records that follow.
  case schema(Schema)
  /// A record.
  case record(Record)
  /// How far the tap has come, to be printed once everything before it is durable.
  case state(JSONValue, line: Int)
  /// Records of the stream that carry another version are gone at the source.
  case activateVersion(stream: String, version: Int, line: Int)
  /// Records in files.
  case batch(Batch)
  /// A type this program does not know.
  case unknown(type: String, line: Int)

  /// The line the message stands on, counted from 1.
  public var line: Int {
    switch self {
    case .schema(let message): message.line
    case .record(let message): message.line
    case .batch(let message): message.line
    case .state(_, let line), .activateVersion(_, _, let line), .unknown(_, let line): line
    }
  }

  /// The shape of a stream's records.
  public struct Schema: Hashable, Sendable {
    /// The stream.
    public let stream: String
    /// The JSON Schema, an object.
    public let schema: JSONValue
    /// The primary key; empty when the stream has none.
    public let keyProperties: [String]
    /// The fields the tap uses as bookmarks.
    public let bookmarkProperties: [String]
    /// The line it stands on, counted from 1.
    public let line: Int
  }

  /// A record, checked but not yet parsed.
  public struct Record: Hashable, Sendable {
    /// The stream.
    public let stream: String
    /// The table version it belongs to.
    public let version: Int?
    /// When the tap got hold of it.
    public let timeExtracted: Timestamp?
    /// The line it stands on, counted from 1.
    public let line: Int
    /// The whole message.
    let message: [UInt8]
    /// Where the record stands in the message.
    let range: Range<Int>

    /// The record's JSON, one object.
    public var bytes: ArraySlice<UInt8> { message[range] }

    /// Parses the record; call it once.
    public func parse() throws(SingerError) -> JSONObject {
      do throws(JSONError) {
        return try JSONValue(parsing: Array(bytes)).object ?? JSONObject()
      } catch {
        throw SingerError(.malformedMessage, "\(error)", line: line, stream: stream)
      }
    }
  }

  /// Records that the tap has put into files.
  public struct Batch: Hashable, Sendable {
    /// The stream.
    public let stream: String
    /// Format and compression of the files.
    public let encoding: JSONValue
    /// The files' addresses.
    public let manifest: [String]
    /// The line it stands on, counted from 1.
    public let line: Int
  }
}
