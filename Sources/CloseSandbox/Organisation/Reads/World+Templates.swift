import JSONBytes

/// `GET /email_template/{id}/render/`: a template filled in for a contact.
extension World {
  func renderTemplate(_ call: Call, id: String) throws(Refusal) -> SandboxResponse {
    guard let template = live.find(.emailTemplate, id) else { throw .notFound(Kind.emailTemplate.resource) }
    let contact = call.parameters["contact_id"].flatMap { live.find(.contact, $0) }
    let lead = (call.parameters["lead_id"] ?? contact?.leadID).flatMap { live.find(.lead, $0) }
    guard let lead else { throw .field("lead_id", "This field is required.") }
    let person = contact ?? live.members(of: lead.id, .contact).first
    let name = person?.text("display_name") ?? ""
    let values = [
      "contact.first_name": String(name.prefix { $0 != " " }), "contact.name": name,
      "contact.display_name": name, "contact.title": person?.text("title") ?? "",
      "lead.display_name": lead.text("display_name") ?? "", "lead.name": lead.text("name") ?? "",
      "user.first_name": String((directory.userNames[call.request.caller.userID] ?? "").prefix { $0 != " " }),
    ]
    let email = person?.value("emails")?.array?.first?["email"] ?? .null
    return SandboxResponse(
      status: 200,
      [
        "body": .string(World.filled(template.text("body") ?? "", values)),
        "contact_display_name": .string(name),
        "contact_id": .text(person?.id), "email": email,
        "lead_display_name": lead.value("display_name") ?? nil,
        "lead_id": .string(lead.id), "subject": .string(World.filled(template.text("subject") ?? "", values)),
      ])
  }

  /// The text with what stands between double braces replaced; unknown names leave nothing behind.
  private static func filled(_ text: String, _ values: [String: String]) -> String {
    var filled = ""
    var rest = text[...]
    while let open = rest.firstRange(of: "{{"), let close = rest[open.upperBound...].firstRange(of: "}}") {
      let name = rest[open.upperBound..<close.lowerBound].withoutOuterSpace
      filled += rest[..<open.lowerBound] + (values[name] ?? "")
      rest = rest[close.upperBound...]
    }
    return filled + rest
  }
}
