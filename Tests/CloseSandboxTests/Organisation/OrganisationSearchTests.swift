import CloseSandbox
import JSONBytes
import Testing

/// Short ways to write queries.
private func search(_ type: String, _ nodes: JSONValue...) -> JSONValue {
  ["type": "and", "queries": .array([["type": "object_type", "object_type": .string(type)]] + nodes)]
}

private func field(_ type: String, _ name: String, _ condition: JSONValue, negate: Bool = false) -> JSONValue
{
  [
    "type": "field_condition", "negate": .bool(negate), "condition": condition,
    "field": ["type": "regular_field", "object_type": .string(type), "field_name": .string(name)],
  ]
}

private func custom(_ id: String, _ condition: JSONValue) -> JSONValue {
  [
    "type": "field_condition", "condition": condition,
    "field": ["type": "custom_field", "custom_field_id": .string(id)],
  ]
}

private func since(_ start: Timestamp?, before end: Timestamp? = nil) -> JSONValue {
  func moment(_ date: Timestamp?) -> JSONValue {
    date.map { ["type": "fixed_utc", "value": "\($0)"] } ?? .null
  }
  return ["type": "moment_range", "on_or_after": moment(start), "before": moment(end)]
}

private func sort(_ type: String, _ name: String, _ direction: String = "asc") -> JSONValue {
  [
    [
      "direction": .string(direction),
      "field": ["type": "regular_field", "object_type": .string(type), "field_name": .string(name)],
    ]
  ]
}

private func exact(_ text: String) -> JSONValue {
  ["type": "text", "mode": "exact_value", "value": .string(text)]
}

extension Fixture {
  fileprivate func walk(_ body: JSONValue, limit: Int = 200) throws -> [JSONValue] {
    var rows: [JSONValue] = []
    var body = body
    body["_limit"] = .int(limit)
    while true {
      let page = try send("POST", "data/search/", body)
      try #require(page.status == 200, "\(page.body.compact)")
      rows += page.data
      guard let cursor = page["cursor"], !cursor.isNull else { return rows }
      body["cursor"] = cursor
    }
  }

  fileprivate func found(_ query: JSONValue) throws -> Set<String> {
    Set(try walk(["query": query]).compactMap { $0["id"]?.string })
  }
}

@Suite("Search")
struct OrganisationSearchTests {
  let fixture: Fixture
  let leads: [JSONValue]

  init() throws {
    fixture = try Fixture.shared()
    leads = try fixture.all("lead/")
  }

  private func updated(_ row: JSONValue) -> Timestamp {
    row["date_updated"]?.string.flatMap { Timestamp($0) } ?? .earliest
  }

  @Test(
    "a keyset walk in order of change meets every object once",
    arguments: ["lead", "contact", "opportunity", "activity.email", "custom_object"])
  func keyset(type: String) throws {
    let body: JSONValue = [
      "query": search(type), "sort": sort(type, "date_updated"),
      "_fields": .object(JSONObject([(type, .array(["id", "date_updated"]))])),
    ]
    let rows = try fixture.walk(body, limit: 7)
    let ids = rows.compactMap { $0["id"]?.string }
    #expect(ids.count > 5 && Set(ids).count == ids.count)
    #expect(rows.map(updated) == rows.map(updated).sorted())
    #expect(rows.allSatisfy { $0.object?.keys.sorted() == ["__object_type", "date_updated", "id"] })
    if type == "lead" { #expect(ids.count == leads.count) }
    let down = try fixture.walk(
      ["query": search(type), "sort": sort(type, "date_updated", "desc")], limit: 9)
    #expect(down.compactMap { $0["id"]?.string } == ids.reversed())
  }

  @Test("a moment range takes its first moment in and leaves its last out")
  func momentRange() throws {
    let dates = leads.map(updated).sorted()
    let (start, end) = (dates[10], dates[20])
    let found = try fixture.found(search("lead", field("lead", "date_updated", since(start, before: end))))
    #expect(
      found == Set(leads.filter { updated($0) >= start && updated($0) < end }.compactMap { $0["id"]?.string })
    )
  }

  @Test("moments count from now, in days where the caller is")
  func relativeMoments() throws {
    let offset: JSONValue = [
      "type": "offset", "direction": "past", "moment": ["type": "now"], "offset": ["days": 100],
      "which_day_end": "start",
    ]
    let start = fixture.now.adding(seconds: -100 * 86_400).startOfDay
    let query = search(
      "lead", field("lead", "date_updated", ["type": "moment_range", "on_or_after": offset, "before": nil]))
    #expect(try fixture.found(query).count == leads.filter { updated($0) >= start }.count)
    let day: JSONValue = ["type": "fixed_local_date", "value": "2023-12-01", "which": "end"]
    let local = try fixture.send(
      "POST", "data/search/",
      [
        "query": search(
          "lead", field("lead", "date_updated", ["type": "moment_range", "on_or_after": day, "before": nil])),
        "_limit": 200,
      ],
      headers: ["x-tz-offset": "-5"])
    let evening = try #require(Timestamp("2023-12-02T05:00:00Z"))
    #expect(local.data.count == leads.filter { updated($0) >= evening }.count)
  }

  @Test("exact values find contacts and leads by e-mail, phone and custom field")
  func exactValues() throws {
    let contacts = try fixture.all("contact/")
    let contact = try #require(
      contacts.first { $0["emails"]?.array?.isEmpty == false && $0["phones"]?.array?.isEmpty == false })
    let (id, lead) = (try #require(contact["id"]?.string), try #require(contact["lead_id"]?.string))
    for (part, value) in [("contact_email", "email"), ("contact_phone", "phone")] {
      let list = part == "contact_email" ? "emails" : "phones"
      let text = try #require(contact[list]?.array?.first?[value]?.string)
      for (type, expected) in [("contact", id), ("lead", lead)] {
        let related: JSONValue = [
          "type": "has_related", "this_object_type": .string(type), "related_object_type": .string(part),
          "related_query": field(part, value, exact(text.uppercased())),
        ]
        #expect(try fixture.found(search(type, related)).contains(expected))
      }
    }
    let customField = try #require(
      try fixture.get("custom_field/lead/").data.first { $0["name"] == "External ID" }?["id"]?.string)
    let owner = try #require(leads.first { $0["custom.\(customField)"] != nil })
    let value = try #require(owner["custom.\(customField)"])
    #expect(
      try fixture.found(search("lead", custom(customField, ["type": "term", "values": [value]]))) == [
        owner["id"]?.string ?? ""
      ])
    #expect(
      try fixture.found(search("lead", custom(customField, exact(value.string ?? "")))) == [
        owner["id"]?.string ?? ""
      ])
    #expect(try fixture.found(search("lead", custom(customField, exact("nobody")))).isEmpty)
  }

  @Test(
    "texts are matched by words, phrases and beginnings",
    arguments: [
      ("full_words", "operations HEAD", true), ("phrase", "head of operations", true),
      ("phrase", "operations head", false),
      ("beginning_of_words", "oper he", true), ("exact_value", "head of OPERATIONS", true),
      ("exact_value", "head of", false),
    ])
  func texts(mode: String, value: String, isMatch: Bool) throws {
    let condition: JSONValue = ["type": "text", "mode": .string(mode), "value": .string(value)]
    let found = try fixture.found(search("contact", field("contact", "title", condition)))
    let heads = Set(
      try fixture.all("contact/").filter { $0["title"] == "Head of Operations" }.compactMap {
        $0["id"]?.string
      })
    #expect(!heads.isEmpty)
    #expect(found == (isMatch ? heads : []))
  }

  @Test("conditions on numbers, references, existence and relations")
  func otherConditions() throws {
    let many = try fixture.found(
      search("contact", field("contact", "emails_count", ["type": "number_range", "gt": 1])))
    let contacts = try fixture.all("contact/")
    #expect(
      many == Set(contacts.filter { ($0["emails"]?.array?.count ?? 0) > 1 }.compactMap { $0["id"]?.string }))
    let status = try #require(leads.first?["status_id"])
    let reference: JSONValue = ["type": "reference", "reference_type": "status.lead", "object_ids": [status]]
    #expect(
      try fixture.found(search("lead", field("lead", "status_id", reference))).count
        == leads.filter { $0["status_id"] == status }.count)
    let noURL = try fixture.found(search("lead", field("lead", "url", ["type": "exists"], negate: true)))
    #expect(noURL.count == leads.filter { $0["url"] == .null }.count)
    let won: JSONValue = [
      "type": "has_related", "this_object_type": "lead", "related_object_type": "opportunity",
      "related_query": field("opportunity", "status_type", ["type": "term", "values": ["won"]]),
    ]
    let winners: Set<String> = Set(
      try fixture.all("opportunity/?status_type=won").compactMap { $0["lead_id"]?.string })
    #expect(try fixture.found(search("lead", won)) == winners)
    let either: JSONValue = [
      "type": "or", "queries": [won, ["type": "id", "value": leads[0]["id"] ?? nil]],
    ]
    #expect(try fixture.found(search("lead", either)) == winners.union([leads[0]["id"]?.string ?? ""]))
  }

  @Test("counts, limits, and a _skip that nobody minds")
  func counts() throws {
    let answer = try fixture.send(
      "POST", "data/search/",
      ["query": search("lead"), "include_counts": true, "results_limit": 0, "_skip": 5])
    #expect(answer.body.compact == #"{"data":[],"cursor":null,"count":{"limited":0,"total":60}}"#)
    #expect(try fixture.walk(["query": search("lead"), "results_limit": 13], limit: 5).count == 13)
    #expect(answer["has_more"] == nil)
    let plain = try fixture.send("POST", "data/search/", ["query": search("lead"), "_limit": 1])
    #expect(plain.data.first?.object?.keys == ["__object_type", "id"])
  }

  @Test("sorting by another field is stable over pages")
  func sortByName() throws {
    let rows = try fixture.walk(
      ["query": search("contact"), "sort": sort("contact", "title"), "_fields": ["contact": ["title"]]],
      limit: 4)
    let titles = rows.map { $0["title"]?.string?.lowercased() ?? "" }
    #expect(titles == titles.sorted())
    #expect(Set(rows.compactMap { $0["id"] }).count == rows.count)
    #expect(rows.count == (try fixture.all("contact/").count))
  }

  @Test("a cursor lives for 30 seconds")
  func cursorAge() throws {
    var fixture = fixture
    let first = try fixture.send("POST", "data/search/", ["query": search("lead"), "_limit": 5])
    let next: JSONValue = ["query": search("lead"), "_limit": 5, "cursor": first["cursor"] ?? nil]
    fixture.now = fixture.now.adding(seconds: 30)
    #expect(try fixture.send("POST", "data/search/", next).status == 200)
    fixture.now = fixture.now.adding(seconds: 1)
    let dead = try fixture.send("POST", "data/search/", next)
    #expect(dead.status == 400)
    #expect(dead.body.compact == #"{"errors":[],"field-errors":{"cursor":"Expired cursor"}}"#)
    #expect(
      try fixture.send("POST", "data/search/", ["query": search("lead"), "cursor": "zz"]).status == 400)
  }

  @Test(
    "wrong clauses are refused where they stand",
    arguments: [
      ([:], #"{"query":"This field is required."}"#),
      (["query": ["type": "match_all"]], #"{"query":"An object_type clause is required."}"#),
      (
        [
          "query": [
            "type": "and",
            "queries": [["type": "object_type", "object_type": "lead"], ["type": "nonsense"]],
          ]
        ],
        #"{"query":{"field-errors":{"queries":{"errors":{"1":{"field-errors":{"type":"Not a valid choice."}}}}}}}"#
      ),
      (
        [
          "query": ["type": "object_type", "object_type": "lead"],
          "sort": [["field": ["type": "regular_field", "object_type": "lead", "field_name": "user_id"]]],
        ],
        #"{"sort":{"errors":{"0":{"field-errors":{"field":{"field-errors":{"field_name":"Not a valid choice."}}}}}}}"#
      ),
      (
        ["query": ["type": "object_type", "object_type": "lead"], "_limit": 201],
        #"{"_limit":"The value must not be larger than 200."}"#
      ),
      (
        [
          "query": ["type": "object_type", "object_type": "lead"],
          "_fields": ["lead": .array(Array(repeating: "x", count: 101))],
        ],
        #"{"_fields":{"field-errors":{"lead":"List is too long."}}}"#
      ),
    ] as [(JSONValue, String)])
  func faults(body: JSONValue, errors: String) throws {
    let answer = try fixture.send("POST", "data/search/", body)
    #expect(answer.status == 400)
    #expect(answer["field-errors"]?.compact == errors)
  }

  @Test("search can be taken away")
  func disabled() throws {
    let plain = try Fixture(leads: 1) { $0.searchEnabled = false }
    #expect(try plain.send("POST", "data/search/", ["query": search("lead")]).status == 404)
  }
}

@Suite("Search over a changing organisation")
struct OrganisationLiveSearchTests {
  @Test("what is edited during a walk moves ahead and is met again")
  func edits() throws {
    var fixture = try Fixture(leads: 20)
    var body: JSONValue = ["query": search("lead"), "sort": sort("lead", "date_updated"), "_limit": 5]
    let first = try fixture.send("POST", "data/search/", body)
    let edited = try #require(first.ids.first)
    fixture.now = fixture.now.adding(seconds: 5)
    try fixture.organisation.edit { world in try world.touch(edited, at: fixture.now) }
    var ids = first.ids
    body["cursor"] = first["cursor"]
    while body["cursor"]?.isNull == false {
      let page = try fixture.send("POST", "data/search/", body)
      ids += page.ids
      body["cursor"] = page["cursor"]
    }
    #expect(ids.count == 21)
    #expect(ids.last == edited)
    #expect(Set(ids).count == 20)
  }

  @Test("one walk sees at most 10,000 objects")
  func mostObjects() throws {
    let fixture = try Fixture(leads: 0) { $0.activitiesPerLead = 0 }
    try fixture.organisation.edit { world in
      for index in 0..<10_050 { try world.create("lead", ["name": "Lead \(index)"], at: fixture.now) }
    }
    let rows = try fixture.walk(["query": search("lead"), "sort": sort("lead", "date_updated")])
    #expect(rows.count == 10_000)
  }

  @Test("new objects and new values are found by their exact values")
  func freshTerms() throws {
    let fixture = try Fixture(leads: 3)
    let query = { (email: String) -> JSONValue in
      search(
        "contact",
        [
          "type": "has_related", "this_object_type": "contact", "related_object_type": "contact_email",
          "related_query": field("contact_email", "email", exact(email)),
        ])
    }
    #expect(try fixture.found(query("new@example.org")).isEmpty)
    let made = try fixture.send(
      "POST", "contact/", ["name": "New", "emails": [["email": "new@example.org"]]])
    let id = try #require(made["id"]?.string)
    #expect(try fixture.found(query("new@example.org")) == [id])
    _ = try fixture.send("PUT", "contact/\(id)/", ["emails": [["email": "other@example.org"]]])
    #expect(try fixture.found(query("new@example.org")).isEmpty)
    #expect(try fixture.found(query("other@example.org")) == [id])
    _ = try fixture.send("DELETE", "contact/\(id)/")
    #expect(try fixture.found(query("other@example.org")).isEmpty)
  }

  @Test("lists and searches lag behind by as much as they are told; reading by id does not")
  func indexLag() throws {
    var fixture = try Fixture(leads: 3) { $0.indexLag = 30 }
    let id = try #require(try fixture.send("POST", "lead/", ["name": "Late"])["id"]?.string)
    let doomed = try #require(fixture.get("lead/").ids.first)
    #expect(try fixture.send("DELETE", "lead/\(doomed)/").status == 200)
    #expect(try fixture.get("lead/\(id)/").status == 200)
    #expect(try fixture.get("lead/\(doomed)/").status == 404)
    fixture.now = fixture.now.adding(seconds: 29)
    #expect(try fixture.get("lead/").ids.contains(doomed))
    #expect(try !fixture.found(search("lead")).contains(id))
    _ = try fixture.send("PUT", "lead/\(id)/", ["description": "later still"])
    fixture.now = fixture.now.adding(seconds: 1)
    #expect(try fixture.get("lead/")["total_results"] == 3)
    #expect(try fixture.found(search("lead")).contains(id))
    #expect(try fixture.get("lead/").data.first { $0["id"]?.string == id }?["description"] == .null)
    fixture.now = fixture.now.adding(seconds: 30)
    #expect(try fixture.get("lead/").data.first { $0["id"]?.string == id }?["description"] == "later still")
  }
}
