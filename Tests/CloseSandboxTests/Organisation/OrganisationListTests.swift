import CloseSandbox
import JSONBytes
import Testing

@Suite("Lists")
struct OrganisationListTests {
  @Test(
    "walking the pages meets every object once",
    arguments: [
      ("lead/", 7), ("lead/", 200), ("contact/", 10), ("opportunity/", 7), ("task/?_type=all", 9),
      ("activity/", 100), ("activity/note/", 11), ("user/", 2), ("email_template/", 4),
    ])
  func pages(target: String, limit: Int) throws {
    let fixture = try Fixture.shared()
    let rows = try fixture.all(target, limit: limit)
    let ids = rows.compactMap { $0["id"]?.string }
    #expect(ids.count > limit || limit > 10)
    #expect(Set(ids).count == ids.count)
    if let total = try fixture.get(target)["total_results"]?.int { #expect(ids.count == total) }
  }

  @Test("has_more is true exactly while rows are left")
  func hasMore() throws {
    let fixture = try Fixture(leads: 5)
    #expect(try fixture.get("lead/?_limit=5")["has_more"] == false)
    #expect(try fixture.get("lead/?_limit=4")["has_more"] == true)
    #expect(try fixture.get("lead/?_limit=2&_skip=3")["has_more"] == false)
    let none = try fixture.get("lead/?_limit=0")
    #expect(none.data.isEmpty)
    #expect(none["total_results"] == 5)
    #expect(try fixture.get("lead/?_skip=900").data.isEmpty)
  }

  @Test(
    "a wrong _limit or _skip is refused in the resource's own words",
    arguments: [
      (
        "lead/?_limit=201",
        #"{"errors":[],"field-errors":{"_limit":"Input should be less than or equal to 200"}}"#
      ),
      (
        "lead/?_skip=35001",
        #"{"errors":[],"field-errors":{"_skip":"Input should be less than or equal to 35000"}}"#
      ),
      (
        "contact/?_limit=101",
        #"{"error":"The limit you set is larger than the maximum limit for this resource (max_limit = 100)."}"#
      ),
      (
        "activity/email/?_skip=250001",
        #"{"error":"The skip you set is larger than the maximum skip for this resource (max_skip = 250000).\nPlease refine your search query."}"#
      ),
      ("contact/?_limit=x", #"{"error":"_limit must be an integer (got \"x\" instead)."}"#),
      ("task/?_skip=-1", #"{"error":"_skip must be a non-negative integer (got \"-1\" instead)."}"#),
      (
        "lead/?_skip=1.5",
        #"{"errors":[],"field-errors":{"_skip":"Input should be a valid integer, unable to parse string as an integer"}}"#
      ),
    ])
  func pageErrors(target: String, body: String) throws {
    let answer = try Fixture.shared().get(target)
    #expect(answer.status == 400)
    #expect(answer.body.compact == body)
  }

  @Test("the wording and the depth of pages can be set")
  func pageOptions() throws {
    let fixture = try Fixture(leads: 3) {
      $0.limitErrors = .classic
      $0.maxSkip = ["lead": 2]
    }
    #expect(try fixture.get("lead/?_limit=201")["error"]?.string?.contains("max_limit = 200") == true)
    #expect(try fixture.get("lead/?_skip=3")["error"]?.string?.contains("max_skip = 2)") == true)
    #expect(try fixture.get("lead/?_skip=2").status == 200)
  }

  @Test(
    "parameters that are unknown, bracketed or repeated count for nothing",
    arguments: [
      "lead/?nonsense=1", "lead/?id__in[0]=lead_x", "lead/?id__in=lead_x&id__in=lead_y",
      "activity/?date_updated__gte=2100-01-01", "contact/?date_created__gte=2100-01-01",
    ])
  func ignoredParameters(target: String) throws {
    let answer = try Fixture.shared().get(target)
    #expect(answer.status == 200)
    #expect(!answer.data.isEmpty)
  }

  @Test("lists that come whole say so in their envelope, or say nothing")
  func wholeLists() throws {
    let fixture = try Fixture(leads: 3)
    #expect(try fixture.get("status/lead/")["has_more"] == false)
    #expect(try fixture.get("pipeline/").body.object?.keys == ["data"])
    #expect(try fixture.get("status/lead/?_limit=1").data.count == 6)
  }

  @Test("_fields picks fields, and custom fields as a whole or one by one")
  func fields() throws {
    let fixture = try Fixture.shared()
    let keys = { (target: String) in Set(try fixture.all(target).flatMap { $0.object?.keys ?? [] }) }
    #expect(try keys("lead/?_fields=name,contacts,nonsense") == ["name", "contacts"])
    #expect(try keys("lead/?_fields=custom").allSatisfy { $0.hasPrefix("custom.cf_") })
    let one = try #require(try keys("lead/?_fields=custom").first)
    #expect(try keys("lead/?_fields=id,\(one)") == ["id", one])
    let everything = try keys("lead/?_fields=_all")
    #expect(
      everything.isSuperset(of: [
        "id", "primary_email", "updated_by_name", "contacts_summary", "opportunities",
      ]))
    #expect(try !keys("lead/").contains("primary_email"))
  }

  @Test("a lead carries its contacts, opportunities and open tasks, and no other tasks")
  func nestedRows() throws {
    let fixture = try Fixture.shared()
    let tasks = try fixture.all("task/?_type=all")
    for lead in try fixture.all("lead/") {
      let id = try #require(lead["id"]?.string)
      let contacts = try fixture.all("contact/?lead_id=\(id)").compactMap { $0["id"]?.string }
      #expect(Set(lead["contact_ids"]?.array?.compactMap(\.string) ?? []) == Set(contacts))
      #expect(lead["contacts"]?.array?.count == contacts.count)
      let open = tasks.filter {
        $0["lead_id"]?.string == id && $0["is_complete"] == false
          && $0["id"]?.string?.hasPrefix("task_") == true
      }
      #expect(lead["tasks"]?.array?.count == open.count)
    }
  }

  @Test("dates carry an offset on the classic stack and none on the newer; zero fractions disappear")
  func dates() throws {
    let fixture = try Fixture.shared()
    let leads = try fixture.all("activity/").compactMap { $0["date_created"]?.string }
    #expect(leads.allSatisfy { $0.hasSuffix("+00:00") })
    #expect(leads.contains { $0.utf8.count == 25 } && leads.contains { $0.utf8.count == 32 })
    let pipelines = try fixture.get("pipeline/").data.compactMap { $0["date_created"]?.string }
    #expect(pipelines.allSatisfy { !$0.hasSuffix("+00:00") })
    let full = try Fixture(leads: 5) {
      $0.zeroFractionTimestamps = false
      $0.naiveTimestamps = false
    }
    let all = try (full.all("activity/") + full.get("pipeline/").data).compactMap {
      $0["date_created"]?.string
    }
    #expect(all.allSatisfy { $0.utf8.count == 32 && $0.hasSuffix("+00:00") })
  }

  @Test("same seed, same bytes; another seed, another organisation")
  func seeds() throws {
    let lead = { (seed: UInt64) in try Fixture(leads: 3) { $0.seed = seed }.get("lead/").bytes }
    #expect(try lead(7) == lead(7))
    #expect(try lead(7) != lead(8))
  }

  @Test("paths and verbs that do not exist are told apart")
  func routes() throws {
    let fixture = try Fixture(leads: 1)
    #expect(try fixture.get("nonsense/").status == 404)
    #expect(try fixture.get("lead/lead_nope/").status == 404)
    #expect(try fixture.send("PATCH", "lead/lead_nope/", [:]).status == 405)
    #expect(try fixture.send("DELETE", "lead/").status == 405)
    #expect(try fixture.send("POST", "lead/lead_nope/", [:]).status == 404)
    #expect(try fixture.get("custom_field_schema/activity/").status == 404)
    #expect(try fixture.send("POST", "me/", [:]).headers.contains { $0.name == "Allow" && $0.value == "GET" })
  }
}
