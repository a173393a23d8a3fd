import CloseSandbox
import JSONBytes
import Testing

@Suite("Filters")
struct OrganisationFilterTests {
  let fixture: Fixture

  init() throws { fixture = try Fixture.shared() }

  private func date(_ row: JSONValue, _ key: String) -> Timestamp {
    row[key]?.string.flatMap { Timestamp($0) } ?? .earliest
  }

  @Test(
    "date bounds hold to the microsecond, open or closed",
    arguments: [
      ("opportunity/", "date_updated"), ("opportunity/", "date_created"), ("task/?_type=all", "date_updated"),
      ("task/?_type=all", "date_created"),
    ])
  func dateBounds(target: String, key: String) throws {
    let rows = try fixture.all(target)
    let dates = rows.map { date($0, key) }.sorted()
    let middle = dates[dates.count / 2]
    let text = middle.description
    let separator = target.contains("?") ? "&" : "?"
    for (suffix, holds) in [
      ("__gte", { $0 >= middle }), ("__gt", { $0 > middle }), ("__lte", { $0 <= middle }),
      ("__lt", { $0 < middle }),
    ] as [(String, (Timestamp) -> Bool)] {
      let found = try fixture.all("\(target)\(separator)\(key)\(suffix)=\(text)")
      #expect(found.count == dates.filter(holds).count)
      #expect(found.allSatisfy { holds(date($0, key)) })
    }
  }

  @Test("a date alone begins where the caller is")
  func localDates() throws {
    let rows = try fixture.all("task/?_type=all")
    let expected = { (offset: Int64) in
      let start = (Timestamp("2023-06-01") ?? .earliest).adding(seconds: -offset * 3600)
      return rows.filter { date($0, "date_created") >= start }.count
    }
    for offset in [0, -10, 14] as [Int64] {
      let page = try fixture.send(
        "GET", "task/?_type=all&_limit=1000&date_created__gte=2023-06-01",
        headers: ["x-tz-offset": "\(offset)"])
      #expect(page.data.count == expected(offset))
    }
  }

  @Test("activities come newest first, and their date filters do not see fractions of a second")
  func activityDates() throws {
    let rows = try fixture.all("activity/")
    let dates = rows.map { date($0, "date_created") }
    #expect(dates == dates.sorted(by: >))
    #expect(dates[0] > fixture.now, "meetings lie ahead")
    let row = try #require(rows.first { date($0, "date_created").microseconds % 1_000_000 > 500_000 })
    let moment = date(row, "date_created")
    let almost = moment.adding(microseconds: 100)
    let found = try fixture.all("activity/?date_created__gte=\(almost)").compactMap { $0["id"] }
    #expect(found.contains(try #require(row["id"])))
  }

  @Test(
    "filters that need a lead are ignored without one, or refused",
    arguments: ["user_id=x", "_type=Note", "contact_id=x"])
  func restrictedFilters(filter: String) throws {
    let all = try fixture.get("activity/?_limit=100").bytes
    #expect(try fixture.get("activity/?_limit=100&\(filter)").bytes == all)
    let strict = try Fixture(leads: 5) { $0.restrictedFilters = .refuse }
    #expect(try strict.get("activity/?\(filter)").status == 400)
    #expect(try strict.get("activity/?\(filter)&lead_id=lead_x").status == 200)
  }

  @Test("a lead's activities can be narrowed down by type and user")
  func activitiesOfLead() throws {
    let notes = try fixture.all("activity/note/")
    let lead = try #require(notes.first?["lead_id"]?.string)
    let found = try fixture.all("activity/?lead_id=\(lead)&_type=Note")
    #expect(found.count == notes.filter { $0["lead_id"]?.string == lead }.count)
    #expect(found.allSatisfy { $0["_type"] == "Note" })
    let several = try fixture.all("activity/?lead_id=\(lead)&_type__in=Note,Created")
    #expect(several.count == found.count + 1)
  }

  @Test("tasks are lead tasks unless another type is asked for")
  func taskTypes() throws {
    let all = try fixture.all("task/?_type=all")
    let types = Set(all.compactMap { $0["_type"]?.string })
    #expect(types.count > 4)
    for type in types {
      #expect(
        try fixture.all("task/?_type=\(type)").count == all.filter { $0["_type"]?.string == type }.count)
    }
    #expect(try fixture.all("task/").allSatisfy { $0["_type"] == "lead" })
    let two = try fixture.all("task/?_type__in=lead,missed_call")
    #expect(Set(two.compactMap { $0["_type"]?.string }) == ["lead", "missed_call"])
    #expect(
      all.allSatisfy {
        ($0["id"]?.string?.hasPrefix("task_") == true)
          == ["lead", "outgoing_call"].contains($0["_type"]?.string)
      })
  }

  @Test("the views of tasks part them into three")
  func taskViews() throws {
    let counts = try ["inbox", "future", "archive"].map { view in
      let rows = try fixture.all("task/?view=\(view)&date__gte=2100-01-01")
      if view != "archive" { #expect(rows.allSatisfy { $0["view"]?.string == view }) }
      return try fixture.all("task/?view=\(view)").count
    }
    #expect(counts.reduce(0, +) == (try fixture.all("task/").count))
    #expect(counts.allSatisfy { $0 > 0 })
  }

  @Test("opportunities are filtered by equality and by comma lists")
  func opportunityFilters() throws {
    let all = try fixture.all("opportunity/")
    let statuses = Set(all.compactMap { $0["status_id"]?.string }).sorted()
    let two = statuses.prefix(2).joined(separator: ",")
    #expect(
      try fixture.all("opportunity/?status_id__in=\(two)").count
        == all.filter { statuses.prefix(2).contains($0["status_id"]?.string ?? "") }.count)
    #expect(try fixture.all("opportunity/?status_type=won").allSatisfy { $0["status_type"] == "won" })
    let group = try #require(
      try fixture.get("group/").data.first { $0["name"] == "Sales Europe" }?["id"]?.string)
    let members =
      try fixture.get("group/\(group)/")["members"]?.array?.compactMap { $0["user_id"]?.string } ?? []
    #expect(
      try fixture.all("opportunity/?user_id__in=\(group)").count
        == all.filter { members.contains($0["user_id"]?.string ?? "") }.count)
  }

  @Test(
    "opportunities are ordered both ways", arguments: ["date_updated", "value", "confidence", "user_name"])
  func opportunityOrder(field: String) throws {
    let up = try fixture.all("opportunity/?_order_by=\(field)").compactMap { $0["id"] }
    let down = try fixture.all("opportunity/?_order_by=-\(field)").compactMap { $0["id"] }
    #expect(up.reversed() == down)
    if field == "date_updated" {
      let dates = try fixture.all("opportunity/?_order_by=date_updated").map { date($0, "date_updated") }
      #expect(dates == dates.sorted())
    }
  }

  @Test("sums of opportunities stand in the envelope, whatever the page")
  func opportunityTotals() throws {
    let all = try fixture.all("opportunity/")
    let page = try fixture.get("opportunity/?_limit=2")
    #expect(page["total_results"]?.int == all.count)
    let sum = { (key: String, period: String) in
      all.filter { $0["value_period"]?.string == period }.compactMap { $0[key]?.int }.reduce(0, +)
    }
    for period in ["one_time", "monthly", "annual"] {
      #expect(page["total_value_\(period)"]?.int == sum("value", period))
      #expect(page["expected_value_\(period)"]?.int == sum("expected_value", period))
    }
    #expect(
      page["total_value_annualized"]?.int == all.compactMap { $0["annualized_value"]?.int }.reduce(0, +))
  }

  @Test(
    "opportunities come in groups, and paging counts opportunities",
    arguments: ["user_id", "date_won__quarter", "-date_won__year"])
  func opportunityGroups(grouping: String) throws {
    let all = try fixture.all("opportunity/")
    let groups = try fixture.get("opportunity/?_limit=250&_group_by=\(grouping)").data
    #expect(groups.compactMap { $0["objects"]?.array?.count }.reduce(0, +) == all.count)
    let keys = groups.compactMap { $0["key"]?.string }
    #expect(keys == (grouping.hasPrefix("-") ? keys.sorted(by: >) : keys.sorted()))
    let page = try fixture.get("opportunity/?_limit=3&_group_by=\(grouping)")
    #expect(page.data.compactMap { $0["objects"]?.array?.count }.reduce(0, +) == 3)
    #expect(page["has_more"] == true)
  }

  @Test("lists that need a parent say so")
  func parents() throws {
    #expect(try fixture.get("custom_object/").status == 400)
    #expect(try fixture.get("sequence_subscription/").status == 400)
    let lead = try #require(fixture.all("lead/").first?["id"]?.string)
    #expect(try fixture.get("custom_object/?lead_id=\(lead)").status == 200)
    let sequence = try #require(fixture.get("sequence/").data.first?["id"]?.string)
    let subscriptions = try fixture.all("sequence_subscription/?sequence_id=\(sequence)")
    #expect(!subscriptions.isEmpty && subscriptions.allSatisfy { $0["sequence_id"]?.string == sequence })
  }

  @Test("smart views are lead views unless another type is asked for")
  func smartViews() throws {
    #expect(try fixture.get("saved_search/").data.allSatisfy { $0["type"] == "lead" })
    #expect(try fixture.get("saved_search/?type__in=lead,contact").data.count == 3)
  }

  @Test("e-mails come by themselves, in threads, or both")
  func threads() throws {
    let types = { (parameter: String) in
      Set(try fixture.all("activity/?\(parameter)").compactMap { $0["_type"]?.string })
    }
    #expect(try types("").contains("Email") && !types("").contains("EmailThread"))
    #expect(try types("thread_emails=true").isSuperset(of: ["Email", "EmailThread"]))
    #expect(try !types("thread_emails=only").contains("Email"))
    let stripped = try fixture.all("activity/?thread_emails=true").filter { $0["_type"] == "Email" }
    #expect(stripped.allSatisfy { $0["body_text"] == nil && $0["body_preview"] != nil })
  }
}
