import CloseSandbox
import JSONBytes
import Testing

@Suite("Reports")
struct OrganisationReportTests {
  let fixture: Fixture

  init() throws { fixture = try Fixture.shared() }

  private func created(_ row: JSONValue) -> Timestamp {
    row["date_created"]?.string.flatMap { Timestamp($0) } ?? .earliest
  }

  @Test("activity is counted per day and per user, and sums up")
  func activity() throws {
    let range: JSONValue = ["start": "2023-01-01T00:00:00Z", "end": "2023-07-01T00:00:00Z"]
    let keys: JSONValue = ["calls.all.all.count", "calls.all.all.sum_duration", "leads.created.all.count"]
    let (start, end) = (try #require(Timestamp("2023-01-01")), try #require(Timestamp("2023-07-01")))
    let calls = try fixture.all("activity/call/").filter { created($0) >= start && created($0) < end }
    for type in ["overview", "comparison"] {
      let report = try fixture.send(
        "POST", "report/activity/", ["type": .string(type), "metrics": keys, "datetime_range": range])
      #expect(report.status == 200)
      let totals = report["aggregations"]?["totals"]
      #expect(totals?["calls.all.all.count"]?.int == calls.count)
      #expect(
        totals?["calls.all.all.sum_duration"]?.int == calls.compactMap { $0["duration"]?.int }.reduce(0, +))
      #expect(report.data.compactMap { $0["calls.all.all.count"]?.int }.reduce(0, +) == calls.count)
      #expect(report.data.count == (type == "overview" ? 181 : 6))
    }
    let day = try fixture.send(
      "POST", "report/activity/", ["type": "overview", "metrics": keys, "relative_range": "last-month"])
    #expect(day.data.count == 30 && day.data.first?["datetime"] == "2024-04-01T00:00:00+00:00")
  }

  @Test("reports come as CSV when asked for")
  func csv() throws {
    let body: JSONValue = [
      "type": "comparison", "metrics": ["calls.all.all.count"], "relative_range": "all-time",
    ]
    let request = SandboxRequest(
      method: "POST", path: "report/activity/",
      headers: ["content-type": "application/json", "accept": "text/csv"],
      body: Array(body.compact.utf8), caller: fixture.caller)
    let response = fixture.organisation.respond(to: request, at: fixture.now)
    let lines = String(decoding: response.body, as: UTF8.self).split(separator: "\r\n")
    #expect(lines.first == "user_id,calls.all.all.count" && lines.count == 7)
    #expect(response.headers.contains { $0.name == "Content-Type" && $0.value == "text/csv" })
  }

  @Test(
    "what is missing is named",
    arguments: [
      (["type": "overview", "relative_range": "today"], ["metrics": "This field is required."]),
      (
        ["metrics": ["leads.created.all.count"], "relative_range": "today"],
        ["type": "This field is required."]
      ),
      (
        ["type": "overview", "metrics": ["nonsense"], "relative_range": "today"],
        ["metrics": "Not a valid choice."]
      ),
      (
        ["type": "overview", "metrics": ["leads.created.all.count"]],
        ["datetime_range": "This field is required."]
      ),
    ] as [(JSONValue, JSONValue)])
  func problems(body: JSONValue, errors: JSONValue) throws {
    let answer = try fixture.send("POST", "report/activity/", body)
    #expect(answer.status == 400 && answer["field-errors"] == errors)
  }

  @Test("every metric that is listed can be asked for")
  func metrics() throws {
    let keys = try #require(
      fixture.get("report/activity/metrics/")["metrics"]?.array?.compactMap { $0["key"] })
    let report = try fixture.send(
      "POST", "report/activity/",
      ["type": "comparison", "metrics": .array(keys), "relative_range": "this-year"])
    #expect(report["aggregations"]?["totals"]?.object?.count == keys.count)
  }

  @Test(
    "statuses at the end are those of now; what is gained and lost makes the change",
    arguments: ["lead", "opportunity"])
  func statuses(kind: String) throws {
    let id = fixture.organisation.organizationID
    let report = try fixture.get("report/statuses/\(kind)/\(id)/?date_start=2024-01-01")
    let objects = try fixture.all("\(kind)/")
    let rows = try #require(report["status_overview"]?.array)
    #expect(rows.compactMap { $0["ended"]?.int }.reduce(0, +) == objects.count)
    for row in rows {
      #expect(row["ended"]?.int == objects.filter { $0["status_id"] == row["status_id"] }.count)
      #expect((row["gained"]?.int ?? 0) - (row["lost"]?.int ?? 0) == row["change"]?.int)
    }
    let new = try #require(report["status_transitions"]?.array?.filter { $0["from_status_id"] == .null })
    let start = try #require(Timestamp("2024-01-01"))
    #expect(new.compactMap { $0["count"]?.int }.reduce(0, +) == objects.filter { created($0) >= start }.count)
    #expect(try fixture.get("report/statuses/\(kind)/orga_x/").status == 404)
  }

  @Test("sent e-mails are counted by template")
  func sentEmails() throws {
    let report = try fixture.get("report/sent_emails/\(fixture.organisation.organizationID)/")
    let sent = try fixture.all("activity/email/").filter { $0["status"] == "sent" }
    let rows = try #require(report["sent_email_stats"]?.array)
    #expect(rows.first?["total"]?.int == sent.count && rows.first?["template_id"] == .null)
    #expect(
      rows.dropFirst().compactMap { $0["total"]?.int }.reduce(0, +)
        == sent.filter { $0["template_id"] != .null }.count)
  }

  @Test("funnels count who came how far")
  func funnels() throws {
    let pipeline = try #require(fixture.get("pipeline/").data.first?["id"])
    let body: JSONValue = ["pipeline": pipeline, "type": "created-cohort"]
    let deals = try fixture.all("opportunity/").filter { $0["pipeline_id"] == pipeline }
    let totals = try fixture.send("POST", "report/funnel/opportunity/totals/", body)
    #expect(totals["aggregations"]?["count"]?.int == deals.count)
    #expect(
      totals["aggregations"]?["count_total_won"]?.int == deals.filter { $0["status_type"] == "won" }.count)
    #expect(totals.data.compactMap { $0["count"]?.int }.reduce(0, +) == deals.count)
    let stages = try fixture.send("POST", "report/funnel/opportunity/stages/", body)
    let rows = try #require(stages["aggregations"]?["stages"]?.array)
    #expect(rows.count == 4 && rows.last?["status"]?["type"] == "won")
    #expect(rows.last?["count"]?.int == deals.filter { $0["status_type"] == "won" }.count)
    #expect(
      try fixture.send("POST", "report/funnel/opportunity/totals/", ["type": "created-cohort"]).status == 400)
  }
}

@Suite("Settings with paths of their own")
struct OrganisationSetupTests {
  @Test("the order of custom fields, shared fields and where they belong")
  func fields() throws {
    let fixture = try Fixture(leads: 0)
    let before = try #require(
      fixture.get("custom_field_schema/contact/")["fields"]?.array?.compactMap { $0["id"] })
    let reversed = JSONValue.array(before.reversed().map { ["id": $0] })
    let after = try fixture.send("PUT", "custom_field_schema/contact/", ["fields": reversed])
    #expect(after["fields"]?.array?.compactMap { $0["id"] } == before.reversed())
    let shared = try #require(
      fixture.get("custom_field/shared/").data.first { $0["name"] == "Region" }?["id"]?.string)
    let path = "custom_field/shared/\(shared)/association/"
    #expect(try fixture.send("POST", path, ["object_type": "contact"]).status == 201)
    #expect(try fixture.get("custom_field_schema/contact/")["fields"]?.array?.count == before.count + 1)
    #expect(try fixture.send("PUT", "\(path)contact/", ["required": true])["required"] == true)
    #expect(try fixture.get("\(path)contact/")["required"] == true)
    #expect(try fixture.send("DELETE", "\(path)contact/").status == 204)
    #expect(try fixture.get("\(path)contact/").status == 404)
  }

  @Test("members of groups, archived playbooks, pinned views, blocked numbers, exports")
  func others() throws {
    let fixture = try Fixture(leads: 2)
    let group = try #require(fixture.get("group/").data.last?["id"]?.string)
    #expect(try fixture.get("group/").data.allSatisfy { $0["members"] == nil })
    let user = fixture.organisation.admin.userID
    #expect(try fixture.send("POST", "group/\(group)/member/", ["user_id": .string(user)]).status == 201)
    #expect(
      try fixture.get("group/\(group)/")["members"]?.array?.contains(["user_id": .string(user)]) == true)
    #expect(try fixture.send("DELETE", "group/\(group)/member/\(user)/").status == 204)
    let playbook = try #require(fixture.get("playbook/").ids.first)
    #expect(try fixture.send("POST", "playbook/\(playbook)/archive/")["archived_at"]?.string != nil)
    #expect(try fixture.get("playbook/?is_archived=false").data.isEmpty)
    #expect(try fixture.send("POST", "playbook/\(playbook)/unarchive/")["archived_at"] == .null)
    let membership = try #require(fixture.get("me/")["memberships"]?.array?.first?["id"]?.string)
    #expect(
      try fixture.send("PUT", "membership/\(membership)/pinned_views/", ["saved_view_ids": ["save_x"]]).status
        == 200)
    #expect(try fixture.get("membership/\(membership)/pinned_views/")["saved_view_ids"] == ["save_x"])
    #expect(
      try fixture.send(
        "PUT", "membership/", ["_params": ["id__in": .string(membership)], "auto_record_calls": "enabled"]
      ).body == ["count": 1])
    #expect(
      try fixture.send("PUT", "blocked_phone_number/settings/", ["reject_anonymous_inbound_calls": true])
        .status == 200)
    #expect(try fixture.get("blocked_phone_number/settings/")["reject_anonymous_inbound_calls"] == true)
    let export = try fixture.send("POST", "export/lead/", ["format": "json", "type": "leads"])
    #expect(export["status"] == "done" && export["n_docs"] == 2)
    #expect(try fixture.get("export/\(export["id"]?.string ?? "")/")["id"] == export["id"])
    #expect(
      try fixture.get("organization/\(fixture.organisation.organizationID)/").body.object?.keys.contains(
        "blocked_number_settings") == false)
    #expect(try fixture.send("POST", "membership/", ["email": "x@y.org"]).status == 403)
  }

  @Test("templates are filled in")
  func templates() throws {
    let fixture = try Fixture(leads: 0)
    let template = try fixture.send(
      "POST", "email_template/",
      [
        "name": "t", "subject": "For {{ lead.display_name }}",
        "body": "Hi {{contact.first_name}}, {{nonsense}}!",
      ])
    let contact = try fixture.send(
      "POST", "contact/", ["name": "Ada Byron", "emails": [["email": "ada@x.org"]]])
    let text = try fixture.get(
      "email_template/\(template["id"]?.string ?? "")/render/?contact_id=\(contact["id"]?.string ?? "")")
    #expect(text["subject"] == "For Ada Byron" && text["body"] == "Hi Ada, !" && text["email"] == "ada@x.org")
  }

  @Test("every list of the table answers")
  func everyList() throws {
    let fixture = try Fixture.shared()
    let contact = try #require(fixture.get("contact/").data.first)
    let (lead, id) = (contact["lead_id"]?.string ?? "", contact["id"]?.string ?? "")
    for path in fixture.organisation.edit({ $0.counts }).keys.sorted() where path != "event" {
      let answer = try fixture.get("\(path)/?lead_id=\(lead)&object_id=\(id)&_fields=id")
      // Memberships are told by the organisation only.
      #expect(answer.status == (path == "membership" ? 405 : 200), "\(path) \(answer.body.compact)")
    }
  }
}
