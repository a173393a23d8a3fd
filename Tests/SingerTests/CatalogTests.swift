import JSONBytes
import Testing

@testable import Singer

@Suite("A catalog")
struct CatalogTests {
  @Test("goes out as it came in, unknown members and order included")
  func roundTrip() throws {
    let text = """
      {
        "streams": [
          {
            "stream": "leads",
            "tap_stream_id": "leads",
            "is_view": false,
            "row_count": 12345678901234567890,
            "key_properties": [
              "id"
            ],
            "replication_method": "INCREMENTAL",
            "replication_key": "date_updated",
            "schema": {
              "type": "object",
              "properties": {
                "id": {
                  "type": "string"
                },
                "custom.cf_1": {
                  "type": [
                    "null",
                    "string"
                  ],
                  "x-origin": "us"
                }
              }
            },
            "metadata": [
              {
                "breadcrumb": [],
                "metadata": {
                  "selected": "true",
                  "our-own": 1.50
                },
                "comment": "kept"
              },
              {
                "breadcrumb": [
                  "properties",
                  "custom.cf_1"
                ],
                "metadata": {
                  "inclusion": "available"
                }
              }
            ]
          }
        ],
        "version": 1
      }
      """
    #expect(try Catalog(json(text)).pretty == text)
  }

  @Test("that a tap builds can be read again and says the same")
  func built() throws {
    let schema = try json(
      #"{"type":"object","properties":{"id":{"type":"string"},"name":{"type":"string"}}}"#)
    var stream = FieldMetadata(inclusion: .available, isSelectedByDefault: true)
    stream.tableKeyProperties = ["id"]
    stream.validReplicationKeys = ["date_updated"]
    stream.forcedReplicationMethod = .incremental
    let entry = CatalogEntry(
      tapStreamID: "leads", schema: schema,
      metadata: CatalogMetadata(stream: stream, schema: schema, automatic: ["id"]), keyProperties: ["id"],
      replicationKey: "date_updated", replicationMethod: .incremental)
    let catalog = try Catalog(json(Catalog([entry]).pretty))
    let read = try #require(catalog["leads"])
    #expect(read.stream == "leads")
    #expect(read.keyProperties == ["id"])
    #expect(read.replicationKey == "date_updated")
    #expect(read.replicationMethod == .incremental)
    #expect(read.metadata == entry.metadata)
    #expect(read.metadata[.stream]?.validReplicationKeys == ["date_updated"])
    #expect(read.metadata[.stream]?.isSelectedByDefault == true)
    #expect(read.metadata[.property("id")]?.inclusion == .automatic)
    #expect(read.metadata[.property("name")]?.inclusion == .available)
  }

  @Test("declares every field, in objects and arrays too, so that nobody makes entries up")
  func declaresEveryField() throws {
    let schema = try json(
      #"""
      {"properties": {
        "a.b": {"type": "string"},
        "place": {"type": "object", "properties": {"city": {}}},
        "contacts": {"type": "array", "items": {"type": "object", "properties": {
          "emails": {"type": "array", "items": {"type": "object", "properties": {"email": {}}}}}}}}}
      """#)
    let metadata = CatalogMetadata(stream: FieldMetadata(), schema: schema, automatic: ["id"])
    let expected: Set<Breadcrumb> = [
      .stream, ["properties", "a.b"], ["properties", "place"], ["properties", "place", "properties", "city"],
      ["properties", "contacts"], ["properties", "contacts", "items", "properties", "emails"],
      ["properties", "contacts", "items", "properties", "emails", "items", "properties", "email"],
    ]
    #expect(Set(metadata.breadcrumbs) == expected)
  }

  @Test("without a stream's id takes its name, and the other way round")
  func names() throws {
    let catalog = try Catalog(
      json(#"{"streams":[{"stream":"a","schema":{}},{"tap_stream_id":"b","schema":{}}]}"#))
    #expect(catalog.entries.map(\.tapStreamID) == ["a", "b"])
    #expect(catalog.entries.map(\.stream) == ["a", "b"])
  }

  @Test("may lack everything but a name")
  func bare() throws {
    let entry = try #require(try Catalog(json(#"{"streams":[{"tap_stream_id":"leads"}]}"#))["leads"])
    #expect(entry.schema == [:])
    #expect(entry.keyProperties.isEmpty && entry.replicationKey == nil && entry.replicationMethod == nil)
    #expect(entry.metadata.isEmpty)
  }

  @Test(
    "lets the user choose the replication in the metadata or on the stream",
    arguments: [
      (#""replication_method":"INCREMENTAL""#, "{}", ReplicationMethod.incremental),
      (#""replication_method":"incremental""#, "{}", .incremental),
      (#""replication_method":"INCREMENTAL""#, #"{"replication-method":"LOG_BASED"}"#, .logBased),
      (#""x":1"#, #"{"forced-replication-method":"FULL_TABLE"}"#, .fullTable),
      (#""replication_method":"LOG_BASED""#, #"{"forced-replication-method":"FULL_TABLE"}"#, .logBased),
      (#""replication_method":null"#, #"{"forced-replication-method":"FULL_TABLE"}"#, .fullTable),
    ])
  func replicationMethod(member: String, metadata: String, expected: ReplicationMethod) throws {
    let catalog = try Catalog(
      json(#"{"streams":[{"stream":"s",\#(member),"metadata":[{"breadcrumb":[],"metadata":\#(metadata)}]}]}"#)
    )
    #expect(catalog["s"]?.replicationMethod == expected)
  }

  @Test("lets the user choose the replication key in the metadata before the stream")
  func replicationKey() throws {
    let catalog = try Catalog(
      json(
        #"""
        {"streams":[{"stream":"s","replication_key":"a","metadata":[
          {"breadcrumb":[],"metadata":{"replication-key":"b","table-key-properties":["id"]}}]}]}
        """#))
    #expect(catalog["s"]?.replicationKey == "b")
    #expect(catalog["s"]?.keyProperties == ["id"])
  }

  @Test(
    "that cannot be used says what is wrong and where",
    arguments: [
      ("[]", "c.json: the catalog: must be an object, not an array"),
      ("{}", #"c.json: "streams" is missing; it must be the array of streams"#),
      (#"{"streams":{}}"#, "c.json: streams: must be an array, not an object"),
      (#"{"streams":[1]}"#, "c.json: streams[0]: must be an object, not 1"),
      (#"{"streams":[{}]}"#, #"c.json: streams[0]: "tap_stream_id" is missing"#),
      (#"{"streams":[{"tap_stream_id":7}]}"#, "c.json: streams[0].tap_stream_id: must be a string, not 7"),
      (
        #"{"streams":[{"stream":"a"},{"stream":"b"},{"stream":"a"}]}"#,
        "c.json: streams[2].tap_stream_id: the stream a stands twice"
      ),
      (
        #"{"streams":[{"stream":"a","schema":[]}]}"#,
        "c.json: streams[0].schema: must be an object, not an array"
      ),
      (
        #"{"streams":[{"stream":"a","key_properties":"id"}]}"#,
        #"c.json: streams[0].key_properties: must be an array of strings, not "id""#
      ),
      (
        #"{"streams":[{"stream":"a","replication_method":"SOMETIMES"}]}"#,
        #"c.json: streams[0].replication_method: must be FULL_TABLE, INCREMENTAL or LOG_BASED, not "SOMETIMES""#
      ),
      (
        #"{"streams":[{"stream":"a","metadata":{}}]}"#,
        "c.json: streams[0].metadata: must be an array, not an object"
      ),
      (
        #"{"streams":[{"stream":"a","metadata":[{"breadcrumb":"x"}]}]}"#,
        #"c.json: streams[0].metadata[0].breadcrumb: must be an array of names, not "x""#
      ),
      (
        #"{"streams":[{"stream":"a","metadata":[{"breadcrumb":[]},{"breadcrumb":[],"metadata":[]}]}]}"#,
        "c.json: streams[0].metadata[1].metadata: must be an object, not an array"
      ),
      (
        #"{"streams":[{"stream":"a","metadata":[{"breadcrumb":[],"metadata":{"selected":"maybe"}}]}]}"#,
        #"c.json: streams[0].metadata[0].metadata.selected: must be true or false, not "maybe""#
      ),
      (
        #"{"streams":[{"stream":"a","metadata":[{"breadcrumb":[],"metadata":{"inclusion":"always"}}]}]}"#,
        "c.json: streams[0].metadata[0].metadata.inclusion: must be available, automatic or unsupported, "
          + #"not "always""#
      ),
    ])
  func refused(text: String, message: String) {
    #expect(errorText { _ = try Catalog(json(text), file: "c.json") } == message)
  }

  @Test("that is no JSON is refused with line and column")
  func notJSON() {
    let file = TemporaryFile("{\n  \"streams\": [\n    {\"stream\": leads}\n  ]\n}\n")
    #expect(
      errorText { _ = try Catalog(contentsOf: file.path) }
        == "\(file.path): line 3, column 16: the catalog file is not valid JSON: unexpected byte in JSON at byte 32"
    )
  }

  @Test("keeps metadata in order while it is edited")
  func editedMetadata() throws {
    var metadata = CatalogMetadata()
    metadata[.stream] = FieldMetadata(inclusion: .available)
    metadata[.property("a")] = FieldMetadata(inclusion: .available)
    metadata[.property("b")] = FieldMetadata(inclusion: .automatic)
    metadata[.property("a")]?.isSelected = false
    metadata[.stream] = nil
    #expect(
      metadata.json.compact
        == #"[{"breadcrumb":["properties","a"],"metadata":{"inclusion":"available","selected":false}},"#
        + #"{"breadcrumb":["properties","b"],"metadata":{"inclusion":"automatic"}}]"#)
  }
}
