/// How the organisation behind the server looks and behaves; the server's own settings are `ServerOptions`.
public struct OrganisationOptions: Hashable, Sendable {
  /// How many leads the generated organisation has.
  public var leads = 100
  /// How many activities a generated lead has on average; 0 for none at all.
  public var activitiesPerLead = 8.0
  /// Decides every generated name, id and date: same seed, same organisation.
  public var seed: UInt64 = 1
  /// The file that keeps the organisation between runs; nil keeps it in memory only.
  public var dataFile: String?
  /// Seconds until lists and searches notice a change; reading by id always sees it.
  public var indexLag: Double = 0
  /// What activity lists do with the filters that Close allows only together with `lead_id`.
  public var restrictedFilters = RestrictedFilters.ignore
  /// How a refused `_limit` or `_skip` is worded.
  public var limitErrors = LimitErrors.byResource
  /// The largest `_skip` per resource (`lead`, `activity/email`), where it differs from the built-in one.
  public var maxSkip: [String: Int] = [:]
  /// Whether `/data/search/` exists; 404 when it does not.
  public var searchEnabled = true
  /// An organisation with users, statuses and custom fields, but no leads.
  public var empty = false
  /// Whether events may appear in the log up to five minutes late.
  public var eventDisorder = false
  /// Whether a timestamp without a fraction is written without one, as Close does now and then.
  public var zeroFractionTimestamps = true
  /// Whether newer resources write timestamps without an offset, as Close does.
  public var naiveTimestamps = true

  /// Creates the default organisation: 100 leads of seed 1, in memory.
  public init() {}

  /// What becomes of an activity filter that needs `lead_id` but came without.
  public enum RestrictedFilters: String, CaseIterable, Sendable {
    /// The filter has no effect.
    case ignore
    /// The request is refused with 400.
    case refuse
  }

  /// The wording of paging errors, for Close has two.
  public enum LimitErrors: String, CaseIterable, Sendable {
    /// `{"errors": [], "field-errors": {"_limit": "…"}}`
    case newStyle = "new-style"
    /// `{"error": "The limit you set is larger than …"}`
    case classic
    /// Each resource in the style it was seen to use.
    case byResource = "by-resource"
  }
}
