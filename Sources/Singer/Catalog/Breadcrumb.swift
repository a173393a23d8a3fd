/// The way from a stream to one of its fields, as catalogs write it.
///
///     []                                                          the stream itself
///     ["properties", "contacts"]                                  a field
///     ["properties", "contacts", "items", "properties", "emails"] a field of the objects in an array
public struct Breadcrumb: Hashable, Sendable {
  /// The steps, from the outside in.
  public let steps: [String]

  /// Creates a breadcrumb from its steps.
  public init(_ steps: [String]) { self.steps = steps }

  /// The stream itself.
  public static let stream = Breadcrumb([])

  /// The top-level field `name`.
  public static func property(_ name: String) -> Breadcrumb { stream.property(name) }

  /// The field `name` of the object at this place.
  public func property(_ name: String) -> Breadcrumb { Breadcrumb(steps + ["properties", name]) }

  /// The elements of the array at this place.
  public var items: Breadcrumb { Breadcrumb(steps + ["items"]) }

  /// The place this one lies in; nil for the stream.
  ///
  /// Read from the front, because a field may itself be called `properties` or `items`.
  public var parent: Breadcrumb? {
    var lastStep = 0
    var index = 0
    while index < steps.count {
      lastStep = index
      index += steps[index] == "properties" ? 2 : 1
    }
    return steps.isEmpty ? nil : Breadcrumb(Array(steps[..<lastStep]))
  }

  /// The name of the top-level field this breadcrumb stands for; nil for the stream and anything nested.
  public var topLevelProperty: String? { steps.count == 2 && steps[0] == "properties" ? steps[1] : nil }
}

extension Breadcrumb: ExpressibleByArrayLiteral {
  /// A breadcrumb from its steps.
  public init(arrayLiteral steps: String...) { self.init(steps) }
}

extension Breadcrumb: CustomStringConvertible {
  /// The field names with dots between them, `contacts.emails`.
  public var description: String {
    var names: [String] = []
    var index = 0
    while index < steps.count {
      if steps[index] == "properties", index + 1 < steps.count {
        names.append(steps[index + 1])
        index += 2
      } else {
        if steps[index] != "items" { names.append(steps[index]) }
        index += 1
      }
    }
    return names.joined(separator: ".")
  }
}
