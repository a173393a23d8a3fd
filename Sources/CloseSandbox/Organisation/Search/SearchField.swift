import JSONBytes

/// The field a condition or a sort looks at.
enum SearchField: Sendable {
  case regular(String)
  case custom(String)

  /// Reads a selector; a name that objects of its type do not have is a fault.
  init(_ value: JSONValue) throws(SearchFault) {
    switch try value.searchText("type") {
    case "regular_field":
      let type = try value.searchText("object_type")
      let name = try value.searchText("field_name")
      guard SearchField.exists(name, of: type) else {
        throw SearchFault(SearchFault.invalidChoice, at: .key("field_name"))
      }
      self = .regular(name)
    case "custom_field": self = .custom(try value.searchText("custom_field_id"))
    default: throw SearchFault(SearchFault.invalidChoice, at: .key("type"))
    }
  }

  private static func exists(_ name: String, of type: String) -> Bool {
    if let fields = SearchPart.fields[type] { return fields.contains(name) }
    guard let kind = Kind.bySearchType[type] else { return false }
    return kind.resource.template[name] != nil || computed[kind]?[name] != nil
  }

  /// All values of the field; a list counts one by one.
  func values(of subject: SearchSubject, _ context: SearchContext) -> [JSONValue] {
    switch (self, subject) {
    case (.regular(let name), .part(let object)): return SearchField.flat(object[name])
    case (.custom, .part): return []
    case (.custom(let id), .record(let record)): return SearchField.flat(record.value("custom." + id))
    case (.regular(let name), .record(let record)):
      if let compute = SearchField.computed[record.kind]?[name] {
        return SearchField.flat(compute(record, context))
      }
      return SearchField.flat(record.value(name))
    }
  }

  private static func flat(_ value: JSONValue?) -> [JSONValue] {
    guard let value, !value.isNull else { return [] }
    return value.array ?? [value]
  }

  /// Fields that an object does not carry itself.
  private static let computed: [Kind: [String: @Sendable (Record, SearchContext) -> JSONValue]] = [
    .lead: [
      "addresses_count": { lead, _ in .int(lead.value("addresses")?.array?.count ?? 0) },
      "all_urls_count": { lead, context in
        let urls = context.store.members(of: lead.id, .contact).map { $0.value("urls")?.array?.count ?? 0 }
        return .int(urls.reduce(lead.text("url") == nil ? 0 : 1, +))
      },
      "num_contacts": count(.contact), "num_opportunities": count(.opportunity), "num_tasks": count(.task),
      "num_calls": count(.call), "num_emails": count(.email), "num_notes": count(.note),
      "num_sms": count(.sms),
      "num_meetings": count(.meeting), "last_call_date": last(.call), "last_email_date": last(.email),
      "last_note_date": last(.note), "last_activity_date": last(nil),
    ],
    .contact: [
      "emails_count": { contact, _ in .int(contact.value("emails")?.array?.count ?? 0) },
      "phones_count": { contact, _ in .int(contact.value("phones")?.array?.count ?? 0) },
      "urls_count": { contact, _ in .int(contact.value("urls")?.array?.count ?? 0) },
    ],
  ]

  private static func count(_ kind: Kind) -> @Sendable (Record, SearchContext) -> JSONValue {
    { lead, context in .int(context.store.members(of: lead.id, kind).count) }
  }

  private static func last(_ kind: Kind?) -> @Sendable (Record, SearchContext) -> JSONValue {
    { lead, context in
      let activities = context.store.members(of: lead.id).filter {
        kind == nil ? $0.kind.isActivity : $0.kind == kind
      }
      return .text(activities.map(\.created).max()?.description)
    }
  }
}
