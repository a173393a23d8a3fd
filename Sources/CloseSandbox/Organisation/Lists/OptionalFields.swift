import JSONBytes

/// Fields that are sent only when `_fields` asks for them.
enum OptionalFields {
  typealias Make = @Sendable (Record, RowWriter) -> JSONValue

  static let table: [Kind: [String: Make]] = [
    .lead: [
      "created_by_name": { lead, rows in userName("created_by", lead, rows) },
      "updated_by_name": { lead, rows in userName("updated_by", lead, rows) },
      "primary_email": { lead, rows in firstPart("emails", lead, rows) },
      "primary_phone": { lead, rows in firstPart("phones", lead, rows) },
      "primary_address_summary": { lead, _ in
        let address = lead.value("addresses")?.array?.first
        let parts = [address?["city"]?.string, address?["country"]?.string].compactMap { $0 }
        return parts.isEmpty ? .null : .string(parts.joined(separator: ", "))
      },
      "contacts_summary": { lead, rows in
        let names = rows.store.members(of: lead.id, .contact).compactMap { $0.text("display_name") }
        return .string(names.joined(separator: ", "))
      },
      "source": { lead, rows in
        .text(rows.store.members(of: lead.id, .created).first?.text("source"))
      },
      "summaries": { _, _ in [] },
      "recent_calls": { _, _ in [] },
      "localtime": { _, _ in nil },
    ],
    .opportunity: [
      "created_by_name": { deal, rows in userName("created_by", deal, rows) },
      "updated_by_name": { deal, rows in userName("updated_by", deal, rows) },
      "contact_name": { deal, rows in
        .text(deal.text("contact_id").flatMap { rows.store[$0]?.text("display_name") })
      },
      "status_display_name": { deal, _ in .text(deal.text("status_label")) },
      "attachments": { _, _ in [] },
      "integration_links": { deal, rows in
        rows.directory.links("opportunity", "{{opportunity.id}}", deal.id)
      },
      "is_stalled": { _, _ in false },
      "comment_summary": { _, _ in nil },
    ],
    .contact: [
      "integration_links": { contact, rows in
        rows.directory.links("contact", "{{contact.name}}", contact.text("display_name") ?? "")
      },
      "recent_calls": { _, _ in [] },
      "subscriptions": { _, _ in [] },
    ],
    .meeting: ["transcripts": { _, _ in [] }],
  ]

  private static func userName(_ key: String, _ record: Record, _ rows: RowWriter) -> JSONValue {
    .text(record.text(key).flatMap { rows.directory.userNames[$0] })
  }

  private static func firstPart(_ key: String, _ lead: Record, _ rows: RowWriter) -> JSONValue {
    rows.store.members(of: lead.id, .contact).lazy.compactMap { $0.value(key)?.array?.first }.first ?? .null
  }
}
