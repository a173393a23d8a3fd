/// The way from the top of an answer to its records, as JSONPath writes it: `$.data[*]`, `$[*]`, `$`, `$.users[*].calls[*]`.
public struct RecordsPath: Hashable, Sendable, CustomStringConvertible {
  /// One step down.
  public enum Step: Hashable, Sendable {
    /// Into the member of this name, in UTF-8.
    case member([UInt8])
    /// Into each element of an array.
    case each
  }

  /// The steps from the top.
  public private(set) var steps: [Step]

  /// The list that every list, search and event answer has: `$.data[*]`.
  public static let list = RecordsPath([.member(Array("data".utf8)), .each])
  /// A bare `[…]`.
  public static let array = RecordsPath([.each])
  /// The object itself is the one record, as `/me/` and single objects answer.
  public static let object = RecordsPath([])

  /// The path of `steps`.
  public init(_ steps: [Step]) { self.steps = steps }

  /// The elements of the array called `name` at the top.
  public static func list(in name: String) -> RecordsPath {
    RecordsPath([.member(Array(name.utf8)), .each])
  }

  /// In the notation of JSONPath.
  public var description: String {
    steps.reduce("$") { path, step in
      switch step {
      case .member(let name): path + RecordsPath.notation(of: String(decoding: name, as: UTF8.self))
      case .each: "\(path)[*]"
      }
    }
  }
}
