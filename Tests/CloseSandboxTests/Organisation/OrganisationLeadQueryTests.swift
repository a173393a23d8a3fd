import CloseSandbox
import JSONBytes
import Testing

@Suite("The legacy lead query")
struct OrganisationLeadQueryTests {
  let fixture: Fixture
  let leads: [JSONValue]

  init() throws {
    fixture = try Fixture.shared()
    leads = try fixture.all("lead/")
  }

  private func ids(_ query: String) throws -> Set<String> {
    Set(try fixture.all("lead/?query=\(query)").compactMap { $0["id"]?.string })
  }

  private func updated(_ lead: JSONValue) -> Timestamp {
    lead["date_updated"]?.string.flatMap { Timestamp($0) } ?? .earliest
  }

  @Test("dates are compared by the minute")
  func minutes() throws {
    let middle = leads.map(updated).sorted()[30]
    let minute = String(middle.description.prefix(16))
    let start = try #require(Timestamp(minute))
    let found = try ids("date_updated>=\"\(minute)\"")
    #expect(found.count == leads.filter { updated($0) >= start }.count)
    // Seconds are cut off, so the lead itself and whatever shares its minute come back.
    #expect(try ids("date_updated>=\"\(minute):59\"") == found)
    #expect(
      try ids("date_updated>\"\(minute)\"").count
        == leads.filter { updated($0) >= start.adding(seconds: 60) }.count)
    #expect(try ids("date_updated<\"\(minute)\" or date_updated>=\"\(minute)\"").count == leads.count)
  }

  @Test("sorting by date of change goes up, or down")
  func sorting() throws {
    let dates = try fixture.all("lead/?query=sort:date_updated date_updated>=\"2020-01-01T00:00\"", limit: 7)
      .map(updated)
    #expect(dates.count == leads.count)
    #expect(dates == dates.sorted())
    #expect(try fixture.all("lead/?query=sort:-updated").map(updated) == dates.sorted(by: >))
  }

  @Test("days, as the other connector asks for them")
  func days() throws {
    let day = String(leads.map(updated).sorted()[30].description.prefix(10))
    let found = try ids("sort:updated date_updated > 2000-01-01 date_updated <= \(day)")
    let end = try #require(Timestamp(day)).adding(seconds: 86_400)
    #expect(found.count == leads.filter { updated($0) < end }.count)
  }

  @Test("names, e-mail addresses, statuses, ids and custom fields")
  func fields() throws {
    let lead = try #require(leads.first { $0["contacts"]?.array?.first?["emails"]?.array?.isEmpty == false })
    let id = try #require(lead["id"]?.string)
    let email = try #require(lead["contacts"]?.array?.first?["emails"]?.array?.first?["email"]?.string)
    let name = try #require(lead["display_name"]?.string)
    #expect(try ids("email_address:\"\(email)\"").contains(id))
    #expect(try ids("name:\"\(name.split(separator: "\"").joined(separator: "\\\""))\"").contains(id))
    #expect(try ids("id:\(id)") == [id])
    let label = try #require(lead["status_label"]?.string)
    let sameStatus = Set(leads.filter { $0["status_label"]?.string == label }.compactMap { $0["id"]?.string })
    #expect(try ids("lead_status:\"\(label)\"") == sameStatus)
    #expect(try ids("not lead_status:\"\(label)\"").count == leads.count - sameStatus.count)
    let field = try #require(
      fixture.get("custom_field/lead/").data.first { $0["name"] == "External ID" }?["id"]?.string)
    let owner = try #require(leads.first { $0["custom.\(field)"] != nil })
    let value = try #require(owner["custom.\(field)"]?.string)
    let expected = try #require(owner["id"]?.string)
    #expect(try ids("custom.\(field):\"\(value)\"") == [expected])
    #expect(try ids("custom.\"External ID\":\"\(value)\"") == [expected])
    #expect(try ids("\"custom.External ID\":\"\(value)\"") == [expected])
  }

  @Test("what leads have, and how much of it")
  func members() throws {
    let calls = Set(try fixture.all("activity/call/").compactMap { $0["lead_id"]?.string })
    #expect(try ids("has:calls") == calls)
    let many = Set(leads.filter { ($0["contacts"]?.array?.count ?? 0) > 1 }.compactMap { $0["id"]?.string })
    #expect(try ids("contacts > 1") == many)
    let won = Set(try fixture.all("opportunity/?status_type=won").compactMap { $0["lead_id"]?.string })
    #expect(try ids("opportunity(status_type:won)") == won)
  }

  @Test("slices part all leads")
  func slices() throws {
    let parts = try (1...3).map { try ids("slice:\($0)/3") }
    #expect(parts.map(\.count).reduce(0, +) == leads.count)
    #expect(parts.allSatisfy { !$0.isEmpty })
  }

  @Test("smart views and free text")
  func views() throws {
    let view = try #require(
      fixture.get("saved_search/").data.first { $0["name"] == "Customers" }?["id"]?.string)
    #expect(try ids("in:\(view)") == ids("lead_status:Customer"))
    #expect(try ids("*").count == leads.count)
    #expect(try ids("zzzzzz").isEmpty)
  }

  @Test(
    "what cannot be read is refused",
    arguments: ["(name:x", "sort:nonsense", "date_updated>soon", "slice:9/2", "name:"])
  func malformed(query: String) throws {
    #expect(try fixture.get("lead/?query=\(query)").status == 400)
  }
}
