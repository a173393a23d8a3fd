import Testing

@testable import TargetClose

@Suite("contact_and_lead writes")
struct ContactAndLeadFieldTests {
  static let company = ContactAndLeadFindingTests.company
  static let full = #"""
    contact cont_a {"lead_id": "lead_a", "name": "Ann", "title": "CEO",
     "emails": [{"email": "ann@acme.com", "type": "home"}], "phones": [{"phone": "+14155550100", "type": "mobile"}],
     "urls": [{"url": "https://acme.com", "type": "url"}]}
    """#

  /// A record about Ann of the company.
  static func ann(_ members: String) -> String { #"{"contact_email": "ann@acme.com", \#(members)}"# }

  static let lists: [ContactAndLeadCase] = [
    ContactAndLeadCase(
      "no e-mail that is there in another case", given: [company, full],
      #"{"contact_email": "ANN@acme.com"}"#),
    ContactAndLeadCase(
      "a new e-mail behind the others",
      given: [
        company,
        #"""
        contact cont_a {"lead_id": "lead_a", "custom.cf_user": "u1",
        "emails": [{"email": "ann@acme.com", "type": "home", "is_unsubscribed": false}]}
        """#,
      ], #"{"contact_external_id": "u1", "contact_email": "new@acme.com"}"#,
      writes: [
        #"""
        PUT contact/cont_a/ {"emails": [{"email": "ann@acme.com", "type": "home"},
        {"email": "new@acme.com", "type": "office"}]}
        """#
      ]),
    ContactAndLeadCase(
      "no telephone number that is there in another form", given: [company, full],
      ann(#""contact_phone": "(415) 555-0100""#)),
    ContactAndLeadCase(
      "a new telephone number behind the others", given: [company, full],
      ann(#""contact_phone": "+1 415 555 0199""#),
      writes: [
        #"""
        PUT contact/cont_a/ {"phones": [{"phone": "+14155550100", "type": "mobile"},
        {"phone": "+1 415 555 0199", "type": "office"}]}
        """#
      ]),
    ContactAndLeadCase(
      "no URL that is there with a scheme", given: [company, full], ann(#""contact_url": "ACME.com/""#)),
    ContactAndLeadCase(
      "a new URL behind the others", given: [company, full], ann(#""contact_url": "acme.org""#),
      writes: [
        #"PUT contact/cont_a/ {"urls": [{"url": "https://acme.com", "type": "url"}, {"url": "acme.org", "type": "url"}]}"#
      ]),
    ContactAndLeadCase(
      "e-mail, telephone number and URL of a new person", given: [company],
      ann(#""lead_external_id": "7", "contact_phone": "+14155550100", "contact_url": "acme.com""#),
      writes: [
        #"""
        POST contact/ {"lead_id": "lead_a", "emails": [{"email": "ann@acme.com", "type": "office"}],
        "phones": [{"phone": "+14155550100", "type": "office"}], "urls": [{"url": "acme.com", "type": "url"}]}
        """#
      ]),
  ]

  static let values: [ContactAndLeadCase] = [
    ContactAndLeadCase(
      "a new title", given: [company, full], ann(#""contact_title": "CTO""#),
      writes: [#"PUT contact/cont_a/ {"title": "CTO"}"#]),
    ContactAndLeadCase(
      "a status by its id", ann(#""lead_status_id": "stat_hot""#),
      writes: [
        #"POST lead/ {"status_id": "stat_hot", "contacts": [{"emails": [{"email": "ann@acme.com", "type": "office"}]}]}"#
      ]),
    ContactAndLeadCase(
      "a status by its name", given: [company, full], ann(#""lead_status_id": "Hot""#),
      writes: [#"PUT lead/lead_a/ {"status_id": "stat_hot"}"#]),
    ContactAndLeadCase(
      "no record with a status nobody knows", ann(#""lead_status_id": "Lukewarm""#),
      refusal: #"there is no lead status "Lukewarm"; there are New, Hot"#),
    ContactAndLeadCase(
      "custom fields of the lead by id and by name", given: [company, full],
      ann(#""lead_custom_fields": {"cf_since": "2026-01-02", "Size": "12"}"#),
      writes: [#"PUT lead/lead_a/ {"custom.cf_since": "2026-01-02", "custom.cf_size": 12}"#]),
    ContactAndLeadCase(
      "custom fields of the contact", given: [company, full],
      ann(#""contact_custom_fields": {"cf_role": "Buyer"}"#),
      writes: [#"PUT contact/cont_a/ {"custom.cf_role": "Buyer"}"#]),
    ContactAndLeadCase(
      "a custom field with `custom.` before its id", given: [company, full],
      ann(#""contact_custom_fields": {"custom.cf_role": "Buyer"}"#),
      writes: [#"PUT contact/cont_a/ {"custom.cf_role": "Buyer"}"#]),
    ContactAndLeadCase(
      "several values of a custom field", given: [company, full],
      ann(#""lead_custom_fields": {"Tags": ["a", "b"]}"#),
      writes: [#"PUT lead/lead_a/ {"custom.cf_tags": ["a", "b"]}"#]),
    ContactAndLeadCase(
      "a user by name", given: [company, full], ann(#""lead_custom_fields": {"Owner": "Bob Jones"}"#),
      writes: [#"PUT lead/lead_a/ {"custom.cf_owner": "user_bob"}"#]),
    ContactAndLeadCase(
      "nothing into a custom field whose id nobody knows", given: [company, full],
      ann(#""lead_custom_fields": {"cf_gone": "x"}"#)),
    ContactAndLeadCase(
      "no record with a custom field whose name nobody knows",
      ann(#""lead_custom_fields": {"Colour": "x"}"#), refusal: #"there is no lead custom field "Colour""#),
    ContactAndLeadCase(
      "no custom field of the lead into the contact",
      ann(#""contact_custom_fields": {"Size": 1}"#), refusal: #"there is no contact custom field "Size""#),
  ]

  static let nothing: [ContactAndLeadCase] = [
    ContactAndLeadCase(
      "nothing for nulls", given: [company, full],
      ann(
        #""contact_title": null, "contact_name": null, "lead_name": null, "lead_custom_fields": null, "contact_phone": null"#
      )),
    ContactAndLeadCase(
      "nothing for a form left blank", given: [company, full],
      ann(
        #""contact_title": "", "contact_name": " ", "lead_name": "", "lead_status_id": "", "contact_phone": "", "contact_url": "", "lead_custom_fields": {"cf_size": "", "Tags": "", "cf_number": ""}"#
      )),
    ContactAndLeadCase(
      "an empty title for null, when nulls clear", given: [company, full], settings: #"{"nulls": "clear"}"#,
      ann(#""contact_title": null"#), writes: [#"PUT contact/cont_a/ {"title": null}"#]),
    ContactAndLeadCase(
      "no empty list for null, even when nulls clear", given: [company, full],
      settings: #"{"nulls": "clear"}"#, ann(#""contact_phone": null, "contact_url": null"#)),
    ContactAndLeadCase(
      "fields under other names and constants", given: [company, full],
      settings:
        #"{"fields": {"mail": "contact_email", "job": "contact_title"}, "constants": {"lead_description": "Web"}}"#,
      #"{"mail": "ann@acme.com", "job": "CTO"}"#,
      writes: [#"PUT contact/cont_a/ {"title": "CTO"}"#, #"PUT lead/lead_a/ {"description": "Web"}"#]),
    ContactAndLeadCase(
      "nothing of fields that are excluded", given: [company, full],
      settings: #"{"exclude": ["contact_title"]}"#, ann(#""contact_title": "CTO""#)),
  ]

  @Test("lists by adding to them", arguments: lists)
  func addedLists(_ row: ContactAndLeadCase) async throws { try await row.check() }

  @Test("values", arguments: values)
  func writtenValues(_ row: ContactAndLeadCase) async throws { try await row.check() }

  @Test("and leaves out", arguments: nothing)
  func leftOut(_ row: ContactAndLeadCase) async throws { try await row.check() }
}
