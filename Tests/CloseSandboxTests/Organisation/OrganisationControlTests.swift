import CloseSandbox
import Foundation
import JSONBytes
import Testing

@Suite("Changes from outside the API")
struct OrganisationControlTests {
  @Test("tests choose dates to the microsecond")
  func exactDates() throws {
    let fixture = try Fixture(leads: 1)
    let (created, updated) = ("2020-02-02T02:02:02.123456+00:00", "2021-01-01T00:00:00.000001+00:00")
    let id = try fixture.organisation.edit { world in
      try world.create(
        "lead", ["name": "Exact", "date_created": .string(created), "date_updated": .string(updated)],
        at: fixture.now)
    }
    let lead = try fixture.get("lead/\(id)/")
    #expect(lead["date_created"]?.string == created && lead["date_updated"]?.string == updated)
    #expect(lead["status_label"] == "Potential")
    let later = fixture.now.adding(microseconds: 7)
    try fixture.organisation.edit { world in try world.touch(id, at: later) }
    #expect(try fixture.get("lead/\(id)/")["date_updated"]?.string == "2024-05-31T12:00:00.000007+00:00")
    try fixture.organisation.edit { world in
      try world.update(id, ["date_updated": "2022-01-01", "name": "Back"], at: later)
    }
    #expect(try fixture.get("lead/\(id)/")["date_updated"] == "2022-01-01T00:00:00+00:00")
    #expect(
      try fixture.get("lead/?query=sort:date_updated date_updated>=2022-01-01 date_updated<=2022-01-01").ids
        .contains(id))
  }

  @Test("objects of any kind are made, found, counted and deleted")
  func anyKind() throws {
    let fixture = try Fixture(leads: 2)
    let before = fixture.organisation.edit { $0.counts }
    let (lead, note) = try fixture.organisation.edit { world in
      let lead = try world.create("lead", ["name": "L"], at: fixture.now)
      let note = try world.create("activity/note", ["lead_id": .string(lead), "note": "n"], at: fixture.now)
      return (lead, note)
    }
    let (ids, object) = fixture.organisation.edit { ($0.ids(of: "activity/note"), $0.object(note)) }
    #expect(ids.contains(note) && object?["note"] == "n" && object?["_type"] == "Note")
    #expect(try fixture.get("activity/note/\(note)/")["user_name"]?.string?.isEmpty == false)
    let after = fixture.organisation.edit { $0.counts }
    #expect(
      after["lead"] == (before["lead"] ?? 0) + 1
        && after["activity/note"] == (before["activity/note"] ?? 0) + 1)
    #expect(after["event"] == (before["event"] ?? 0) + 2)
    try fixture.organisation.edit { world in try world.delete(lead, at: fixture.now) }
    #expect(try fixture.get("activity/note/\(note)/").status == 404)
    #expect(throws: SandboxError.self) {
      try fixture.organisation.edit { world in try world.delete(lead, at: fixture.now) }
    }
    #expect(throws: SandboxError.self) {
      try fixture.organisation.edit { world in _ = try world.create("nonsense", [:], at: fixture.now) }
    }
  }

  @Test("a day's work leaves believable traces")
  func busyDay() throws {
    var fixture = try Fixture(leads: 30)
    fixture.now = fixture.now.adding(seconds: 3600)
    let answer = try #require(
      fixture.organisation.control(
        path: "edit", body: ["creates": 4, "edits": 20, "deletes": 3], at: fixture.now))
    #expect(answer.status == 200)
    let body = try JSONValue(parsing: answer.body)
    #expect(body["created"] == 4 && body["deleted"] == 3 && (body["edited"]?.int ?? 0) > 15)
    #expect(try fixture.get("lead/")["total_results"] == 31)
    #expect(
      try fixture.get("event/?object_type=lead&action=deleted&date_updated__gte=\(fixture.now)").data.count
        == 3)
    #expect(
      try fixture.get("event/?object_type=lead&action=created&date_updated__gte=\(fixture.now)").data.count
        == 4)
    let updated = try fixture.get("event/?date_updated__gte=\(fixture.now)").data.filter {
      $0["action"] != "created"
    }
    #expect(updated.count > 10)
    #expect(fixture.organisation.control(path: "edit", body: ["edits": "x"], at: fixture.now)?.status == 400)
    let counts = try #require(fixture.organisation.control(path: "counts", body: nil, at: fixture.now))
    #expect(try JSONValue(parsing: counts.body)["counts"]?["lead"] == 31)
    #expect(fixture.organisation.control(path: "nonsense", body: nil, at: fixture.now) == nil)
  }

  @Test("an empty organisation has people and settings, but no leads")
  func empty() throws {
    let fixture = try Fixture { $0.empty = true }
    #expect(try fixture.get("lead/")["total_results"] == 0)
    #expect(try fixture.get("user/").data.count == 6)
    #expect(try fixture.get("custom_field/lead/").data.count == 9)
    #expect(try fixture.send("POST", "lead/", ["name": "First"]).status == 200)
  }

  @Test("callers are the admin and somebody who is none")
  func callers() throws {
    let organisation = try Fixture.shared().organisation
    #expect(organisation.admin.isAdmin && !organisation.member.isAdmin)
    #expect(organisation.admin.userID != organisation.member.userID)
    var fixture = try Fixture.shared()
    fixture.caller = organisation.member
    let me = try fixture.get("me/")
    #expect(me["id"]?.string == organisation.member.userID)
    #expect(me["organizations"]?.array?.first?["id"]?.string == organisation.organizationID)
    #expect(try fixture.get("me/?_fields=id").body.object?.keys == ["id"])
  }
}

@Suite("The data file")
struct OrganisationDataFileTests {
  private func temporaryPath() -> String {
    FileManager.default.temporaryDirectory.appendingPathComponent("sandbox-\(UUID().uuidString).jsonl").path
  }

  @Test("an organisation comes back from its file as it was left")
  func roundTrip() throws {
    let path = temporaryPath()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let fixture = try Fixture(leads: 12) { $0.dataFile = path }
    let made = try fixture.send("POST", "lead/", ["name": "Kept \u{1F680}"])
    let gone = try #require(fixture.get("lead/").ids.last)
    _ = try fixture.send("DELETE", "lead/\(gone)/")
    _ = try fixture.send(
      "POST", "activity/sms/", ["lead_id": made["id"] ?? nil, "status": "outbox", "text": "x"])
    try fixture.organisation.save()
    let again = try Fixture(leads: 99) { $0.dataFile = path }
    for target in [
      "lead/?_limit=200", "activity/", "task/?_type=all", "me/", "custom_field_schema/lead/",
      "event/?_limit=10",
    ] {
      #expect(try again.get(target).bytes == (try fixture.get(target).bytes), "\(target)")
    }
    #expect(again.organisation.sentMessages == 1)
    let next = try again.send("POST", "lead/", ["name": "Next"])
    #expect(next.status == 200 && next["id"] != made["id"])
    #expect(try again.get("lead/")["total_results"] == 13)
  }

  @Test(
    "a file that is none is refused with its line",
    arguments: [
      ("", "first line is missing"), ("{}\n", "line 1"),
      ("{\"close_sandbox\":1,\"organization\":{}}\n{\"kind\":\"x\",\"object\":{}}\n", "line 2"),
      ("{\"close_sandbox\":1,\"organization\":{}}\n{\"kind\":\"lead\",\"object\":{}}\n", "line 2"),
      ("{\"close_sandbox\":1,\"organization\":{}}\n\n{\"event\":{}}", "line 3"), ("not json", "line 1"),
      (
        """
        {"close_sandbox":1,"organization":{}}
        {"kind":"group","object":{"id":"group_1"}}
        {"kind":"group","object":{"id":"group_1"}}
        """, "line 3"
      ),
    ])
  func malformed(text: String, place: String) throws {
    let path = temporaryPath()
    defer { try? FileManager.default.removeItem(atPath: path) }
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    let error = #expect(throws: SandboxError.self) { try Fixture { $0.dataFile = path } }
    #expect(error?.code == .dataFile)
    #expect(error?.message.contains(place) == true)
  }

  @Test("a place that cannot be written to is an error")
  func unwritable() throws {
    let error = #expect(throws: SandboxError.self) {
      try Fixture(leads: 1) { $0.dataFile = "/nowhere/at/all.jsonl" }
    }
    #expect(error?.code == .dataFile)
  }
}
