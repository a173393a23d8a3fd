import JSONBytes

/// Changes such as people make in a day: leads come, go and move on.
struct BusyDay {
  private(set) var created = 0
  private(set) var edited = 0
  private(set) var deleted = 0
  private var random: SeededRandom
  private let context: WriteContext

  init(seed: UInt64, _ context: WriteContext) {
    random = SeededRandom(seed: seed)
    self.context = context
  }

  mutating func run(creates: Int, edits: Int, deletes: Int, in world: inout World) {
    for _ in 0..<max(0, creates) { create(in: &world) }
    for _ in 0..<max(0, edits) { edit(in: &world) }
    for _ in 0..<max(0, deletes) { delete(in: &world) }
  }

  /// A new lead with a contact, a note and something to do.
  private mutating func create(in world: inout World) {
    let company = "\(random.pick(Vocabulary.companyStems)) \(random.pick(Vocabulary.trades))"
    let (first, last) = (random.pick(Vocabulary.firstNames), random.pick(Vocabulary.lastNames))
    let contact: JSONValue = [
      "name": "\(first) \(last)", "title": .string(random.pick(Vocabulary.titles)),
      "emails": [
        ContactParts.email("\(first.plainLetters)@\(company.plainLetters).example.com", type: "office")
      ],
    ]
    let lead = try? world.createLead(
      [
        "name": .string(company), "description": .string(random.pick(Vocabulary.remarks)),
        "contacts": [contact],
      ],
      context)
    guard let lead else { return }
    created += 1
    _ = try? world.createActivity(
      .note, ["lead_id": .string(lead.id), "note": .string(random.pick(Vocabulary.remarks))], context)
    _ = try? world.createTask(
      ["lead_id": .string(lead.id), "text": .string(random.pick(Vocabulary.taskTexts))], context)
  }

  private mutating func edit(in world: inout World) {
    let kinds: [Kind] = [.lead, .lead, .contact, .opportunity, .task, .note]
    let kind = random.pick(kinds)
    let candidates = world.live.all(kind)
    guard !candidates.isEmpty else { return }
    let record = candidates[random.below(candidates.count)]
    if (try? world.update(record, values(for: record, in: world), context)) != nil { edited += 1 }
  }

  private mutating func values(for record: Record, in world: World) -> JSONObject {
    let remark = JSONValue.string("\(random.pick(Vocabulary.remarks)) (\(random.below(1000)))")
    switch record.kind {
    case .contact: return ["title": .string("\(random.pick(Vocabulary.titles)) \(random.below(100))")]
    case .opportunity: return ["note": remark, "confidence": .int(random.below(101))]
    case .task: return record.isIncomplete ? ["is_complete": true] : ["date": .string(context.today)]
    case .note: return ["note": remark]
    default:
      guard random.chance(0.3) else { return ["description": remark] }
      return [
        "description": remark, "status_id": .string(random.pick(world.directory.leadStatuses.map(\.id))),
      ]
    }
  }

  private mutating func delete(in world: inout World) {
    let leads = world.live.all(.lead)
    guard !leads.isEmpty else { return }
    world.deleteLead(leads[random.below(leads.count)], context)
    deleted += 1
  }
}
