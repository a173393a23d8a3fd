import JSONBytes

extension SandboxOption {
  /// Every option of `close-sandbox`, in the order of the help.
  static let all = server + organisation

  static let server = [
    SandboxOption("--port", "N", "port on 127.0.0.1 (default 0: any free one)") {
      (options, value) throws(WrongValue) in
      guard let port = UInt16(value) else { throw WrongValue("a port from 0 to 65535") }
      options.server.port = port
    },
    SandboxOption(
      "--clock", "T", "what the clock shows at the start, e.g. 2026-01-31T00:00:00Z (default: now)"
    ) {
      (options, value) throws(WrongValue) in
      guard let time = Timestamp(value) else { throw WrongValue("a time such as 2026-01-31T00:00:00Z") }
      options.server.clock = time
    },
    SandboxOption("--rate", "N/SECONDS|off", "requests per key and endpoint group (default 100/1)") {
      (options, value) throws(WrongValue) in
      let limit = RateLimit(value)
      guard limit != nil || value == "off" else { throw WrongValue("requests/seconds such as 100/1, or off") }
      options.server.rate = limit
    },
    SandboxOption("--rate-headers", words(RateHeaders.self), "how clients are told (default semicolon)") {
      (options, value) throws(WrongValue) in
      options.server.rateHeaders = try word(value)
    },
    SandboxOption("--rate-body", words(RateBody.self), "what the body of a 429 says (default empty)") {
      (options, value) throws(WrongValue) in
      options.server.rateBody = try word(value)
    },
    SandboxOption("--faults", "SPEC", "what goes wrong on purpose, see below") {
      (options, value) throws(WrongValue) in
      do throws(SandboxError) {
        _ = try FaultPlan(parsing: value, seed: 0)
      } catch {
        throw WrongValue("a list of faults (\(error.message))")
      }
      options.server.faults = value
    },
    SandboxOption("--quiet", nil, "no request log on stderr") { options, _ in options.isQuiet = true },
  ]

  static let organisation = [
    SandboxOption("--data", "FILE", "keep the organisation in FILE between runs") {
      (options, value) throws(WrongValue) in
      guard !value.isEmpty else { throw WrongValue("the path of a file") }
      options.organisation.dataFile = value
    },
    SandboxOption("--leads", "N", "how many leads to make (default 100)") {
      (options, value) throws(WrongValue) in
      guard let leads = Int(value), leads >= 0 else { throw WrongValue("a whole number from 0 up") }
      options.organisation.leads = leads
    },
    SandboxOption("--activities", "N", "how many activities each lead has on average (default 8)") {
      (options, value) throws(WrongValue) in
      guard let count = Double(value), (0...1000).contains(count) else {
        throw WrongValue("a number from 0 to 1000")
      }
      options.organisation.activitiesPerLead = count
    },
    SandboxOption("--seed", "S", "same seed, same organisation and keys (default 1)") {
      (options, value) throws(WrongValue) in
      guard let seed = UInt64(value) else { throw WrongValue("a whole number from 0 up") }
      options.organisation.seed = seed
      options.server.seed = seed
    },
    SandboxOption("--empty", nil, "users, statuses and custom fields, but no leads") { options, _ in
      options.organisation.empty = true
    },
    SandboxOption("--index-lag", "TIME", "until lists and searches notice a change, e.g. 30s (default 0)") {
      (options, value) throws(WrongValue) in
      guard let seconds = DurationText.seconds(value) else { throw WrongValue("a duration such as 30s") }
      options.organisation.indexLag = seconds
    },
    SandboxOption(
      "--restricted-filters", words(OrganisationOptions.RestrictedFilters.self),
      "activity filters that need lead_id but come without (default ignore)"
    ) { (options, value) throws(WrongValue) in
      options.organisation.restrictedFilters = try word(value)
    },
    SandboxOption(
      "--limit-errors", words(OrganisationOptions.LimitErrors.self),
      "wording of paging errors (default by-resource)"
    ) { (options, value) throws(WrongValue) in
      options.organisation.limitErrors = try word(value)
    },
    SandboxOption("--max-skip", "RESOURCE=N", "deepest _skip of a resource, e.g. lead=500; may be repeated") {
      (options, value) throws(WrongValue) in
      let parts = value.split(separator: "=", omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].isEmpty, let skip = Int(parts[1]), skip >= 0 else {
        throw WrongValue("a resource and a number such as lead=500")
      }
      options.organisation.maxSkip[String(parts[0])] = skip
    },
    SandboxOption("--no-search", nil, "no /data/search/: it answers 404") { options, _ in
      options.organisation.searchEnabled = false
    },
    SandboxOption("--event-disorder", nil, "events appear up to five minutes late") { options, _ in
      options.organisation.eventDisorder = true
    },
    SandboxOption("--full-fractions", nil, "never leave out a timestamp's fraction") { options, _ in
      options.organisation.zeroFractionTimestamps = false
    },
    SandboxOption("--full-offsets", nil, "never leave out a timestamp's offset") { options, _ in
      options.organisation.naiveTimestamps = false
    },
  ]

  private static func words<Choice: RawRepresentable<String> & CaseIterable>(_: Choice.Type) -> String {
    Choice.allCases.map(\.rawValue).joined(separator: "|")
  }

  private static func word<Choice: RawRepresentable<String> & CaseIterable>(
    _ value: String
  ) throws(WrongValue) -> Choice {
    guard let choice = Choice(rawValue: value) else { throw WrongValue("one of \(words(Choice.self))") }
    return choice
  }
}
