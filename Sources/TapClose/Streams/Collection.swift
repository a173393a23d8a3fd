import CloseAPI
import JSONBytes

/// Rows that have to be read whole, and where they stand.
enum Collection: Sendable {
  /// One list after the other.
  case lists([Listing])
  /// Lists that Close gives only parent by parent.
  case perParent(FanOut)
  /// One collection after the other.
  indirect case joined([Collection])

  static func list(_ path: String) -> Collection { .lists([Listing(path: path)]) }
}

/// Lists of which each parent has its own, such as the subscriptions of a sequence.
struct FanOut: Sendable {
  /// Lists of the parents.
  let parents: [Listing]
  /// What each parent has; `{id}` in paths, parameters and constants stands for the parent's id.
  let listings: [Listing]

  init(_ parents: Listing..., each listings: Listing...) {
    self.parents = parents
    self.listings = listings
  }

  /// The lists of one parent.
  func listings(of parent: String) -> [Listing] {
    listings.map { $0.replacing("{id}", with: parent) }
  }
}

extension Listing {
  fileprivate func replacing(_ placeholder: String, with id: String) -> Listing {
    var listing = self
    listing.path = path.replacing(placeholder, with: id)
    listing.parameters = parameters.mapValues { $0.replacing(placeholder, with: id) }
    listing.body = body?.replacing(placeholder, with: id)
    for (name, value) in constants { listing.constants[name] = value.replacing(placeholder, with: id) }
    return listing
  }

  fileprivate var constantFields: [String] { constants.keys + (identity.isEmpty ? [] : [RowIdentity.field]) }
}

extension JSONValue {
  /// With `id` for texts that are just the placeholder, at the top or in an object.
  fileprivate func replacing(_ placeholder: String, with id: String) -> JSONValue {
    if string == placeholder { return .string(id) }
    guard let members = object else { return self }
    return .object(JSONObject(members.map { ($0.key, $0.value.replacing(placeholder, with: id)) }))
  }
}

extension Collection {
  /// Fields that the rows do not say themselves.
  var constantFields: Set<String> {
    switch self {
    case .lists(let listings): Set(listings.flatMap(\.constantFields))
    case .perParent(let fanOut): Set(fanOut.listings.flatMap(\.constantFields))
    case .joined(let collections): collections.reduce([]) { $0.union($1.constantFields) }
    }
  }
}
