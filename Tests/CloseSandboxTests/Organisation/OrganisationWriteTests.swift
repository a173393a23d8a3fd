import CloseSandbox
import JSONBytes
import Testing

@Suite("Writing opportunities and tasks")
struct OrganisationDealWriteTests {
  private func statuses(_ fixture: Fixture) throws -> [JSONValue] {
    try fixture.get("status/opportunity/").data
  }

  @Test("an opportunity without a lead makes one without a name")
  func withoutLead() throws {
    let fixture = try Fixture(leads: 1)
    let deal = try fixture.send(
      "POST", "opportunity/", ["value": 8900, "value_period": "monthly", "confidence": 50])
    #expect(deal.status == 200)
    #expect(try fixture.get("lead/\(deal["lead_id"]?.string ?? "")/")["display_name"] == "Untitled")
    #expect(deal["status_label"] == "Demo Scheduled" && deal["pipeline_name"] == "Sales")
    #expect(deal["annualized_value"] == 106_800 && deal["expected_value"] == 4450)
    #expect(deal["annualized_expected_value"] == 53_400)
    #expect(deal["value_formatted"] == "$89 monthly")
    #expect(deal["user_id"]?.string == fixture.caller.userID)
  }

  @Test("a status or a pipeline chooses the other, and they must fit")
  func pipelines() throws {
    let fixture = try Fixture(leads: 1)
    let renewals = try #require(fixture.get("pipeline/").data.first { $0["name"] == "Renewals" })
    let pipeline = try #require(renewals["id"])
    #expect(try fixture.send("POST", "opportunity/", ["pipeline_id": pipeline])["status_label"] == "Due")
    let byLabel = try fixture.send("POST", "opportunity/", ["pipeline_id": pipeline, "status": "Lost"])
    #expect(byLabel["status_id"] == renewals["statuses"]?.array?.last?["id"])
    #expect(byLabel["date_lost"]?.string != nil)
    let other = try #require(statuses(fixture).first { $0["pipeline_id"] != pipeline }?["id"])
    let misfit = try fixture.send("POST", "opportunity/", ["pipeline_id": pipeline, "status_id": other])
    #expect(misfit["field-errors"]?.object?.keys == ["status_id"])
  }

  @Test("winning sets the day where the caller is, once, and an activity tells of it")
  func winning() throws {
    var fixture = try Fixture(leads: 1)
    fixture.now = try #require(Timestamp("2024-06-01T02:00:00Z"))
    let deal = try fixture.send("POST", "opportunity/", ["note": "big & <bold>"])
    #expect(deal["note_html"] == "<body><p>big &amp; &lt;bold&gt;</p></body>")
    let path = "opportunity/\(deal["id"]?.string ?? "")/"
    let all = try statuses(fixture)
    let won = try #require(all.first { $0["type"] == "won" }?["id"])
    let active = try #require(all.first { $0["type"] == "active" }?["id"])
    let after = try fixture.send("PUT", path, ["status_id": won], headers: ["x-tz-offset": "-5"])
    #expect(after["date_won"] == "2024-05-31")
    #expect(after["status_type"] == "won")
    let lead = deal["lead_id"]?.string ?? ""
    let changes = try fixture.get("activity/status_change/opportunity/?lead_id=\(lead)").data
    let change = try #require(changes.first)
    #expect(change["new_status_type"] == "won" && change["opportunity_id"] == deal["id"])
    #expect(change["opportunity_date_won"] == "2024-05-31T00:00:00+00:00")
    #expect(try fixture.send("PUT", path, ["status_id": active])["date_won"] == "2024-05-31")
    #expect(
      try fixture.send("PUT", path, ["status_id": won, "date_won": "2020-01-01"])["date_won"] == "2020-01-01")
    #expect(
      try fixture.send("PUT", path, ["lead_id": "lead_x", "pipeline_id": "pipe_x"]).status == 200,
      "they are dropped")
  }

  @Test("tasks are of two types, and complete with an activity")
  func tasks() throws {
    let fixture = try Fixture(leads: 3)
    let lead = try #require(fixture.get("lead/").data.first { $0["contacts"]?.array?.isEmpty == false })
    let id = try #require(lead["id"])
    #expect(
      try fixture.send("POST", "task/", ["lead_id": id])["field-errors"] == [
        "text": "This field is required."
      ])
    #expect(
      try fixture.send("POST", "task/", ["lead_id": id, "_type": "missed_call"])["field-errors"] == [
        "_type": "Not a valid choice."
      ])
    let call = try fixture.send(
      "POST", "task/",
      ["_type": "outgoing_call", "lead_id": id, "contact_id": lead["contact_ids"]?.array?.first ?? nil])
    #expect(call.status == 200 && call["id"]?.string?.hasPrefix("task_") == true)
    let task = try fixture.send("POST", "task/", ["lead_id": id, "text": "write", "due_date": "2024-06-02"])
    #expect(task["date"] == "2024-06-02" && task["view"] == "future" && task["is_complete"] == false)
    let path = "task/\(task["id"]?.string ?? "")/"
    #expect(
      try fixture.send("PUT", path, ["date": "2024-05-31T09:00:00Z"])["date"] == "2024-05-31T09:00:00+00:00")
    let done = try fixture.send("PUT", path, ["is_complete": true])
    #expect(done["view"] == "archive")
    let completed = try fixture.get("activity/task_completed/?lead_id=\(id.string ?? "")").data.filter {
      $0["task_id"] == task["id"]
    }
    #expect(completed.count == 1 && completed.first?["task_text"] == "write")
    let event = try #require(fixture.get("event/?object_type=task.lead&action=completed").data.first)
    #expect(event["object_id"] == task["id"])
    #expect(
      try fixture.send("PUT", path, ["_type": "outgoing_call"])["field-errors"] == [
        "_type": "Value cannot be changed."
      ])
  }

  @Test("many tasks are changed at once by the filters of a list")
  func bulkTasks() throws {
    let fixture = try Fixture(leads: 10)
    let open = try fixture.all("task/?is_complete=false")
    let ids = open.prefix(3).compactMap { $0["id"]?.string }
    let answer = try fixture.send(
      "PUT", "task/", ["_params": ["id__in": .string(ids.joined(separator: ","))], "is_complete": true])
    #expect(answer.body == ["ok": true])
    #expect(try fixture.all("task/?is_complete=false").count == open.count - 3)
    let tooMany = try Fixture(leads: 0)
    try tooMany.organisation.edit { world in
      let lead = try world.create("lead", ["name": "L"], at: fixture.now)
      for _ in 0..<1001 {
        try world.create("task", ["lead_id": .string(lead), "text": "t"], at: fixture.now)
      }
    }
    let refused = try tooMany.send("PUT", "task/", ["is_complete": true])
    #expect(refused.status == 400)
    #expect(refused["errors"] == ["It's not allowed to update more than 1000 objects at once"])
  }
}

@Suite("Writing activities")
struct OrganisationActivityWriteTests {
  let fixture: Fixture
  let lead: JSONValue
  let contact: JSONValue

  init() throws {
    fixture = try Fixture(leads: 1)
    let made = try fixture.send("POST", "lead/", ["name": "Acme", "contacts": [["name": "Ada"]]])
    lead = made["id"] ?? nil
    contact = made["contact_ids"]?.array?.first ?? nil
  }

  @Test("notes keep text and HTML in step; HTML wins")
  func notes() throws {
    let note = try fixture.send("POST", "activity/note/", ["lead_id": lead, "note": "a\nb", "pinned": true])
    #expect(note.status == 200)
    #expect(note["note_html"] == "<body><p>a</p><p>b</p></body>")
    #expect(
      note["pinned_at"]?.string != nil && note["_type"] == "Note"
        && note["activity_at"] == note["date_created"])
    let path = "activity/note/\(note["id"]?.string ?? "")/"
    let after = try fixture.send(
      "PUT", path, ["note": "ignored", "note_html": "<body><p>x &amp; y</p></body>"])
    #expect(after["note"] == "x & y")
    #expect(try fixture.send("PUT", path, ["lead_id": "lead_x"])["lead_id"] == lead, "it cannot move")
    #expect(try fixture.send("DELETE", path).status == 200)
  }

  @Test("calls are logged with numbers in E.164")
  func calls() throws {
    let call = try fixture.send(
      "POST", "activity/call/",
      [
        "contact_id": contact, "phone": "+44 20 7946 0958", "duration": 30, "direction": "inbound",
        "source": "Mine", "activity_at": "2024-01-01T10:00:00Z",
      ])
    #expect(call.status == 200)
    #expect(call["lead_id"] == lead)
    #expect(call["remote_phone"] == "+442079460958" && call["remote_phone_formatted"] == "+44 20 7946 0958")
    #expect(
      call["remote_country_iso"] == "GB" && call["status"] == "completed" && call["source"] == "External")
    #expect(call["activity_at"] == "2024-01-01T10:00:00+00:00" && call["cost"] == "0")
  }

  @Test("e-mails belong to threads; what would have been sent is counted")
  func emails() throws {
    #expect(
      try fixture.send("POST", "activity/email/", ["lead_id": lead])["field-errors"] == [
        "status": "This field is required."
      ])
    #expect(
      try fixture.send("POST", "activity/email/", ["lead_id": lead, "status": "outbox"])["field-errors"] == [
        "sender": "This field is required."
      ])
    let draft = try fixture.send(
      "POST", "activity/email/",
      ["lead_id": lead, "status": "draft", "subject": "Hi", "to": ["a@x.org"], "body_text": "Hello"])
    #expect(draft["body_html"] == "<body><p>Hello</p></body>" && draft["body_preview"] == "Hello")
    let thread = "activity/emailthread/\(draft["thread_id"]?.string ?? "")/"
    #expect(try fixture.get(thread)["n_emails"] == 1)
    #expect(fixture.organisation.sentMessages == 0)
    let path = "activity/email/\(draft["id"]?.string ?? "")/"
    let out = try fixture.send("PUT", path, ["status": "outbox", "sender": "Me <me@x.org>"])
    #expect(out["status"] == "outbox")
    #expect(fixture.organisation.sentMessages == 1)
    #expect(
      try fixture.send("PUT", path, ["status": "draft", "subject": "Hi again"])["subject"] == "Hi again")
    let reply = try fixture.send(
      "POST", "activity/email/",
      ["lead_id": lead, "status": "inbox", "sender": "a@x.org", "in_reply_to_id": draft["id"] ?? nil])
    #expect(reply["direction"] == "incoming" && reply["thread_id"] == draft["thread_id"])
    #expect(try fixture.get(thread)["emails"]?.array?.count == 2)
    #expect(try fixture.get(thread)["emails"]?.array?.first?["body_text"] == nil)
    #expect(
      try fixture.send("PUT", "activity/email/\(reply["id"]?.string ?? "")/", ["subject": "no"]).status == 400
    )
    _ = try fixture.send("DELETE", thread)
    #expect(try fixture.get(path).status == 404)
    #expect(fixture.organisation.sentMessages == 1)
  }

  @Test("SMS and WhatsApp messages")
  func messages() throws {
    let sms = try fixture.send(
      "POST", "activity/sms/",
      ["lead_id": lead, "status": "outbox", "remote_phone": "6505550100", "text": "hi"])
    #expect(sms["remote_phone"] == "+16505550100" && sms["direction"] == "outbound")
    #expect(fixture.organisation.sentMessages == 1)
    let incomplete = try fixture.send("POST", "activity/whatsapp_message/", ["lead_id": lead])
    #expect(incomplete["field-errors"]?.object?.keys.contains("external_whatsapp_message_id") == true)
    let message = try fixture.send(
      "POST", "activity/whatsapp_message/",
      [
        "lead_id": lead, "contact_id": contact, "activity_at": "2024-05-01", "direction": "incoming",
        "external_whatsapp_message_id": "w1", "local_phone": "+14155550100", "remote_phone": "+14155550101",
        "message_markdown": "*hi*",
      ])
    #expect(message.status == 200 && message["text"] == "*hi*")
    #expect(try fixture.get("activity/whatsapp_message/?external_whatsapp_message_id=w1").data.count == 1)
  }

  @Test("published custom activities need their required fields, drafts do not")
  func customActivities() throws {
    let type = try #require(fixture.get("custom_activity/").data.first)
    let required = try #require(type["fields"]?.array?.first { $0["required"] == true }?["id"]?.string)
    let body: JSONValue = ["lead_id": lead, "custom_activity_type_id": type["id"] ?? nil]
    let refused = try fixture.send("POST", "activity/custom/", body)
    #expect(refused["field-errors"] == ["custom.\(required)": "This field is required."])
    var draft = body
    draft["status"] = "draft"
    let made = try fixture.send("POST", "activity/custom/", draft)
    #expect(made.status == 200 && made["last_published_at"] == .null)
    let path = "activity/custom/\(made["id"]?.string ?? "")/"
    #expect(try fixture.send("PUT", path, ["status": "published"]).status == 400)
    let published = try fixture.send("PUT", path, ["status": "published", "custom.\(required)": "done"])
    #expect(published["last_published_at"]?.string != nil)
  }

  @Test("logged status changes change no status, and some types cannot be made at all")
  func logs() throws {
    let statuses = try fixture.get("status/lead/").data
    let change = try fixture.send(
      "POST", "activity/status_change/lead/",
      [
        "lead_id": lead, "old_status_id": statuses[0]["id"] ?? nil, "new_status_id": statuses[3]["id"] ?? nil,
        "date_created": "2020-01-01T00:00:00Z",
      ])
    #expect(change["new_status_label"] == "Customer" && change["date_created"] == "2020-01-01T00:00:00+00:00")
    #expect(try fixture.get("lead/\(lead.string ?? "")/")["status_label"] == "Potential")
    for type in ["meeting", "created", "emailthread", "task_completed", "form_submission", "lead_merge"] {
      #expect(try fixture.send("POST", "activity/\(type)/", ["lead_id": lead]).status == 405)
    }
  }
}

@Suite("Writing everything else")
struct OrganisationOtherWriteTests {
  @Test(
    "each family answers with its own status",
    arguments: [
      ("lead", ["name": "x"], 200, 200),
      (
        "saved_search", ["name": "v", "s_query": ["query": ["type": "object_type", "object_type": "lead"]]],
        200, 200
      ),
      ("email_template", ["name": "t"], 200, 200),
      ("integration_link", ["name": "l", "url": "https://x.org", "type": "lead"], 200, 200),
      ("status/lead", ["label": "New"], 200, 200),
      ("sequence", ["name": "s", "steps": [["step_type": "call"]]], 200, 200),
      ("pipeline", ["name": "p"], 201, 204), ("group", ["name": "g"], 201, 204),
      ("sms_template", ["name": "t"], 201, 204),
      ("custom_activity", ["name": "a"], 201, 204),
      ("custom_object_type", ["name": "o", "name_plural": "os"], 201, 204),
      ("playbook", ["name": "p"], 201, 204),
      ("scheduling_link", ["name": "l", "url": "https://x.org"], 201, 204),
      ("blocked_phone_number", ["phone": "+14155550100"], 201, 204),
      (
        "webhook", ["url": "https://x.org", "events": [["object_type": "lead", "action": "created"]]], 201,
        200
      ),
      ("role", ["name": "r"], 201, 200), ("outcome", ["name": "o"], 201, 200),
      ("unsubscribe/email", ["email": "u@x.org"], 201, 200),
    ] as [(String, JSONValue, Int, Int)])
  func statuses(path: String, body: JSONValue, create: Int, delete: Int) throws {
    let fixture = try Fixture(leads: 0)
    let made = try fixture.send("POST", "\(path)/", body)
    #expect(made.status == create, "\(made.body.compact)")
    let id = try #require((made["id"] ?? made["email"])?.string)
    let location = made.headers.first { $0.name == "Location" }?.value
    #expect(location == (create == 201 ? "/api/v1/\(path)/\(id)/" : nil))
    let gone = try fixture.send("DELETE", "\(path)/\(id)/")
    #expect(gone.status == delete)
    #expect(gone.bytes.isEmpty == (delete == 204))
    #expect(try fixture.send("DELETE", "\(path)/\(id)/").status == 404)
  }

  @Test("renamed statuses show everywhere; used ones cannot go")
  func statusSettings() throws {
    let fixture = try Fixture(leads: 5)
    let lead = try #require(fixture.get("lead/").data.first)
    let status = lead["status_id"]?.string ?? ""
    _ = try fixture.send("PUT", "status/lead/\(status)/", ["label": "Renamed"])
    let after = try fixture.get("lead/\(lead["id"]?.string ?? "")/")
    #expect(after["status_label"] == "Renamed" && after["date_updated"] == lead["date_updated"])
    #expect(try fixture.send("DELETE", "status/lead/\(status)/").status == 400)
    #expect(try fixture.get("status/lead/\(status)/").status == 405)
    let organisation = "organization/\(fixture.organisation.organizationID)/"
    let ids = try fixture.get("status/lead/").data.compactMap { $0["id"] }
    let reordered = try fixture.send(
      "PUT", organisation, ["name": "New Name", "lead_statuses": .array(ids.reversed().map { ["id": $0] })])
    #expect(reordered["name"] == "New Name")
    #expect(reordered["lead_statuses"]?.array?.compactMap { $0["id"] } == ids.reversed())
    #expect(
      reordered["memberships"]?.array?.count == 5 && reordered["inactive_memberships"]?.array?.count == 1)
  }

  @Test("pipelines take statuses over, and go only when empty")
  func pipelines() throws {
    let fixture = try Fixture(leads: 0)
    let status = try #require(fixture.get("status/opportunity/").data.first?["id"])
    let made = try fixture.send(
      "POST", "pipeline/", ["name": "New", "statuses": [["id": status], ["label": "Fresh", "type": "won"]]])
    #expect(made["statuses"]?.array?.count == 2)
    #expect(made["date_created"]?.string?.hasSuffix("+00:00") == false)
    #expect(try fixture.send("DELETE", "pipeline/\(made["id"]?.string ?? "")/").status == 400)
  }

  @Test("custom objects belong to a lead and have fields of their type")
  func customObjects() throws {
    let fixture = try Fixture(leads: 1)
    let type = try #require(fixture.get("custom_object_type/").data.first)
    let lead = try #require(fixture.get("lead/").ids.first)
    let state = try #require(type["fields"]?.array?.first { $0["name"] == "State" }?["id"]?.string)
    var body: JSONValue = [
      "name": "Main", "lead_id": .string(lead), "custom_object_type_id": type["id"] ?? nil,
    ]
    body["custom.\(state)"] = "Active"
    let made = try fixture.send("POST", "custom_object/", body)
    #expect(made.status == 201 && made["custom.\(state)"] == "Active")
    let path = "custom_object/\(made["id"]?.string ?? "")/"
    #expect(try fixture.send("PUT", path, ["name": "Other"])["name"] == "Other")
    #expect(
      try fixture.send("PUT", path, ["lead_id": "lead_x"])["field-errors"] == [
        "lead_id": "Value cannot be changed."
      ])
    #expect(try fixture.all("custom_object/?lead_id=\(lead)").contains { $0["id"] == made["id"] })
    #expect(try fixture.send("DELETE", path).status == 204)
  }

  @Test("comments make threads, and leave them empty-handed")
  func comments() throws {
    var fixture = try Fixture(leads: 5)
    let note = try #require(fixture.get("activity/note/").data.first?["id"])
    let first = try fixture.send("POST", "comment/", ["object_id": note, "body": "one"])
    #expect(first.status == 201)
    let second = try fixture.send("POST", "comment/", ["object_id": note, "body": "two"])
    #expect(second["thread_id"] == first["thread_id"])
    let thread = first["thread_id"]?.string ?? ""
    #expect(try fixture.get("comment/?thread_id=\(thread)").data.count >= 2)
    #expect(try fixture.get("comment/").status == 400)
    fixture.caller = fixture.organisation.member
    #expect(try fixture.send("PUT", "comment/\(first["id"]?.string ?? "")/", ["body": "mine"]).status == 403)
    fixture.caller = fixture.organisation.admin
    #expect(try fixture.send("DELETE", "comment/\(first["id"]?.string ?? "")/").status == 204)
    #expect(try fixture.get("comment/\(first["id"]?.string ?? "")/")["body"] == "")
  }

  @Test("bulk actions work on what their query finds")
  func bulkActions() throws {
    let fixture = try Fixture(leads: 8)
    let query: JSONValue = ["type": "and", "queries": [["type": "object_type", "object_type": "lead"]]]
    let customer = try #require(fixture.get("status/lead/").data.first { $0["label"] == "Customer" }?["id"])
    let edit = try fixture.send(
      "POST", "bulk_action/edit/", ["s_query": query, "type": "set_lead_status", "lead_status_id": customer])
    #expect(edit["status"] == "done" && edit["n_objects"] == 8)
    #expect(try fixture.get("lead/").data.allSatisfy { $0["status_label"] == "Customer" })
    let event = try #require(fixture.get("event/?object_type=lead&action=updated").data.first)
    #expect(event["meta"]?["bulk_action_id"] == edit["id"])
    let delete = try fixture.send("POST", "bulk_action/delete/", ["s_query": query, "results_limit": 3])
    #expect(delete["n_objects"] == 3)
    #expect(try fixture.get("lead/")["total_results"] == 5)
  }

  @Test("an address that unsubscribes is marked wherever it occurs")
  func unsubscribing() throws {
    let fixture = try Fixture(leads: 1)
    let contact = try fixture.send("POST", "contact/", ["name": "U", "emails": [["email": "u@x.org"]]])
    let path = "contact/\(contact["id"]?.string ?? "")/"
    _ = try fixture.send("POST", "unsubscribe/email/", ["email": "u@x.org"])
    #expect(try fixture.get(path)["emails"]?.array?.first?["is_unsubscribed"] == true)
    _ = try fixture.send("DELETE", "unsubscribe/email/u@x.org/")
    #expect(try fixture.get(path)["emails"]?.array?.first?["is_unsubscribed"] == false)
  }
}
