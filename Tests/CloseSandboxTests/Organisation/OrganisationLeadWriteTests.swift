import CloseSandbox
import JSONBytes
import Testing

@Suite("Writing leads and contacts")
struct OrganisationLeadWriteTests {
  @Test("a lead comes with contacts, addresses and defaults, and leaves its traces")
  func createLead() throws {
    let fixture = try Fixture(leads: 1)
    let answer = try fixture.send(
      "POST", "lead/",
      [
        "name": "Acme", "url": "acme.example", "nonsense": 1, "id": "lead_mine", "html_url": "x",
        "addresses": [["city": "Austin", "country": "US"]],
        "contacts": [
          ["name": "Ada", "emails": [["email": "ada@acme.example"]], "phones": [["phone": "(415) 555-0100"]]]
        ],
      ])
    #expect(answer.status == 200)
    let id = try #require(answer["id"]?.string)
    #expect(id.hasPrefix("lead_") && id != "lead_mine")
    #expect(answer["url"] == "http://acme.example")
    #expect(answer["nonsense"] == nil)
    #expect(answer["html_url"]?.string == "https://app.close.com/lead/\(id)/")
    #expect(answer["status_label"] == "Potential")
    #expect(answer["addresses"]?.array?.first?["label"] == "business")
    let contact = try #require(answer["contacts"]?.array?.first)
    #expect(contact["lead_id"]?.string == id)
    #expect(contact["emails"] == [["email": "ada@acme.example", "is_unsubscribed": false, "type": "office"]])
    #expect(
      contact["phones"] == [
        ["country": "US", "phone": "+14155550100", "phone_formatted": "+1 415-555-0100", "type": "office"]
      ])
    #expect(try fixture.get("activity/created/?lead_id=\(id)").data.count == 1)
    #expect(answer["created_by"]?.string == fixture.caller.userID)
    let types = try fixture.get("event/?lead_id=\(id)").data.compactMap { $0["object_type"]?.string }
    #expect(Set(types) == ["lead", "contact"])
  }

  @Test("updates change what they name, and nothing else")
  func partialUpdate() throws {
    var fixture = try Fixture(leads: 2)
    let before = try #require(fixture.get("lead/").data.first { $0["name"]?.string != nil })
    let path = "lead/\(before["id"]?.string ?? "")/"
    fixture.now = fixture.now.adding(seconds: 60)
    let after = try fixture.send("PUT", path, ["description": "only this"])
    #expect(after.status == 200)
    let changed = Set((before.object?.keys ?? []).filter { before[$0] != after[$0] })
    #expect(
      changed.isSubset(of: ["description", "date_updated", "updated_by"]) && changed.contains("description"))
    let same = try fixture.send("PUT", path, ["description": "only this"])
    #expect(same["date_updated"] == after["date_updated"], "what changes nothing leaves the date alone")
    #expect(try fixture.send("PUT", path, ["description": nil])["description"] == .null)
    #expect(try fixture.send("PUT", path, ["addresses": []])["addresses"] == [])
  }

  @Test("the name of a lead without one is its contact's")
  func displayName() throws {
    let fixture = try Fixture(leads: 1)
    let lead = try fixture.send("POST", "lead/", [:])
    #expect(lead["display_name"] == "Untitled")
    let id = try #require(lead["id"])
    let contact = try fixture.send("POST", "contact/", ["lead_id": id, "name": "Bea"])
    let path = "lead/\(id.string ?? "")/"
    #expect(try fixture.get(path)["display_name"] == "Bea")
    _ = try fixture.send("POST", "task/", ["lead_id": id, "text": "call"])
    _ = try fixture.send("PUT", "contact/\(contact["id"]?.string ?? "")/", ["name": "Bea B."])
    #expect(try fixture.get(path)["display_name"] == "Bea B.")
    #expect(try fixture.get(path)["tasks"]?.array?.first?["lead_name"] == "Bea B.")
    #expect(try fixture.send("PUT", path, ["name": "Named"])["display_name"] == "Named")
    #expect(try fixture.send("PUT", path, ["name": nil])["display_name"] == "Bea B.")
  }

  @Test("a status is set by id or by label, and its change is an activity")
  func status() throws {
    let fixture = try Fixture(leads: 1)
    let lead = try fixture.send("POST", "lead/", ["name": "A", "status": "Qualified"])
    #expect(lead["status_label"] == "Qualified")
    let id = lead["id"]?.string ?? ""
    let customer = try #require(fixture.get("status/lead/").data.first { $0["label"] == "Customer" }?["id"])
    #expect(try fixture.send("PUT", "lead/\(id)/", ["status_id": customer])["status_label"] == "Customer")
    let change = try #require(fixture.get("activity/status_change/lead/?lead_id=\(id)").data.first)
    #expect(change["old_status_label"] == "Qualified" && change["new_status_label"] == "Customer")
    #expect(
      try fixture.send("PUT", "lead/\(id)/", ["status": "Nonsense"]).body["field-errors"] == [
        "status": "Not a valid choice."
      ])
    #expect(
      try fixture.send("PUT", "lead/\(id)/", ["status_id": "stat_x"]).body["field-errors"] == [
        "status_id": "Object does not exist."
      ])
  }

  @Test("a contact without a lead makes one of its own name")
  func contactWithoutLead() throws {
    let fixture = try Fixture(leads: 1)
    let contact = try fixture.send("POST", "contact/", ["name": "Solo"])
    #expect(contact.status == 200)
    let lead = try fixture.get("lead/\(contact["lead_id"]?.string ?? "")/")
    #expect(lead["name"] == "Solo")
    #expect(lead["contact_ids"] == [contact["id"] ?? nil])
  }

  @Test("a contact's lists are replaced as a whole, and it can move to another lead")
  func contactUpdate() throws {
    let fixture = try Fixture(leads: 2)
    let contact = try fixture.send(
      "POST", "contact/",
      ["name": "C", "emails": [["email": "a@x.org"], ["email": "b@x.org", "type": "home"]]])
    let path = "contact/\(contact["id"]?.string ?? "")/"
    let after = try fixture.send(
      "PUT", path, ["emails": [["email": "c@x.org"]], "urls": [["url": "x.org/c"]]])
    #expect(after["emails"]?.array?.count == 1)
    #expect(after["urls"] == [["type": "url", "url": "http://x.org/c"]])
    #expect(after["name"] == "C")
    let home = try #require(fixture.get("lead/").ids.last)
    #expect(try fixture.send("PUT", path, ["lead_id": .string(home)])["lead_id"]?.string == home)
    #expect(try fixture.get("lead/\(contact["lead_id"]?.string ?? "")/")["contact_ids"] == [])
    #expect(try fixture.get("lead/\(home)/")["contact_ids"]?.array?.contains(contact["id"] ?? nil) == true)
    #expect(try fixture.send("DELETE", path).body == [:])
    #expect(try fixture.get(path).status == 404)
  }

  @Test(
    "wrong values are refused where they stand",
    arguments: [
      ("lead/", ["name": 5], ["name": "Value must be of str type."]),
      ("lead/", ["url": "no url"], ["url": "Invalid URL."]),
      (
        "lead/", ["contacts": [["emails": [["email": "x"]]]]],
        [
          "contacts": [
            "errors": [
              "0": [
                "field-errors": [
                  "emails": ["errors": ["0": ["field-errors": ["email": "Invalid email address."]]]]
                ]
              ]
            ]
          ]
        ]
      ),
      ("contact/", ["lead_id": "lead_x"], ["lead_id": "Object does not exist."]),
      (
        "contact/", ["emails": [["email": "a@b.org"], ["type": "home"]]],
        ["emails": ["errors": ["1": ["field-errors": ["email": "This field is required."]]]]]
      ),
      (
        "contact/", ["phones": [["phone": "12"]]],
        ["phones": ["errors": ["0": ["field-errors": ["phone": "Invalid phone number."]]]]]
      ),
      (
        "contact/", ["name": .string(String(repeating: "x", count: 1001))],
        ["name": "The value must be no longer than 1000 characters."]
      ),
      (
        "opportunity/", ["confidence": 101, "value": "5"],
        ["confidence": "The value must not be larger than 100.", "value": "Value must be of int type."]
      ),
      ("opportunity/", ["value_period": "weekly"], ["value_period": "Not a valid choice."]),
      ("task/", ["text": "x"], ["lead_id": "This field is required."]),
      ("activity/note/", ["note": "x"], ["lead_id": "This field is required."]),
      (
        "activity/note/", ["lead_id": "lead_x", "activity_at": "soon"],
        ["lead_id": "Object does not exist.", "activity_at": "Invalid ISO 8601 datetime."]
      ),
      ("group/", ["name": "G", "nonsense": 1], ["nonsense": "Unknown field."]),
      ("webhook/", ["url": "https://x.org"], ["events": "This field is required."]),
    ] as [(String, JSONValue, JSONValue)])
  func validation(path: String, body: JSONValue, errors: JSONValue) throws {
    let answer = try Fixture.shared().send("POST", path, body)
    #expect(answer.status == 400)
    #expect(answer["errors"] == [])
    #expect(answer["field-errors"] == errors)
  }

  @Test("bodies must be JSON objects, and say so")
  func bodies() throws {
    let fixture = try Fixture.shared()
    #expect(
      try fixture.send("POST", "lead/", [], headers: ["content-type": "application/json"]).status == 400)
    #expect(try fixture.send("POST", "lead/", [:], headers: ["content-type": "text/plain"]).status == 415)
    #expect(try fixture.send("POST", "lead/").status == 415)
  }

  @Test("history can be brought along, but no date of change")
  func backdating() throws {
    let fixture = try Fixture(leads: 1)
    let user = fixture.organisation.member.userID
    let lead = try fixture.send(
      "POST", "lead/",
      [
        "name": "Old", "date_created": "2015-03-01 10:00:00Z", "date_updated": "2015-03-02",
        "created_by": .string(user),
      ])
    #expect(lead["date_created"] == "2015-03-01T10:00:00+00:00")
    #expect(lead["date_updated"] == "2024-05-31T12:00:00+00:00")
    #expect(lead["created_by"]?.string == user)
  }
}

@Suite("Writing custom fields")
struct OrganisationCustomFieldWriteTests {
  private func field(_ fixture: Fixture, _ name: String, _ type: String = "lead") throws -> String {
    let all = try fixture.get("custom_field_schema/\(type)/")["fields"]?.array ?? []
    return try #require(all.first { $0["name"]?.string == name }?["id"]?.string)
  }

  @Test("values are set by id or by name, unset by null, and absent without one")
  func setting() throws {
    let fixture = try Fixture(leads: 1)
    let (external, users) = (try field(fixture, "External ID"), try field(fixture, "# of users"))
    let lead = try fixture.send(
      "POST", "lead/",
      ["custom.\(external)": "E-1", "custom": ["# of users": 12], "custom.Trial Due": "2024-07-01"])
    let path = "lead/\(lead["id"]?.string ?? "")/"
    #expect(lead["custom.\(external)"] == "E-1")
    #expect(lead["custom.\(users)"] == 12)
    #expect(lead["custom.\(try field(fixture, "Trial Due"))"] == "2024-07-01")
    let cleared = try fixture.send("PUT", path, ["custom.\(external)": .null, "custom.\(users)": ""])
    #expect(cleared["custom.\(external)"] == nil && cleared["custom.\(users)"] == nil)
  }

  @Test("one value at a time is added to and removed from a field of many")
  func addAndRemove() throws {
    let fixture = try Fixture(leads: 1)
    let industry = try field(fixture, "Industry")
    let key = "custom.\(industry)"
    let lead = try fixture.send("POST", "lead/", [key: ["IT", "Cars"]])
    let path = "lead/\(lead["id"]?.string ?? "")/"
    func put(_ suffix: String, _ value: JSONValue) throws -> JSONValue? {
      try fixture.send("PUT", path, [key + suffix: value])[key]
    }
    #expect(try put(".add", "Apparel") == ["IT", "Cars", "Apparel"])
    #expect(try put(".add", "IT") == ["IT", "Cars", "Apparel"])
    #expect(try put(".remove", "Cars") == ["IT", "Apparel"])
    #expect(try put("", ["Cosmetics"]) == ["Cosmetics"])
    #expect(try put(".remove", "Cosmetics") == nil)
    let single = "custom.\(try field(fixture, "External ID")).add"
    #expect(try fixture.send("PUT", path, [single: "x"]).status == 400)
  }

  @Test(
    "values must be of the field's type",
    arguments: [
      ("# of users", "many", "Value must be of float type."),
      ("Trial Due", "soon", "Invalid ISO 8601 datetime."),
      ("Source", "Nowhere", "Not a valid choice."), ("Account Owner", "user_x", "Object does not exist."),
      ("External ID", 5, "Value must be of str type."),
    ] as [(String, JSONValue, JSONValue)])
  func types(name: String, value: JSONValue, message: JSONValue) throws {
    let fixture = try Fixture.shared()
    let key = "custom.\(try field(fixture, name))"
    let answer = try fixture.send("POST", "lead/", [key: value])
    #expect(answer["field-errors"] == [key: message])
  }

  @Test("a field belongs to one kind of object, a shared one to several")
  func owners() throws {
    let fixture = try Fixture(leads: 1)
    let role = "custom.\(try field(fixture, "Role", "contact"))"
    #expect(try fixture.send("POST", "lead/", [role: "CEO"]).status == 400)
    let shared = "custom.\(try field(fixture, "Responsible"))"
    let user = JSONValue.string(fixture.caller.userID)
    for path in ["lead/", "contact/"] {
      #expect(try fixture.send("POST", path, [shared: user])[shared] == user)
    }
    #expect(try !fixture.get("custom_field/lead/").data.contains { $0["name"] == "Responsible" })
  }

  @Test("new fields can be used at once; the values of deleted ones vanish")
  func definitions() throws {
    let fixture = try Fixture(leads: 1)
    let made = try fixture.send("POST", "custom_field/lead/", ["name": "Fresh", "type": "text"])
    #expect(made.status == 200)
    let id = try #require(made["id"]?.string)
    let key = "custom.\(id)"
    let lead = try fixture.send("POST", "lead/", [key: "v"])
    let path = "lead/\(lead["id"]?.string ?? "")/"
    #expect(lead[key] == "v")
    #expect(try fixture.send("DELETE", "custom_field/lead/\(id)/").body == [:])
    #expect(try fixture.get(path)[key] == nil)
    #expect(try fixture.get(path)["date_updated"] == lead["date_updated"])
    #expect(
      try fixture.send("POST", "custom_field/lead/", ["name": "C", "type": "choices"])["field-errors"] == [
        "choices": "This field is required."
      ])
    #expect(
      try fixture.send("POST", "custom_field/activity/", ["name": "C", "type": "text"])["field-errors"] == [
        "custom_activity_type_id": "This field is required."
      ])
    var member = fixture
    member.caller = fixture.organisation.member
    #expect(try member.send("POST", "custom_field/lead/", ["name": "N", "type": "text"]).status == 403)
  }
}
