import JSONBytes

/// Invents one lead with its contacts, opportunities, tasks, activities and custom objects.
///
/// Draws from random numbers of its own, so that lead 7 is the same lead however many there are.
struct LeadGenerator {
  struct Contact {
    let id: String
    let name: String
    let email: String?
    let phone: String?
  }

  let index: Int
  let options: OrganisationOptions
  let now: Timestamp
  let cast: Cast
  let assembler: Assembler
  let firstSequence: Int
  var random: SeededRandom
  var ids: IDSource
  private(set) var records: [Record] = []

  private(set) var leadID = ""
  private(set) var company = ""
  private(set) var domain = ""
  private(set) var owner = ""
  private(set) var created = Timestamp.earliest
  private(set) var contacts: [Contact] = []
  private var names: [String: String] = [:]
  private var scratch: [UInt8] = []

  init(
    index: Int, options: OrganisationOptions, now: Timestamp, cast: Cast, assembler: Assembler, sequence: Int
  ) {
    self.index = index
    self.options = options
    self.now = now
    self.cast = cast
    self.assembler = assembler
    firstSequence = sequence
    random = SeededRandom(seed: options.seed, stream: index)
    ids = IDSource(seed: random.next())
    records.reserveCapacity(6 + Int(options.activities))
  }

  mutating func generate() {
    let place = random.pick(Vocabulary.places)
    leadID = ids.next(.lead)
    owner = random.pick(cast.users)
    company = companyName()
    domain = company.plainLetters.prefix(20) + (place.country == "DE" ? ".de" : ".example.com")
    let (created, updated) = leadDates()
    self.created = created
    let hasName = !random.chance(0.01)
    let count = random.weighted([5, 55, 28, 10, 2])
    let people = (0..<count).map { _ in
      (random.pick(Vocabulary.firstNames), random.pick(Vocabulary.lastNames))
    }
    names[leadID] = hasName ? company : people.first.map { "\($0.0) \($0.1)" } ?? "Untitled"
    var values: JSONObject = [
      "name": hasName ? .string(company) : nil, "description": description(),
      "status_id": .string(cast.leadStatuses[random.weighted([40, 20, 15, 10, 10, 5])]),
      "url": random.chance(0.8) ? .string("https://www.\(domain)/") : nil,
      "addresses": addresses(place),
    ]
    addCustomFields(cast.leadFields, to: &values)
    add(.lead, id: leadID, values, created: created, updated: updated)
    for person in people { addContact(person, place.phone) }
    addOpportunities()
    addTasks()
    if options.activities > 0 { addActivities() }
    if index.isMultiple(of: 5) { addCustomObjects() }
  }

  // MARK: - Building blocks

  /// Adds an object of the lead and returns its id.
  @discardableResult
  mutating func add(
    _ kind: Kind, id: String? = nil, _ values: JSONObject, created: Timestamp, updated: Timestamp? = nil,
    by user: String? = nil
  ) -> String {
    addObject(kind, id: id, values, created: created, updated: updated, by: user).id
  }

  /// Adds an object of the lead and returns it whole.
  mutating func addObject(
    _ kind: Kind, id: String? = nil, _ values: JSONObject, created: Timestamp, updated: Timestamp? = nil,
    by user: String? = nil
  ) -> (id: String, object: JSONObject) {
    let id = id ?? ids.next(kind)
    let author = user ?? owner
    let origin = Assembler.Origin(
      created: created, updated: updated ?? created, createdBy: author, updatedBy: author)
    let object = assembler.make(kind, id: id, values, origin: origin) { names[$0] }
    let body = Record.body(of: object, scratch: &scratch)
    records.append(
      Record(
        kind: kind, id: id, leadID: kind == .lead ? nil : leadID, created: origin.created,
        updated: origin.updated, sequence: firstSequence + records.count, body: body))
    return (id, object)
  }

  /// A moment after `start`, not later than now, to the millisecond; a few fall on a full second.
  mutating func moment(after start: Timestamp) -> Timestamp {
    let span = max(1, now.microseconds - start.microseconds)
    let share = Double(random.below(1_000_000)) / 1_000_000
    let moment = start.adding(microseconds: Int64(Double(span) * share * share))
    let unit = random.chance(0.03) ? Timestamp.second : 1000
    return max(start, Timestamp(microseconds: moment.microseconds - moment.microseconds % unit))
  }

  /// The classic stack's text of a moment.
  func text(_ moment: Timestamp) -> JSONValue { .string(assembler.dates.text(moment)) }

  /// Gives some of the custom fields a value; the others stay without a key.
  mutating func addCustomFields(_ fields: [Cast.CustomField], to values: inout JSONObject) {
    for field in fields where random.below(100) < field.share {
      if let value = customValue(field) { values["custom." + field.id] = value }
    }
  }

  private mutating func customValue(_ field: Cast.CustomField) -> JSONValue? {
    switch field.type {
    case "number":
      return random.chance(0.2)
        ? JSONNumber(Double(random.below(9000)) / 4).map { .number($0) } : .int(random.below(500))
    case "date": return .string(now.daysAgo(Double(random.below(700) - 60)).dateText)
    case "datetime": return text(now.daysAgo(Double(random.below(300))))
    case "choices":
      let choice = JSONValue.string(random.pick(field.choices))
      return field.isMultiple
        ? .array(Array(Set([choice, .string(random.pick(field.choices))])).sorted(by: byText)) : choice
    case "user":
      let user = JSONValue.string(random.pick(cast.users))
      return field.isMultiple ? [user] : user
    case "contact": return contacts.first.map { .string($0.id) }
    case "textarea": return .string("<body><p>\(random.pick(Vocabulary.remarks))</p></body>")
    default:
      switch field.purpose {
      case "external": return .string("EXT-\(100_000 + index * 7 + records.count)")
      case "link": return .string("https://contracts.example.com/\(100_000 + index).pdf")
      default: return .string(random.pick(Vocabulary.remarks))
      }
    }
  }

  private func byText(_ left: JSONValue, _ right: JSONValue) -> Bool {
    (left.string ?? "") < (right.string ?? "")
  }
}

// MARK: - The lead and its contacts

extension LeadGenerator {
  private mutating func companyName() -> String {
    var parts = [random.pick(Vocabulary.companyStems)]
    if random.chance(0.8) { parts.append(random.pick(Vocabulary.trades)) }
    if random.chance(0.6) { parts.append(random.pick(Vocabulary.companyForms)) }
    if random.chance(0.5) { parts.append("\(index + 1)") }
    return parts.joined(separator: " ")
  }

  /// Spread over two years; the first of every 400 leads came in one import and share both dates.
  private mutating func leadDates() -> (created: Timestamp, updated: Timestamp) {
    let (batch, position) = index.quotientAndRemainder(dividingBy: 400)
    if position < 12, options.leads > 200 {
      let moment = now.daysAgo(700 - Double(batch % 600))
      return (moment, moment)
    }
    let created = moment(after: now.daysAgo(730))
    return (created, random.chance(0.15) ? created : moment(after: created))
  }

  private mutating func description() -> JSONValue {
    switch random.below(10) {
    case 0...1: ""
    case 2: nil
    case 3: .string((0..<3).map { _ in random.pick(Vocabulary.remarks) }.joined(separator: "\n\n"))
    default: .string(random.pick(Vocabulary.remarks))
    }
  }

  private mutating func addresses(
    _ place: (city: String, state: String, zip: String, country: String, phone: String)
  ) -> JSONValue {
    .array(
      (0..<random.weighted([30, 60, 10])).map { number in
        [
          "address_1": .string("\(1 + random.below(900)) \(random.pick(Vocabulary.streets))"),
          "address_2": random.chance(0.2) ? "Room 3" : "", "city": .string(place.city),
          "country": .string(place.country), "label": number == 0 ? "business" : "mailing",
          "state": .string(place.state), "zipcode": .string(place.zip),
        ]
      })
  }

  private mutating func addContact(_ person: (first: String, last: String), _ areaCode: String) {
    let name = "\(person.first) \(person.last)"
    var emails: [JSONValue] = []
    let address = "\(person.first.plainLetters).\(person.last.plainLetters)@\(domain)"
    for number in 0..<random.weighted([10, 75, 15]) {
      emails.append([
        "email": .string(number == 0 ? address : "\(person.first.plainLetters)\(index)@mail.example.org"),
        "is_unsubscribed": .bool(random.chance(0.03)), "type": number == 0 ? "office" : "home",
      ])
    }
    let digits = String(10_000_000 + random.below(89_999_999)).suffix(12 - areaCode.count)
    let phone = random.chance(0.8) ? PhoneNumber(areaCode + digits) : nil
    let id = ids.next(.contact)
    contacts.append(
      Contact(id: id, name: name, email: emails.first?["email"]?.string, phone: phone?.e164))
    names[id] = name
    var values: JSONObject = [
      "lead_id": .string(leadID), "name": .string(name), "emails": .array(emails),
      "title": random.chance(0.1) ? nil : .string(random.pick(Vocabulary.titles)),
      "phones": .array(
        phone.map { [ContactParts.phone($0, type: random.chance(0.5) ? "office" : "mobile")] } ?? []),
      "urls": random.chance(0.2)
        ? [
          ["type": "url", "url": .string("https://www.linkedin.com/in/\(person.last.plainLetters)\(index)/")]
        ] : [],
    ]
    addCustomFields(cast.contactFields, to: &values)
    let start = random.chance(0.7) ? created : moment(after: created)
    add(.contact, id: id, values, created: start, updated: random.chance(0.5) ? start : moment(after: start))
  }

  private mutating func addCustomObjects() {
    let type = random.pick(cast.objectTypes)
    var values: JSONObject = [
      "lead_id": .string(leadID), "custom_object_type_id": .string(type.id),
      "name": .string("\(type.name) \(index + 1)"),
    ]
    addCustomFields(type.fields, to: &values)
    let start = moment(after: created)
    add(.customObject, values, created: start, updated: moment(after: start))
  }
}
