import JSONBytes

/// What a list becomes when a record's entries meet those in Close.
enum ListMerge {
  /// The list to send; nil when Close has it already.
  ///
  /// Appending never loses an entry and never adds one that is there under another label or spelling.
  static func entries(
    _ kind: EntryKind, live: [JSONValue], desired: [JSONValue], policy: ListPolicy
  ) -> [JSONValue]? {
    let live = live.compactMap(kind.cleaned)
    let desired = unique(desired.compactMap(kind.cleaned), kind)
    switch policy {
    case .append:
      let new = desired.filter { entry in !live.contains { kind.isSame($0, entry) } }
      return new.isEmpty ? nil : live + new.map(kind.labelled)
    case .replace:
      return FieldKind.entries(kind).isSame(.array(live), .array(desired)) ? nil : desired.map(kind.labelled)
    }
  }

  private static func unique(_ entries: [JSONValue], _ kind: EntryKind) -> [JSONValue] {
    var kept: [JSONValue] = []
    for entry in entries where !kept.contains(where: { kind.isSame($0, entry) }) { kept.append(entry) }
    return kept
  }

  /// The members to send for a custom field with several values, whose order does not count; empty when Close
  /// has them already.
  ///
  /// One value more or less goes as `.add` or `.remove`, which cannot undo what others do meanwhile.
  static func values(
    of field: String, live: [JSONValue], desired: [JSONValue], policy: ListPolicy
  ) -> [(key: String, value: JSONValue)] {
    let isIn = { (list: [JSONValue], value: JSONValue) in list.contains { FieldKind.text.isSame($0, value) } }
    var added: [JSONValue] = []
    for value in desired where !isIn(live, value) && !isIn(added, value) { added.append(value) }
    let removed = policy == .append ? [] : live.filter { !isIn(desired, $0) }
    if live.isEmpty, !added.isEmpty { return [(field, .array(added))] }
    if added.count <= 1, removed.count <= 1 {
      return added.map { ("\(field).add", $0) } + removed.map { ("\(field).remove", $0) }
    }
    return [(field, .array(live.filter { !isIn(removed, $0) } + added))]
  }
}
