import JSONBytes

/// Knows which STATE may be printed: the latest one before which every record is done.
///
/// Records are counted between two STATEs, so it takes no more memory than there are STATEs waiting; when too
/// many wait, every other one is given up.
///
///     r1 r2 S1 r3 S2 r4    r3 done: nothing   r1, r2 done: S2
struct StateLedger: Sendable {
  /// The place of a record among the STATEs.
  struct Ticket: Hashable, Sendable {
    fileprivate let section: Int
  }

  /// The records between two STATEs and the STATE behind them, which the last section lacks.
  private struct Section {
    /// Rises from section to section.
    var number: Int
    var unfinished = 0
    var state: JSONValue?
  }

  private var sections = [Section(number: 0)]
  private static let mostSections = 64

  /// Whether every record is done.
  var isIdle: Bool { sections.allSatisfy { $0.unfinished == 0 } }

  /// Counts a record that has come in.
  mutating func admit() -> Ticket {
    sections[sections.count - 1].unfinished += 1
    return Ticket(section: sections[sections.count - 1].number)
  }

  /// Counts a record as done; returns the STATE that may be printed now, if there is a new one.
  mutating func finish(_ ticket: Ticket) -> JSONValue? {
    // A section that has been given up counts with the next one that is left.
    guard let index = sections.firstIndex(where: { $0.number >= ticket.section }) else { return nil }
    sections[index].unfinished -= 1
    return takePrintable()
  }

  /// Takes in a STATE; returns the one that may be printed now, if there is a new one.
  mutating func receive(_ state: JSONValue) -> JSONValue? {
    sections[sections.count - 1].state = state
    sections.append(Section(number: sections[sections.count - 1].number + 1))
    if sections.count > StateLedger.mostSections { thinOut() }
    return takePrintable()
  }

  private mutating func takePrintable() -> JSONValue? {
    var state: JSONValue?
    while sections.count > 1, sections[0].unfinished == 0 { state = sections.removeFirst().state }
    return state
  }

  /// Puts pairs of sections together, all but the last one.
  private mutating func thinOut() {
    var kept: [Section] = []
    for (index, section) in sections.dropLast().enumerated() {
      if index.isMultiple(of: 2) {
        kept.append(section)
      } else {
        var merged = section
        merged.unfinished += kept.removeLast().unfinished
        kept.append(merged)
      }
    }
    sections = kept + sections.suffix(1)
  }
}
