public import HTTPTransport

/// A verb and a path with ids replaced: what Close counts requests by, and what metrics are tagged with.
///
///     GET /lead/lead_abc123/  ->  GET /lead/{id}/
public struct EndpointGroup: Hashable, Sendable, CustomStringConvertible {
  /// The verb.
  public let method: HTTPMethod
  /// The path behind the base URL with every id replaced by `{id}`.
  public let template: String

  /// The group a call to `path` belongs to.
  public init(_ method: HTTPMethod, path: String) {
    self.method = method
    let segments = path.split(separator: "/").map { EndpointGroup.isName($0) ? String($0) : "{id}" }
    template = segments.isEmpty ? "/" : "/" + segments.joined(separator: "/") + "/"
  }

  /// Resources are named in lower-case words with underscores; every id has a digit or a capital in it.
  private static func isName(_ segment: Substring) -> Bool {
    segment.utf8.allSatisfy {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || $0 == UInt8(ascii: "_")
    }
  }

  /// `GET /lead/{id}/`.
  public var description: String { "\(method.rawValue) \(template)" }
}
