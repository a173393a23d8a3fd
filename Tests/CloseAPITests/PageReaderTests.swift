import CloseAPI
import JSONBytes
import Testing

struct PageReaderTests {
  private func read(_ body: String, _ path: RecordsPath = .list) throws(JSONError) -> (PageEnvelope, [String])
  {
    var records: [String] = []
    let page = try PageReader.readPage(Array(body.utf8), path) { (cursor) throws(JSONError) in
      records.append(cursor.text(in: try cursor.skipValue()))
    }
    return (page, records)
  }

  @Test func recordsAndEnvelopeAreReadInWhateverOrder() throws {
    for body in [
      #" { "data" : [ {"id":"a"} , {"id":"b"} ] , "has_more" : true , "total_results" : 12 } "#,
      #"{"total_results":12,"other":{"data":[{}]},"has_more":true,"data":[{"id":"a"},{"id":"b"}]}"#,
    ] {
      let (page, records) = try read(body)
      #expect(records == [#"{"id":"a"}"#, #"{"id":"b"}"#])
      #expect(page.hasMore == true)
      #expect(page.totalResults == 12)
      #expect(page.count == 2)
      #expect(page.hasData)
    }
  }

  @Test func cursorsAreReadAndNullIsNone() throws {
    let (page, _) = try read(#"{"data":[],"cursor":"Zm9v\u0041","cursor_next":null,"cursor_previous":"p"}"#)
    #expect(page.cursor == "Zm9vA")
    #expect(page.cursorNext == nil)
    #expect(page.cursorPrevious == "p")
    #expect(page.hasMore == nil)
    #expect(page.hasData)
    #expect(page.count == 0)
  }

  @Test func aPageWithoutDataSaysSo() throws {
    let (page, records) = try read(#"{"has_more":false}"#)
    #expect(!page.hasData)
    #expect(page.hasMore == false)
    #expect(records.isEmpty)
  }

  @Test func bareArraysAndSingleObjectsAreReadOnRequest() throws {
    #expect(try read(#" [ {"id":1}, {"id":2} ] "#, .array).1 == [#"{"id":1}"#, #"{"id":2}"#])
    let (page, records) = try read(#" {"id":"user_1","data":[1]} "#, .object)
    #expect(records == [#"{"id":"user_1","data":[1]}"#])
    #expect(page.count == 1)
  }

  @Test(arguments: [
    (#"{"data":[1]}"#, RecordsPath.list, JSONError(.wrongType, at: 9)),
    (#"{"data":[{"id":"a"},"b"]}"#, .list, JSONError(.wrongType, at: 20)),
    (#"{"data":[null]}"#, .list, JSONError(.wrongType, at: 9)),
    (#"{"data":[[]]}"#, .list, JSONError(.wrongType, at: 9)),
    (#"{"data":{"id":"a"}}"#, .list, JSONError(.wrongType, at: 8)),
    (#"{"data":null}"#, .list, JSONError(.wrongType, at: 8)),
    (#"{"data":[],"data":[]}"#, .list, JSONError(.duplicateKey, at: 11)),
    (#"[{}]"#, .list, JSONError(.wrongType, at: 0)),
    (#"{}"#, .array, JSONError(.wrongType, at: 0)),
    (#"[]"#, .object, JSONError(.wrongType, at: 0)),
    ("<html>", .list, JSONError(.wrongType, at: 0)),
    ("", .list, JSONError(.unexpectedEnd, at: 0)),
    ("", .object, JSONError(.unexpectedEnd, at: 0)),
    (#"{"data":[{"id":"a"}"#, .list, JSONError(.unexpectedEnd, at: 19)),
    (#"{"data":[{"id":"a"}],"has_mo"#, .list, JSONError(.unexpectedEnd, at: 28)),
    (#"{"data":[{"id":"a"}]"#, .list, JSONError(.unexpectedEnd, at: 20)),
    (#"{"data":[]}x"#, .list, JSONError(.trailingBytes, at: 11)),
    (#"{"data":[]}{}"#, .list, JSONError(.trailingBytes, at: 11)),
    (#"{"data":[{"a":01}]}"#, .list, JSONError(.invalidNumber, at: 14)),
    (#"{"data":[,]}"#, .list, JSONError(.wrongType, at: 9)),
    (#"{"data":[{},]}"#, .list, JSONError(.wrongType, at: 12)),
  ])
  func everyFaultIsFoundWithItsOffset(_ body: String, _ path: RecordsPath, _ fault: JSONError) {
    #expect(throws: fault) { try read(body, path) }
  }

  /// A body that ends early, wherever it does, never reads as a page.
  @Test func noBeginningOfAPageIsAPage() throws {
    let whole =
      #"{"has_more":false,"data":[{"id":"lead_ä","n":[1.5,-2e3,true,null]},{"b":"\u00e9"}],"cursor":null}"#
    let bytes = Array(whole.utf8)
    for length in 0..<bytes.count {
      #expect(throws: JSONError.self) {
        try PageReader.readPage(Array(bytes[..<length])) { (cursor) throws(JSONError) in
          try cursor.skipValue()
        }
      }
    }
  }

  private static let nested = RecordsPath([
    .member(Array("data".utf8)), .each, .member(Array("calls".utf8)), .each,
  ])

  @Test(arguments: [
    (#"{"users":[{"id":1}],"data":[{"id":2}]}"#, RecordsPath.list(in: "users"), [#"{"id":1}"#]),
    (
      #"{"data":[{"calls":[{"a":1},{"a":2}],"x":{"calls":[{}]}},{"calls":[]},{"calls":null},{},{"calls":[{"a":3}]}]}"#,
      nested, [#"{"a":1}"#, #"{"a":2}"#, #"{"a":3}"#]
    ),
    (#"{"data":{"a":1}}"#, RecordsPath([.member(Array("data".utf8))]), [#"{"a":1}"#]),
    (#"{"d\u0061ta":[{"a":1}]}"#, .list, [#"{"a":1}"#]),
  ])
  func recordsAreFoundWhereverThePathLeads(_ body: String, _ path: RecordsPath, _ expected: [String]) throws {
    let (page, records) = try read(body, path)
    #expect(records == expected)
    #expect(page.hasData && page.count == expected.count)
  }

  @Test func aPathReadsAsJSONPath() {
    #expect(PageReaderTests.nested.description == "$.data[*].calls[*]")
    #expect(RecordsPath.object.description == "$")
  }
}
