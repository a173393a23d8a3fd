import CloseAPI
import JSONBytes
import Singer
import Testing

@testable import TapClose

@Suite struct LogEventTests {
  private func page(_ text: String) throws(JSONError) -> LogPage {
    try LogPage(APIResponse(body: Array(text.utf8), key: 1))
  }

  @Test func `an event is read in whatever order it says things`() throws {
    let page = try page(
      #"""
      {"cursor_next": "older", "data": [
        {"previous_data": {"name": "A", "x": [1, {"y": 2}]}, "data": null, "action": "deleted", "id": "ev_1",
         "meta": {"merge_destination_lead_id": "lead_2", "request_path": "/x"}, "object_id": "lead_1",
         "object_type": "lead", "date_updated": "2016-10-19T12:22:10.434000", "changed_fields": []},
        {"id": "ev_2", "date_updated": "2016-10-19T12:22:09+00:00", "object_type": "activity.note",
         "object_id": "acti_1", "action": "updated", "data": {"id": "acti_1"}, "meta": null}]}
      """#)
    #expect(page.key == 1 && page.envelope.cursorNext == "older")
    let (first, second) = (page.events[0], page.events[1])
    #expect(first.date == Timestamp("2016-10-19T12:22:10.434Z"))
    #expect(first.data == nil && first.survivor == "lead_2")
    #expect(
      first.previousData.map { String(decoding: $0, as: UTF8.self) } == #"{"name": "A", "x": [1, {"y": 2}]}"#)
    #expect(second.action == "updated" && second.objectID == "acti_1" && second.objectType == "activity.note")
    #expect(second.data.map { String(decoding: $0, as: UTF8.self) } == #"{"id": "acti_1"}"#)
    #expect(second.previousData == nil && second.survivor == nil)
  }

  @Test(arguments: [
    #"{"message": "hello"}"#, #"{"data": [{"id": "ev_1"}]}"#,
    #"{"data": [{"id": null, "date_updated": "2016-10-19T12:22:10"}]}"#, #"{"data": [7]}"#,
    #"{"data": [{"id": "ev_1", "date_updated": "yesterday"}]}"#,
  ])
  func `what is no page of events is refused`(text: String) {
    #expect(throws: JSONError.self) { try page(text) }
  }
}

@Suite struct TombstoneColumnTests {
  private let leads = StreamTable.all.filter { ["leads", "users", "notes"].contains($0.name) }

  private let none: [String: Set<String>] = ["leads": [], "notes": [], "users": []]

  private func catalog(logBased: Bool = false) -> Catalog {
    Catalog(
      leads.map { definition in
        var entry = definition.catalogEntry(customFields: [], mode: .columns)
        if logBased, definition.name != "notes" { entry.replicationMethod = .logBased }
        return entry
      })
  }

  private func columns(_ catalog: Catalog) -> [String: Set<String>] {
    Dictionary(
      uniqueKeysWithValues: catalog.entries.map {
        ($0.stream, Tombstone.columns.intersection($0.schema["properties"]?.object?.keys ?? []))
      })
  }

  @Test func `they are declared where deletions are wanted and known`() {
    let catalog = catalog().declaringTombstones(of: leads, deletes: true)
    #expect(
      columns(catalog) == [
        "leads": ["_sdc_deleted_at", "_merged_into"], "notes": ["_sdc_deleted_at"], "users": [],
      ])
    #expect(catalog["leads"]?.metadata[.property("_sdc_deleted_at")]?.inclusion == .automatic)
    #expect(columns(self.catalog().declaringTombstones(of: leads, deletes: false)) == none)
  }

  @Test func `tables of the log have them whatever the setting`() {
    let catalog = catalog(logBased: true).declaringTombstones(of: leads, deletes: false)
    #expect(columns(catalog) == ["leads": ["_sdc_deleted_at", "_merged_into"], "notes": [], "users": []])
  }

  @Test func `an earlier catalog's are taken out again`() {
    let earlier = catalog().declaringTombstones(of: leads, deletes: true)
    let later = earlier.declaringTombstones(of: leads, deletes: false)
    #expect(columns(later) == none)
    #expect(later["leads"]?.metadata[.property("_merged_into")] == nil)
  }

  @Test func `a user may do without the surviving lead, not without the date`() {
    var catalog = catalog().declaringTombstones(of: leads, deletes: true)
    for name in Tombstone.columns {
      catalog.entries[0].metadata[.property(name)] = FieldMetadata(["selected": false])
    }
    let schema = Selection(of: catalog.declaringTombstones(of: leads, deletes: true).entries[0])
      .selectedSchema()
    let isLeads = catalog.entries[0].stream == "leads"
    #expect(schema["properties"]?["_sdc_deleted_at"] != nil || !isLeads)
    #expect(schema["properties"]?["_merged_into"] == nil)
  }

  @Test func `the API is not asked for them`() {
    var entry = catalog().declaringTombstones(of: leads, deletes: true).entries[0]
    entry.metadata[.stream]?.isSelected = true
    let selection = StreamSelection(entry, of: leads[0], mode: .columns, options: RecordPlan.Options())
    #expect(Tombstone.columns.isDisjoint(with: selection.requestFields))
  }
}
