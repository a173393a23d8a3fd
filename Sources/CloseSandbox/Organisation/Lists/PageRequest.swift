import JSONBytes

/// `_limit` and `_skip`, checked against what a resource allows.
struct PageRequest: Sendable {
  var limit = 100
  var skip = 0

  init(_ parameters: Parameters, _ resource: Resource, _ options: OrganisationOptions) throws(Refusal) {
    guard case .offset(let maximum, let usual, _) = resource.paging else { return }
    let wording: Resource.LimitWording =
      switch options.limitErrors {
      case .newStyle: .newStyle
      case .classic: .classic
      case .byResource: usual
      }
    limit = try PageRequest.number("_limit", parameters, wording) ?? 100
    skip = try PageRequest.number("_skip", parameters, wording) ?? 0
    if limit > maximum { throw PageRequest.tooLarge("_limit", maximum, wording) }
    if let most = options.maxSkip[resource.path] ?? resource.maxSkip, skip > most {
      throw PageRequest.tooLarge("_skip", most, wording)
    }
  }

  private static func number(
    _ name: String, _ parameters: Parameters, _ wording: Resource.LimitWording
  ) throws(Refusal) -> Int? {
    guard let text = parameters[name] else { return nil }
    guard let number = Int(text) else {
      switch wording {
      case .classic: throw .error(400, "\(name) must be an integer (got \"\(text)\" instead).")
      case .newStyle:
        throw .field(name, "Input should be a valid integer, unable to parse string as an integer")
      }
    }
    guard number >= 0 else {
      switch wording {
      case .classic: throw .error(400, "\(name) must be a non-negative integer (got \"\(number)\" instead).")
      case .newStyle: throw .field(name, "Input should be greater than or equal to 0")
      }
    }
    return number
  }

  private static func tooLarge(_ name: String, _ most: Int, _ wording: Resource.LimitWording) -> Refusal {
    switch (wording, name) {
    case (.newStyle, _): .field(name, "Input should be less than or equal to \(most)")
    case (.classic, "_limit"):
      .error(
        400, "The limit you set is larger than the maximum limit for this resource (max_limit = \(most)).")
    default:
      .error(
        400,
        "The skip you set is larger than the maximum skip for this resource (max_skip = \(most)).\n"
          + "Please refine your search query.")
    }
  }
}
