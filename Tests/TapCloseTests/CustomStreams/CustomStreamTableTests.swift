import CloseAPI
import JSONBytes
import Singer
import TestSupport
import Testing

@testable import TapClose

@Suite("Custom streams: what the config says") struct CustomStreamTableTests {
  private func read(_ text: String) throws -> [CustomStream] {
    try CustomStreamTable.read(try JSONValue(parsing: text).array ?? [], beside: StreamTable.all)
  }

  @Test func `a short entry has sensible defaults`() throws {
    let stream = try #require(try read(#"[{"name": "x", "path": "/a/b/"}]"#).first)
    #expect(stream.request.pathText == "/a/b/" && stream.request.body == nil)
    #expect(stream.records == .list && stream.paging == nil && stream.keyProperties == [])
    #expect(stream.newWalk.step == .request(PageWalk.Request(skip: 0, limit: 100)))
    #expect(stream.definition.isSelectedByDefault && stream.definition.replicationKey == nil)
  }

  @Test func `a long entry is read as it stands`() throws {
    let stream = try #require(
      try read(
        #"""
        [{"name": "calls", "path": "report/activity", "method": "post", "params": {"a": 1, "b": ["x", 2], "c": null},
          "body": {"since": "{now-1}"}, "headers": {"x-team": "data"}, "records_path": "$.rows[*]",
          "metadata_path": ["$.total.n", "$.has_more"], "primary_key": ["a", "b"], "replication_key": "at",
          "paging": "cursor", "date_format": "yyyy", "time_unit": "month"}]
        """#.replacing("\"calls\"", with: "\"call_report\"")
      ).first)
    #expect(stream.request.parameters.map { "\($0.name)=\($0.value.template)" } == ["a=1", "b=x,2"])
    #expect(stream.request.body != nil && stream.unit == .month && stream.paging == .cursor)
    #expect(stream.metadata.map(\.name) == ["n", "has_more"] && stream.keyProperties == ["a", "b"])
    #expect(stream.attachedNames == ["_metadata"] && stream.replicationKey == "at")
  }

  static let mistakes: [(String, String)] = [
    ("7", "custom_streams[0] must be an object"),
    (#"{"path": "x"}"#, "custom_streams[0].name is missing"),
    (#"{"name": 7, "path": "x"}"#, "custom_streams[0].name must be a string"),
    (#"{"name": "a b", "path": "x"}"#, "custom_streams[0].name must be made of letters"),
    (
      #"{"name": "Leads", "path": "x"}"#,
      "custom_streams[0].name Leads is a stream of its own already; choose another"
    ),
    (#"{"name": "x"}"#, "custom_streams[0].path is missing"),
    (#"{"name": "x", "path": "/"}"#, "custom_streams[0].path must name an endpoint"),
    (#"{"name": "x", "path": "https://e.com/"}"#, "custom_streams[0].path must be relative to base_url"),
    (#"{"name": "x", "path": "a?b=1"}"#, "custom_streams[0].path must not hold a query; put it into params"),
    (#"{"name": "x", "path": "a/../b"}"#, "custom_streams[0].path must not hold . or .."),
    (#"{"name": "x", "path": "/api/v1/lead/"}"#, "custom_streams[0].path begins with /api/v1"),
    (#"{"name": "x", "path": "a/{nwo}"}"#, "custom_streams[0].path has {nwo}, which is not known"),
    (
      #"{"name": "x", "path": "a", "method": "PUT"}"#,
      "custom_streams[0].method must be GET or POST, not \"PUT\""
    ),
    (
      #"{"name": "x", "path": "lead", "method": "POST"}"#,
      "custom_streams[0].method cannot be used: POST /lead/ changes"
    ),
    (
      #"{"name": "x", "path": "{lookup.id}/search", "method": "POST", "parent": "leads"}"#,
      "custom_streams[0].path must begin with a plain word where method is POST"
    ),
    (#"{"name": "x", "path": "a", "body": {}}"#, "custom_streams[0].body needs \"method\": \"POST\""),
    (
      #"{"name": "x", "path": "data/a", "method": "POST", "body": []}"#,
      "custom_streams[0].body must be an object"
    ),
    (
      #"{"name": "x", "path": "data/a", "method": "POST", "body": {"a": ["{b}"]}}"#,
      "custom_streams[0].body has {b}"
    ),
    (#"{"name": "x", "path": "a", "params": []}"#, "custom_streams[0].params must be an object"),
    (
      #"{"name": "x", "path": "a", "params": {"p": {}}}"#,
      "custom_streams[0].params.p must be a text or a number"
    ),
    (
      #"{"name": "x", "path": "a", "params": {"_skip": 5}}"#,
      "custom_streams[0].params._skip is set by paging"
    ),
    (
      #"{"name": "x", "path": "a", "params": {"_limit": 0}}"#,
      "custom_streams[0].params._limit must be a whole number"
    ),
    (
      #"{"name": "x", "path": "a", "headers": {"a b": "c"}}"#,
      "custom_streams[0].headers has the name \"a b\""
    ),
    (
      #"{"name": "x", "path": "a", "headers": {"Authorization": "s3cret-s3cret"}}"#,
      "custom_streams[0].headers.Authorization comes from the credentials"
    ),
    (
      #"{"name": "x", "path": "a", "headers": {"x-a": "s3cret\r\nX: y"}}"#,
      "custom_streams[0].headers.x-a must not hold control"
    ),
    (
      #"{"name": "x", "path": "a", "headers": {"x-a": "{s3cret}"}}"#,
      "custom_streams[0].headers.x-a has a macro"
    ),
    (
      #"{"name": "x", "path": "a", "headers": {"X-HTTP-Method-Override": "DELETE"}}"#, "is set by the program"
    ),
    (
      #"{"name": "x", "path": "a", "records_path": "data"}"#,
      "custom_streams[0].records_path must be a path such as $.data[*]: expected $ at character 1"
    ),
    (
      #"{"name": "x", "path": "a", "metadata_path": "$"}"#,
      "custom_streams[0].metadata_path must lead to one member"
    ),
    (
      #"{"name": "x", "path": "a", "metadata_path": "$.a[*]"}"#,
      "custom_streams[0].metadata_path must lead to one member"
    ),
    (#"{"name": "x", "path": "a", "metadata_path": ["$.a.n", "$.b.n"]}"#, "leads to two values called n"),
    (
      #"{"name": "x", "path": "a", "primary_key": [1]}"#,
      "custom_streams[0].primary_key must be a string or a list"
    ),
    (
      #"{"name": "x", "path": "a", "primary_key": ["a", "a"]}"#,
      "custom_streams[0].primary_key names a field twice"
    ),
    (
      #"{"name": "x", "path": "a", "primary_key": "_metadata"}"#,
      "custom_streams[0].primary_key must be fields"
    ),
    (#"{"name": "x", "path": "a", "primary_key": "_lookup_id"}"#, "but no {lookup.id} is used"),
    (
      #"{"name": "x", "path": "a", "replication_key": "_undeclared"}"#,
      "custom_streams[0].replication_key must be"
    ),
    (
      #"{"name": "x", "path": "a", "paging": "pages"}"#,
      "custom_streams[0].paging must be one of none, offset, cursor, not \"pages\""
    ),
    (
      #"{"name": "x", "path": "a", "records_path": "$", "paging": "offset"}"#,
      "custom_streams[0].paging needs a list in records_path"
    ),
    (#"{"name": "x", "path": "a", "date_format": "YYYY"}"#, "custom_streams[0].date_format has the letter Y"),
    (
      #"{"name": "x", "path": "a", "time_unit": "years"}"#,
      "custom_streams[0].time_unit must be one of minute, hour, day, week, month"
    ),
    (
      #"{"name": "x", "path": "a/{lookup.id}"}"#,
      "custom_streams[0].lookup is missing, but {lookup.id} asks for it"
    ),
    (#"{"name": "x", "path": "a", "lookup": {"stream": "leads"}}"#, "custom_streams[0].lookup is not used"),
    (
      #"{"name": "x", "path": "{lookup.id}", "lookup": "leads"}"#,
      "custom_streams[0].lookup must be {\"file\": \"x.csv\"}"
    ),
    (
      #"{"name": "x", "path": "{lookup.id}", "lookup": {"table": "leads"}}"#,
      "custom_streams[0].lookup must be"
    ),
    (
      #"{"name": "x", "path": "{lookup.id}", "lookup": {"file": "a.csv"}, "parent": "leads"}"#,
      "exclude each other"
    ),
    (
      #"{"name": "x", "path": "{lookup.id}", "parent": "ghosts"}"#,
      "custom_streams[0].lookup.stream ghosts is not known; there are activities"
    ),
    (
      #"{"name": "x", "path": "{lookup.id}", "parent": "x"}"#,
      "custom_streams[0].lookup.stream goes in circles: x, x"
    ),
    (
      #"{"name": "x", "path": "{lookup.nope}", "parent": "leads"}"#,
      "custom_streams[0].lookup: leads has no column nope"
    ),
    (#"{"name": "x", "path": "{lookup.contacts}", "parent": "leads"}"#, "holds more than one value"),
    (
      #"{"name": "x", "path": "{lookup.id}", "lookup": {"file": "/nowhere/a.csv"}}"#,
      "custom_streams[0].lookup.file: /nowhere/a.csv: cannot read"
    ),
    (
      #"{"name": "x", "path": "a", "primay_key": "id"}"#,
      "custom_streams[0].primay_key is not known; there are name"
    ),
  ]

  @Test(arguments: mistakes)
  func `a mistake is named with its place`(entry: String, words: String) throws {
    let error = try #require(throws: SingerError.self) { try read("[\(entry)]") }
    #expect(error.code == .config && error.reasons.count == 1)
    #expect(error.description.contains(words), "\(error)")
    #expect(!error.description.contains("s3cret"))
  }

  @Test func `all mistakes are told at once`() throws {
    let error = try #require(throws: SingerError.self) {
      try read(
        #"""
        [{"name": "x", "path": "a", "paging": "x", "method": "PUT"}, {"name": "X", "path": "b"},
         {"name": "p", "path": "{lookup.id}", "parent": "q"}, {"name": "q", "path": "{lookup.id}", "parent": "p"}]
        """#)
    }
    #expect(error.reasons.count == 5, "\(error)")
    #expect(error.reasons.contains("custom_streams[1].name X stands twice; choose another"))
    #expect(error.reasons.contains("custom_streams[3].lookup.stream goes in circles: p, q, p"))
  }

  @Test func `a custom stream may look up another one, declared later`() throws {
    let streams = try read(
      #"""
      [{"name": "subs", "path": "sequence_subscription", "params": {"sequence_id": "{lookup.id}"}, "parent": "seqs"},
       {"name": "seqs", "path": "sequence", "primary_key": "id"}]
      """#)
    guard case .stream(let parent)? = streams[0].lookup else {
      Issue.record("no parent")
      return
    }
    #expect(parent.name == "seqs" && parent.keyProperties == ["id"])
    #expect(streams[0].attachedNames == ["_lookup_id"])
    let custom = try read(#"[{"name": "x", "path": "{lookup.custom.cf_1}", "parent": "leads"}]"#)
    #expect(custom[0].request.columns == ["custom.cf_1"])
  }

  @Test func `what may be secret in headers is known to the log`() throws {
    let streams = try read(
      #"[{"name": "x", "path": "a", "headers": {"x-token": "abcdefgh-1", "accept": "application/json", "x-a": "short"}}]"#
    )
    #expect(streams.secrets == ["abcdefgh-1"])
    let bearer = try read(#"[{"name": "x", "path": "a", "headers": {"x-auth": "Bearer abcdefgh-3"}}]"#)
    #expect(bearer.secrets == ["Bearer abcdefgh-3", "abcdefgh-3"])
    let folder = try TemporaryDirectory()
    let file = try folder.write("id,token\n1,ijklmnop-2\n", to: "rows.csv")
    let looked = try read(
      #"[{"name": "x", "path": "{lookup.id}", "headers": {"x-token": "{lookup.token}"}, "lookup": {"file": "\#(file)"}}]"#
    )
    #expect(looked.secrets == ["ijklmnop-2"])
    // And does not become a column either.
    #expect(looked[0].attachedNames == ["_lookup_id"])
  }
}
