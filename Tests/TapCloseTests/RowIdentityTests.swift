import JSONBytes
import Testing

@testable import TapClose

@Suite struct RowIdentityTests {
  private func key(_ row: String) throws -> String {
    let identity = try #require(RowIdentity(["org", "from", "to"], constants: ["org": "o1"]))
    return try withJSONCursor(Array(row.utf8)) { (cursor) throws(JSONError) in
      let key = try identity.key(at: cursor)
      // The row is still to be read.
      #expect(cursor.offset == 0)
      return key
    }
  }

  @Test(arguments: [
    (#"{"from":"a","to":"b"}"#, "o1/a/b"), (#"{"n":{"from":"x"},"to":"b","from":"a"}"#, "o1/a/b"),
    (#"{"from":null,"to":"b"}"#, "o1//b"), (#"{"from":7,"to":[]}"#, "o1//"), ("{}", "o1//"),
    (#"{"to":"\u00e9\"","from":"🦆"}"#, "o1/🦆/é\""),
  ])
  func `a key is put together from constants and fields`(row: String, expected: String) throws {
    #expect(try key(row) == expected)
  }

  @Test(arguments: ["[]", "{", #"{"from":}"#, ""])
  func `what is no object has no key`(row: String) {
    #expect(throws: JSONError.self) { try key(row) }
  }

  @Test func `rows with keys of their own need none`() {
    #expect(RowIdentity([], constants: [:]) == nil)
  }

  @Test func `a parent's id goes wherever its place is held`() {
    let fanOut = FanOut(
      Listing(path: "pipeline/"),
      each: Listing(
        path: "a/{id}/b/", parameters: ["p": "{id}", "q": "x"],
        body: ["pipe": "{id}", "deep": ["p": "{id}"]],
        constants: ["pipeline_id": "{id}", "kind": "k"], identity: ["pipeline_id"]))
    let listing = fanOut.listings(of: "p 1")[0]
    #expect(listing.path == "a/p 1/b/")
    #expect(listing.parameters == ["p": "p 1", "q": "x"])
    #expect(listing.body == ["pipe": "p 1", "deep": ["p": "p 1"]])
    #expect(listing.constants == ["pipeline_id": "p 1", "kind": "k"])
    #expect(Collection.perParent(fanOut).constantFields == ["pipeline_id", "kind", "id"])
  }
}
