import JSONBytes
import Testing

@testable import Singer

@Suite("A catalog that does not do what it seems to")
struct CatalogWarningTests {
  @Test(
    "is told to the user",
    arguments: [
      (
        #"{"stream":"leads","metadata":[{"breadcrumb":[],"metadata":{"selected":true}}]}"#,
        [] as [CatalogWarning]
      ),
      (#"{"stream":"leads","selected":false}"#, [.nothingSelected]),
      (#"{"stream":"leeds"}"#, [.unknownStream("leeds")]),
      (
        #"{"stream":"leads","metadata":[{"breadcrumb":["properties","id"],"metadata":{"selected":false}}]}"#,
        [.keyDeselected(stream: "leads", field: "id")]
      ),
      (
        #"{"stream":"leads","metadata":[{"breadcrumb":["properties","id"],"metadata":{"inclusion":"automatic","selected":false}}]}"#,
        []
      ),
      (
        #"{"stream":"leads","metadata":[{"breadcrumb":["properties","nmae"],"metadata":{"selected":true}}]}"#,
        [.unknownField(stream: "leads", field: "nmae")]
      ),
      (
        #"{"stream":"leads","metadata":[{"breadcrumb":["properties","nmae"],"metadata":{"selected":false}}]}"#,
        []
      ),
      (
        #"{"stream":"leads","schema":{"properties":{"new":{}}},"metadata":[{"breadcrumb":["properties","new"],"metadata":{"selected":true}}]}"#,
        []
      ),
      (
        #"{"stream":"leads","metadata":[{"breadcrumb":["properties","never"],"metadata":{"selected":true}}]}"#,
        [.unsupportedFieldSelected(stream: "leads", field: "never")]
      ),
      (
        #"{"stream":"leads","replication_key":"date_created"}"#,
        [.invalidReplicationKey(stream: "leads", key: "date_created", valid: ["date_updated"])]
      ),
      (#"{"stream":"leads","replication_key":"date_updated"}"#, []),
      (
        #"{"stream":"leads","metadata":[{"breadcrumb":[],"metadata":{"selected":true,"replication-method":"FULL_TABLE"}}]}"#,
        [.methodNotOffered(stream: "leads", method: .fullTable, offered: .incremental)]
      ),
      (
        #"{"stream":"leads","replication_method":"LOG_BASED"}"#,
        [.methodNotOffered(stream: "leads", method: .logBased, offered: .incremental)]
      ),
      (#"{"stream":"leads","replication_method":"INCREMENTAL"}"#, []),
    ])
  func warned(entry: String, warnings: [CatalogWarning]) throws {
    let schema = try json(#"{"properties":{"id":{},"date_updated":{},"never":{}}}"#)
    var metadata = CatalogMetadata(
      stream: FieldMetadata(), schema: schema, automatic: ["id", "date_updated"])
    metadata[.property("never")]?.inclusion = .unsupported
    let declared = Catalog([
      CatalogEntry(
        tapStreamID: "leads", schema: schema, metadata: metadata, keyProperties: ["id"],
        replicationKey: "date_updated", replicationMethod: .incremental)
    ])
    let found = try Catalog(json(#"{"streams":[\#(entry)]}"#)).warnings(against: declared)
    #expect(found == warnings)
    // Meltano takes a healthy program's words "error" and "exception" for a failure.
    #expect(found.allSatisfy { !$0.description.contains("error") && !$0.description.contains("exception") })
  }
}
