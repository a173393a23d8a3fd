import CloseAPI

/// Why a table could not be read completely, and what can be done about it.
struct StreamError: Error, CustomStringConvertible {
  let reason: String
  let advice: String?

  init(_ reason: String, _ advice: String?) {
    self.reason = reason
    self.advice = advice
  }

  var description: String { advice.map { "\(reason); \($0)" } ?? reason }

  static let tooDeep = StreamError("the list is deeper than the API lets anyone page through", nil)

  static let stuck = StreamError("the API repeats the same page over and over", "try again later")

  static let morePages = StreamError(
    "the answer says that more pages follow, which this endpoint is not known to have", nil)
}

extension Error {
  /// Whether other requests of the same table may fare better.
  var concernsOneSeries: Bool { (self as? CloseError)?.intent == .skip || self is StreamError }

  var saysNotFound: Bool { (self as? CloseError)?.code == .notFound }
}
