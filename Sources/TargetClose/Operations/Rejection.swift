import CloseAPI
import JSONBytes

/// Why a record is not written; it goes to the dead letters, the others go on.
struct Rejection: Error, Sendable {
  /// One sentence: what is wrong and what to do.
  let reason: String
  /// The status Close answered with, when it was Close that refused.
  var status: Int?
  /// What Close says about single fields.
  var fieldErrors: [FieldError] = []
  /// The request that failed.
  var request: PlannedRequest?

  init(_ reason: String) { self.reason = reason }

  /// A refusal by Close.
  init(_ error: CloseError, request: PlannedRequest? = nil) {
    reason = error.description
    status = error.status
    fieldErrors = error.fieldErrors
    self.request = request
  }
}

extension Rejection: CustomStringConvertible {
  var description: String { reason }
}
