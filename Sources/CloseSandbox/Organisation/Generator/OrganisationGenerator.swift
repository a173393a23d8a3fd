import JSONBytes

/// A whole organisation, ready to be served.
struct GeneratedOrganisation: Sendable {
  var organization: JSONObject
  var records: [Record]
  var events: [Event]
}

/// Invents an organisation: same seed, same number of leads and same moment give the same bytes.
struct OrganisationGenerator {
  let options: OrganisationOptions
  let now: Timestamp
  var random: SeededRandom
  var ids: IDSource
  var organization: JSONObject
  private(set) var records: [Record] = []

  init(_ options: OrganisationOptions, now: Timestamp) {
    self.options = options
    self.now = now
    random = SeededRandom(seed: options.seed)
    ids = IDSource(seed: options.seed &+ 1)
    let dates = DateStyle(options)
    organization = [
      "id": .string(ids.next(prefix: "orga_", length: 43)), "name": "Sample Data", "currency": "USD",
      "currency_symbol": "$", "plan_type": "enterprise", "created_by": nil, "updated_by": nil,
      "date_created": .string(dates.text(now.daysAgo(800))),
      "date_updated": .string(dates.text(now.daysAgo(40))),
    ]
  }

  /// Everything: settings first, then leads with all that hangs below them, then the events of the last days.
  static func generate(_ options: OrganisationOptions, now: Timestamp) -> GeneratedOrganisation {
    var generator = OrganisationGenerator(options, now: now)
    var cast = generator.addSettings()
    cast.readNames(from: generator.assembler.directory)
    generator.addTools(&cast)
    let count = options.empty ? 0 : max(0, options.leads)
    let assembler = generator.assembler
    generator.records.reserveCapacity(generator.records.count + count * (5 + Int(options.activities)))
    for index in 0..<count {
      var lead = LeadGenerator(
        index: index, options: options, now: now, cast: cast, assembler: assembler,
        sequence: generator.records.count)
      lead.generate()
      generator.records += lead.records
      if index < 20 { cast.sampleLeads.append(lead.leadID) }
    }
    generator.addCollections(cast)
    var history = HistoryGenerator(options: options, now: now, cast: cast, assembler: generator.assembler)
    return GeneratedOrganisation(
      organization: generator.organization, records: generator.records,
      events: history.events(of: generator.records))
  }

  /// Knows the settings made so far.
  var assembler: Assembler {
    Assembler(
      directory: Directory(organization: organization, store: RecordStore(records)),
      dates: DateStyle(options))
  }

  /// Adds a settings object and returns its id.
  @discardableResult
  mutating func add(
    _ kind: Kind, id: String? = nil, _ values: JSONObject, daysAgo: Double, by user: String? = nil
  ) -> String {
    let id = id ?? ids.next(kind)
    let created = now.daysAgo(daysAgo)
    let origin = Assembler.Origin(
      created: created, updated: created.adding(seconds: Int64(random.below(90_000))), createdBy: user,
      updatedBy: user)
    let bare = Assembler(
      directory: Directory(organization: organization, store: RecordStore()), dates: DateStyle(options))
    let object = bare.make(kind, id: id, values, origin: origin)
    records.append(Record(kind: kind, object: object, sequence: records.count))
    return id
  }
}

extension OrganisationOptions {
  /// Activities per lead, kept to what makes sense.
  var activities: Double { activitiesPerLead.isFinite ? min(max(activitiesPerLead, 0), 1000) : 0 }
}

extension DateStyle {
  init(_ options: OrganisationOptions) {
    self.init(dropsZeroFraction: options.zeroFractionTimestamps, isNaiveAllowed: options.naiveTimestamps)
  }
}

extension Timestamp {
  /// Some days (or parts of days) before, to the millisecond, as Close stores it.
  func daysAgo(_ days: Double) -> Timestamp {
    adding(microseconds: -Int64(days * Double(Timestamp.day))).toTheMillisecond
  }

  var toTheMillisecond: Timestamp { Timestamp(microseconds: microseconds - microseconds % 1000) }
}
