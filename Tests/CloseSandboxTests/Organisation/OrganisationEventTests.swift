import CloseSandbox
import JSONBytes
import Testing

@Suite("The event log")
struct OrganisationEventTests {
  private func walk(
    _ fixture: Fixture, _ query: String = "", cursor key: String = "cursor_next", from start: String = ""
  ) throws -> [JSONValue] {
    var events: [JSONValue] = []
    var cursor = start
    while true {
      let page = try fixture.get("event/?_cursor=\(cursor)&\(query)")
      try #require(page.status == 200, "\(page.body.compact)")
      events += page.data
      guard let next = page[key]?.string else { return events }
      cursor = next
    }
  }

  private func date(_ event: JSONValue) -> Timestamp {
    event["date_updated"]?.string.flatMap { Timestamp($0) } ?? .earliest
  }

  @Test("the whole log comes newest first, 50 at a time, 30 days back")
  func walkBack() throws {
    var fixture = try Fixture.shared()
    let events = try walk(fixture)
    #expect(events.count > 60)
    #expect(Set(events.compactMap { $0["id"] }).count == events.count)
    #expect(events.map(date) == events.map(date).sorted(by: >))
    #expect(try fixture.get("event/?_limit=500").data.count == 50)
    #expect(try fixture.get("event/?_limit=3&_skip=2").ids == (try fixture.get("event/?_limit=3").ids))
    fixture.now = fixture.now.adding(seconds: 10 * 86_400)
    let fewer = try walk(fixture)
    #expect(fewer.count == events.filter { date($0) >= fixture.now.adding(seconds: -30 * 86_400) }.count)
    #expect(fewer.count < events.count)
  }

  @Test("cursors lead back as well, and keep the bounds they began with")
  func walkForth() throws {
    let fixture = try Fixture.shared()
    let all = try walk(fixture)
    let (newest, oldest) = (date(all[10]), date(all[70]))
    let bounds = "date_updated__gte=\(oldest)&date_updated__lt=\(newest)"
    let page = try fixture.get("event/?_limit=20&\(bounds)")
    #expect(page["cursor_previous"] == .null)
    let second = try fixture.get("event/?_limit=20&_cursor=\(page["cursor_next"]?.string ?? "")")
    #expect(second.data.allSatisfy { date($0) < newest && date($0) >= oldest })
    let back = try fixture.get("event/?_limit=20&_cursor=\(second["cursor_previous"]?.string ?? "")")
    #expect(back.ids == page.ids)
    #expect(try fixture.get("event/?_cursor=nonsense").status == 400)
  }

  @Test(
    "filters come in the combinations Close knows",
    arguments: [
      ("object_type=lead&action=created", 200), ("lead_id=lead_x", 200),
      ("user_id=user_x&object_type=lead", 200),
      ("request_id=req_x", 200), ("object_type=lead", 400), ("action=created", 400),
      ("object_id=lead_x", 400),
      ("lead_id=lead_x&action=created", 400),
    ])
  func combinations(query: String, status: Int) throws {
    #expect(try Fixture.shared().get("event/?\(query)").status == status)
  }

  @Test("an update tells what changed, and what was there before")
  func update() throws {
    let fixture = try Fixture(leads: 3)
    let lead = try #require(fixture.get("lead/").data.first)
    let id = try #require(lead["id"]?.string)
    _ = try fixture.send("PUT", "lead/\(id)/", ["description": "new"])
    let event = try #require(fixture.get("event/?lead_id=\(id)&_limit=1").data.first)
    #expect(event["action"] == "updated")
    #expect(event["object_type"] == "lead")
    #expect(event["changed_fields"]?.array?.contains("description") == true)
    #expect(event["previous_data"]?["description"] == lead["description"])
    #expect(event["previous_data"]?["date_updated"] == lead["date_updated"])
    #expect(event["data"]?["description"] == "new")
    #expect(event["meta"]?["request_method"] == "PUT")
    #expect(event["meta"]?["request_path"]?.string == "/api/v1/lead/\(id)/")
    #expect(event["date_created"]?.string?.hasSuffix("+00:00") == false)
    #expect(event["user_id"]?.string == fixture.caller.userID)
    let single = try fixture.get("event/\(event["id"]?.string ?? "")/")
    #expect(single.body == event)
    #expect(try fixture.get("event/ev_nope/").status == 404)
  }

  @Test("quick changes become one entry, from the oldest state to the newest")
  func consolidation() throws {
    var fixture = try Fixture(leads: 1)
    let id = try #require(fixture.get("lead/").ids.first)
    let before = try fixture.get("lead/\(id)/")["description"]
    let count = try walk(fixture).count
    _ = try fixture.send("PUT", "lead/\(id)/", ["description": "one"])
    let first = try #require(fixture.get("event/?_limit=1").data.first)
    fixture.now = fixture.now.adding(seconds: 5)
    _ = try fixture.send("PUT", "lead/\(id)/", ["description": "two", "url": "example.org/x"])
    let merged = try #require(fixture.get("event/?_limit=1").data.first)
    #expect(merged["id"] == first["id"])
    #expect(merged["date_created"] == first["date_created"])
    #expect(date(merged) > date(first))
    #expect(merged["previous_data"]?["description"] == before)
    #expect(merged["data"]?["description"] == "two")
    #expect(
      merged["changed_fields"] == ["date_updated", "description", "updated_by", "url"]
        || merged["changed_fields"] == ["date_updated", "description", "url"])
    fixture.now = fixture.now.adding(seconds: 60)
    _ = try fixture.send("PUT", "lead/\(id)/", ["description": "three"])
    #expect(try walk(fixture).count == count + 2)
  }

  @Test("a deleted lead takes everything below it along, and the log keeps it all")
  func deletion() throws {
    let fixture = try Fixture(leads: 3)
    let lead = try #require(fixture.get("lead/").data.first { $0["contacts"]?.array?.isEmpty == false })
    let id = try #require(lead["id"]?.string)
    let contact = try #require(lead["contacts"]?.array?.first)
    #expect(try fixture.send("DELETE", "lead/\(id)/").body == [:])
    #expect(try fixture.send("DELETE", "lead/\(id)/").status == 404)
    #expect(try fixture.all("activity/?lead_id=\(id)").isEmpty)
    let events = try walk(fixture, "lead_id=\(id)").filter { $0["action"] == "deleted" }
    let gone = try #require(events.first { $0["object_type"] == "lead" })
    #expect(gone["data"] == .null)
    #expect(gone["previous_data"]?["name"] == lead["name"])
    #expect(
      events.first { $0["object_id"] == contact["id"] }?["previous_data"]?["emails"] == contact["emails"])
    #expect(events.contains { $0["object_type"]?.string?.hasPrefix("activity.") == true })
  }

  @Test("merging moves the members and tells both sides")
  func merge() throws {
    let fixture = try Fixture(leads: 5)
    let leads = try fixture.get("lead/").data
    let (source, destination) = (try #require(leads[0]["id"]?.string), try #require(leads[1]["id"]?.string))
    let members = try [source, destination].map { try fixture.all("contact/?lead_id=\($0)").count }.reduce(
      0, +)
    let answer = try fixture.send(
      "POST", "lead/merge/", ["source": .string(source), "destination": .string(destination)])
    #expect(answer.status == 200)
    #expect(try fixture.get("lead/\(source)/").status == 404)
    #expect(try fixture.all("contact/?lead_id=\(destination)").count == members)
    #expect(try fixture.all("activity/lead_merge/").contains { $0["source_lead_id"]?.string == source })
    let merged = try #require(fixture.get("event/?object_type=lead&action=merged").data.first)
    #expect(merged["object_id"]?.string == destination)
    let deleted = try #require(fixture.get("event/?object_type=lead&object_id=\(source)").data.first)
    for event in [merged, deleted] {
      #expect(event["meta"]?["merge_source_lead_id"]?.string == source)
      #expect(event["meta"]?["merge_destination_lead_id"]?.string == destination)
    }
    #expect(try fixture.send("POST", "lead/merge/", ["source": .string(source)]).status == 400)
  }

  @Test("who is no admin sees the contents for an hour")
  func redaction() throws {
    var fixture = try Fixture(leads: 2)
    fixture.caller = fixture.organisation.member
    let id = try #require(fixture.get("lead/").ids.first)
    _ = try fixture.send("PUT", "lead/\(id)/", ["description": "secret"])
    #expect(try fixture.get("event/?_limit=1").data.first?["data"]?["description"] == "secret")
    fixture.now = fixture.now.adding(seconds: 3600)
    let hidden = try #require(fixture.get("event/?_limit=1").data.first)
    #expect(hidden["data"] == nil && hidden["previous_data"] == nil)
    #expect(hidden["changed_fields"]?.array?.isEmpty == false)
    fixture.caller = fixture.organisation.admin
    #expect(try fixture.get("event/?_limit=1").data.first?["data"]?["description"] == "secret")
  }

  @Test("entries may come to light up to five minutes late")
  func disorder() throws {
    var fixture = try Fixture(leads: 1) { $0.eventDisorder = true }
    fixture.now = fixture.now.adding(seconds: 3600)
    let before = Set(try walk(fixture).compactMap { $0["id"]?.string })
    for index in 0..<20 { _ = try fixture.send("POST", "lead/", ["name": "Lead \(index)"]) }
    let soon = Set(try walk(fixture).compactMap { $0["id"]?.string }).subtracting(before)
    fixture.now = fixture.now.adding(seconds: 300)
    let late = Set(try walk(fixture).compactMap { $0["id"]?.string }).subtracting(before)
    #expect(late.count == 20)
    #expect(soon.count < 20)
  }

  @Test("the log holds created and updated objects as they are, and some that are gone")
  func generatedHistory() throws {
    let fixture = try Fixture(leads: 300) { $0.activitiesPerLead = 2 }
    let events = try walk(fixture)
    let actions = Set(events.compactMap { $0["action"]?.string })
    #expect(actions.isSuperset(of: ["created", "updated", "deleted"]))
    for event in events.prefix(80) where event["action"] == "updated" && event["object_type"] == "lead" {
      let lead = try fixture.get("lead/\(event["object_id"]?.string ?? "")/")
      #expect(event["data"]?["date_updated"] == lead["date_updated"])
    }
    let gone = try #require(events.first { $0["action"] == "deleted" && $0["object_type"] == "lead" })
    #expect(try fixture.get("lead/\(gone["object_id"]?.string ?? "")/").status == 404)
  }
}
