import Testing

@testable import TargetClose

@Suite("contact_and_lead finds")
struct ContactAndLeadFindingTests {
  static let company = #"lead lead_a {"name": "Acme", "custom.cf_number": "7"}"#
  static let nameless = #"lead lead_n {"name": "Acme"}"#
  static let other = #"lead lead_o {"name": "Other", "custom.cf_number": "8"}"#
  static let record = #"""
    {"lead_name": "Acme", "lead_external_id": "7", "contact_name": "Ann", "contact_email": "ann@acme.com",
     "contact_external_id": "u1"}
    """#

  static func ann(_ lead: String, _ more: String = "") -> String {
    #"contact cont_a {"lead_id": "\#(lead)", "name": "Ann", "emails": [{"email": "ann@acme.com", "type": "office"}]\#(more)}"#
  }

  static let byCompany: [ContactAndLeadCase] = [
    ContactAndLeadCase(
      "nothing: a lead with the person is created", record,
      writes: [
        #"""
        POST lead/ {"name": "Acme", "custom.cf_number": "7", "contacts": [{"name": "Ann",
        "emails": [{"email": "ann@acme.com", "type": "office"}], "custom.cf_user": "u1"}]}
        """#
      ]),
    ContactAndLeadCase(
      "the company's lead: a new person is added to it", given: [company], record,
      writes: [
        #"""
        POST contact/ {"lead_id": "lead_a", "name": "Ann",
        "emails": [{"email": "ann@acme.com", "type": "office"}], "custom.cf_user": "u1"}
        """#
      ]),
    ContactAndLeadCase(
      "lead and person: nothing differs, nothing is sent",
      given: [company, ann("lead_a", #", "custom.cf_user": "u1""#)], record),
    ContactAndLeadCase(
      "the person by user id, who has another name now",
      given: [company, #"contact cont_a {"lead_id": "lead_a", "name": "Anna", "custom.cf_user": "u1"}"#],
      #"{"lead_external_id": "7", "contact_external_id": "u1", "contact_name": "Ann"}"#,
      writes: [#"PUT contact/cont_a/ {"name": "Ann"}"#]),
    ContactAndLeadCase(
      "the person by e-mail, who gets the user id", given: [company, ann("lead_a")], record,
      writes: [#"PUT contact/cont_a/ {"custom.cf_user": "u1"}"#]),
    ContactAndLeadCase(
      "the lead, whose company has another name now",
      given: [#"lead lead_a {"name": "Acme Ltd", "custom.cf_number": "7"}"#],
      #"{"lead_external_id": "7", "lead_name": "Acme"}"#, writes: [#"PUT lead/lead_a/ {"name": "Acme"}"#]),
    ContactAndLeadCase(
      "several leads of the company: the oldest one counts",
      given: [
        #"lead lead_b {"name": "B", "custom.cf_number": "7", "date_created": "2026-02-01T00:00:00Z"}"#,
        #"lead lead_a {"name": "A", "custom.cf_number": "7", "date_created": "2026-01-01T00:00:00Z"}"#,
        #"lead lead_c {"name": "C", "custom.cf_number": "7", "date_created": "2026-03-01T00:00:00Z"}"#,
      ], #"{"lead_external_id": "7", "lead_description": "Old"}"#,
      writes: [#"PUT lead/lead_a/ {"description": "Old"}"#]),
    ContactAndLeadCase(
      "the lead by a company id with space around it", given: [company],
      #"{"lead_external_id": " 7 ", "lead_description": "Big"}"#,
      writes: [#"PUT lead/lead_a/ {"description": "Big"}"#]),
    ContactAndLeadCase(
      "the lead whose own company id has space around it",
      given: [#"lead lead_a {"name": "Acme", "custom.cf_number": " 7 "}"#],
      #"{"lead_external_id": "7", "lead_description": "Big"}"#,
      writes: [#"PUT lead/lead_a/ {"description": "Big"}"#]),
    ContactAndLeadCase(
      "the lead by a company id that is a number", given: [company],
      #"{"lead_external_id": 7, "lead_description": "Big"}"#,
      writes: [#"PUT lead/lead_a/ {"description": "Big"}"#]),
    ContactAndLeadCase(
      "no lead by a company id that only contains the other",
      given: [#"lead lead_a {"name": "Acme", "custom.cf_number": "77"}"#],
      #"{"lead_external_id": "7", "lead_name": "New"}"#,
      writes: [#"POST lead/ {"name": "New", "custom.cf_number": "7"}"#]),
    ContactAndLeadCase(
      "nobody in a record about a company only", #"{"lead_external_id": "7", "lead_name": "Acme"}"#,
      writes: [#"POST lead/ {"name": "Acme", "custom.cf_number": "7"}"#]),
    ContactAndLeadCase(
      "a person of the company by name, when nothing else is told", given: [company, ann("lead_a")],
      #"{"lead_external_id": "7", "contact_name": "Ann", "contact_title": "CEO"}"#,
      writes: [#"PUT contact/cont_a/ {"title": "CEO"}"#]),
    ContactAndLeadCase(
      "no person of the company by another name", given: [company, ann("lead_a")],
      #"{"lead_external_id": "7", "contact_name": "Bob"}"#,
      writes: [#"POST contact/ {"lead_id": "lead_a", "name": "Bob"}"#]),
    ContactAndLeadCase(
      "no person elsewhere by name", given: [company, nameless, ann("lead_n")],
      #"{"lead_external_id": "7", "contact_name": "Ann"}"#,
      writes: [#"POST contact/ {"lead_id": "lead_a", "name": "Ann"}"#]),
  ]

  static let byPerson: [ContactAndLeadCase] = [
    ContactAndLeadCase(
      "the person by user id, whose lead has no company id and gets it",
      given: [nameless, ann("lead_n", #", "custom.cf_user": "u1""#)], record,
      writes: [#"PUT lead/lead_n/ {"custom.cf_number": "7"}"#]),
    ContactAndLeadCase(
      "the person by e-mail, whose lead has no company id and gets it", given: [nameless, ann("lead_n")],
      record,
      writes: [
        #"PUT contact/cont_a/ {"custom.cf_user": "u1"}"#, #"PUT lead/lead_n/ {"custom.cf_number": "7"}"#,
      ]),
    ContactAndLeadCase(
      "person and lead by user id without a company id",
      given: [company, #"contact cont_a {"lead_id": "lead_a", "custom.cf_user": "u1"}"#],
      #"{"contact_external_id": "u1", "contact_title": "CEO", "lead_description": "Big"}"#,
      writes: [#"PUT contact/cont_a/ {"title": "CEO"}"#, #"PUT lead/lead_a/ {"description": "Big"}"#]),
    ContactAndLeadCase(
      "person and lead by e-mail without a company id", given: [company, ann("lead_a")],
      #"{"contact_email": "ann@acme.com", "contact_title": "CEO", "lead_description": "Big"}"#,
      writes: [#"PUT contact/cont_a/ {"title": "CEO"}"#, #"PUT lead/lead_a/ {"description": "Big"}"#]),
    ContactAndLeadCase(
      "nobody by an unknown e-mail: a lead with nothing but the person is created",
      given: [company, ann("lead_a")], #"{"contact_email": "bob@acme.com"}"#,
      writes: [#"POST lead/ {"contacts": [{"emails": [{"email": "bob@acme.com", "type": "office"}]}]}"#]),
    ContactAndLeadCase(
      "the person by an e-mail in another case",
      given: [company, ann("lead_a")], #"{"contact_email": " Ann@ACME.com ", "contact_title": "CEO"}"#,
      writes: [#"PUT contact/cont_a/ {"title": "CEO"}"#]),
    ContactAndLeadCase(
      "nobody by an e-mail that only contains the other",
      given: [company, ann("lead_a")], #"{"contact_email": "nn@acme.com"}"#,
      writes: [#"POST lead/ {"contacts": [{"emails": [{"email": "nn@acme.com", "type": "office"}]}]}"#]),
    ContactAndLeadCase(
      "the person by user id rather than another one by e-mail",
      given: [
        nameless, ann("lead_n"), #"contact cont_b {"lead_id": "lead_n", "custom.cf_user": "u1"}"#,
      ], #"{"contact_external_id": "u1", "contact_email": "ann@acme.com"}"#,
      writes: [#"PUT contact/cont_b/ {"emails": [{"email": "ann@acme.com", "type": "office"}]}"#]),
    ContactAndLeadCase(
      "the person by e-mail, who keeps another user id",
      given: [nameless, ann("lead_n", #", "custom.cf_user": "u9""#)],
      #"{"contact_external_id": "u1", "contact_email": "ann@acme.com", "contact_title": "CEO"}"#,
      writes: [#"PUT contact/cont_a/ {"title": "CEO"}"#]),
    ContactAndLeadCase(
      "a person under another company's lead: a lead with a second contact is created",
      given: [other, ann("lead_o")], record,
      writes: [
        #"""
        POST lead/ {"name": "Acme", "custom.cf_number": "7", "contacts": [{"name": "Ann",
        "emails": [{"email": "ann@acme.com", "type": "office"}], "custom.cf_user": "u1"}]}
        """#
      ]),
    ContactAndLeadCase(
      "the company's lead and a person under another one's: a second contact is added",
      given: [company, other, ann("lead_o")], record,
      writes: [
        #"""
        POST contact/ {"lead_id": "lead_a", "name": "Ann",
        "emails": [{"email": "ann@acme.com", "type": "office"}], "custom.cf_user": "u1"}
        """#
      ]),
    ContactAndLeadCase(
      "two people of one address: those under another company's lead are left alone",
      given: [
        other, nameless, ann("lead_o"),
        #"contact cont_b {"lead_id": "lead_n", "emails": [{"email": "ann@acme.com"}]}"#,
      ], #"{"lead_external_id": "7", "contact_email": "ann@acme.com", "contact_title": "CEO"}"#,
      writes: [
        #"PUT contact/cont_b/ {"title": "CEO"}"#, #"PUT lead/lead_n/ {"custom.cf_number": "7"}"#,
      ]),
    ContactAndLeadCase(
      "a person under two leads without a company id: only one of them can be the company's",
      given: [
        nameless, #"lead lead_m {"name": "M"}"#, ann("lead_n", #", "date_created": "2026-01-02T00:00:00Z""#),
        #"""
        contact cont_b {"lead_id": "lead_m", "emails": [{"email": "ann@acme.com"}],
        "date_created": "2026-01-01T00:00:00Z"}
        """#,
      ], #"{"lead_external_id": "7", "contact_email": "ann@acme.com"}"#,
      writes: [#"PUT lead/lead_m/ {"custom.cf_number": "7"}"#]),
    ContactAndLeadCase(
      "the people of one address, and each of their leads once, without a company id",
      given: [
        nameless, other, ann("lead_n"),
        #"contact cont_b {"lead_id": "lead_n", "emails": [{"email": "ann@acme.com"}]}"#,
        #"contact cont_c {"lead_id": "lead_o", "emails": [{"email": "ann@acme.com"}]}"#,
      ], #"{"contact_email": "ann@acme.com", "lead_description": "Big"}"#,
      writes: [#"PUT lead/lead_n/ {"description": "Big"}"#, #"PUT lead/lead_o/ {"description": "Big"}"#]),
  ]

  static let without: [ContactAndLeadCase] = [
    ContactAndLeadCase(
      "nothing to know anybody by", #"{"lead_name": "Acme", "contact_name": "Ann"}"#,
      refusal: "there is nothing to know the person or company by"),
    ContactAndLeadCase(
      "nothing by an empty e-mail", #"{"contact_email": "  ", "lead_external_id": null}"#,
      refusal: "there is nothing to know the person or company by"),
    ContactAndLeadCase(
      "nothing by ids when no settings tell where they are", knowsIDs: false,
      #"{"lead_external_id": "7", "contact_external_id": "u1"}"#,
      refusal: "there is nothing to know the person or company by"),
    ContactAndLeadCase(
      "the person by e-mail only, without the settings for ids", given: [company, ann("lead_a")],
      knowsIDs: false,
      #"{"lead_external_id": "9", "contact_external_id": "u1", "contact_email": "ann@acme.com"}"#),
    ContactAndLeadCase(
      "nobody by e-mail, without the settings for ids: the ids are not written", knowsIDs: false, record,
      writes: [
        #"""
        POST lead/ {"name": "Acme", "contacts": [{"name": "Ann",
        "emails": [{"email": "ann@acme.com", "type": "office"}]}]}
        """#
      ]),
  ]

  @Test("by the company", arguments: byCompany)
  func foundByCompany(_ row: ContactAndLeadCase) async throws { try await row.check() }

  @Test("by the person", arguments: byPerson)
  func foundByPerson(_ row: ContactAndLeadCase) async throws { try await row.check() }

  @Test("without ids", arguments: without)
  func withoutIDs(_ row: ContactAndLeadCase) async throws { try await row.check() }
}
