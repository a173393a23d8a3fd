import CloseSandbox
import JSONBytes
import TestSupport
import Testing

@Suite("Collections of anything, which only the sandbox has")
struct OrganisationCollectionTests {
  private let fixture: Fixture

  init() throws { fixture = try Fixture(leads: 0) }

  @Test func `what is posted gets an id and is listed in order`() throws {
    let row = try fixture.send("POST", "sandbox_collection/things/", ["id": 7, "name": "Häuser"])
    #expect(row.status == 201 && row["values"] == ["id": 7, "name": "Häuser"])
    let rows = try fixture.send("POST", "sandbox_collection/things/", [["n": 1], ["n": 2]])
    #expect(rows.status == 201 && rows.data.map { $0["values"] } == [["n": 1], ["n": 2]])
    let all = try fixture.get("sandbox_collection/things/")
    #expect(all.ids == [row["id"]?.string ?? ""] + rows.ids && Set(all.ids).count == 3)
    #expect(all["has_more"] == false)
    #expect(try fixture.get("sandbox_collection/others/").data.isEmpty)
  }

  @Test func `the server takes arrays for them, and a key as everywhere`() throws {
    let sandbox = try startSandbox(organisation: { $0.leads = 0 })
    func post(_ body: String, key: String?) throws -> RawResponse {
      try rawFetch("POST", "/api/v1/sandbox_collection/x/", port: sandbox.port, key: key, body: body)
    }
    #expect(try post("[{}, {}]", key: nil).status == 401)
    #expect(try post("[{}, {}]", key: sandbox.apiKey).json?["data"]?.array?.count == 2)
    #expect(try post("[{}, {}", key: sandbox.apiKey).status == 400)
    #expect(try post("[{}, 3]", key: sandbox.apiKey).status == 400)
    #expect(
      try rawFetch("GET", "/api/v1/sandbox_collection/x/", port: sandbox.port, key: sandbox.apiKey)
        .json?["data"]?.array?.count == 2)
  }

  @Test func `a row of one's own id is made, added to, read and deleted`() throws {
    #expect(try fixture.get("sandbox_collection/things/a b/").status == 404)
    _ = try fixture.send("PUT", "sandbox_collection/things/a b/", ["x": 1, "y": 1])
    _ = try fixture.send("PUT", "sandbox_collection/things/other/", ["x": 5])
    let changed = try fixture.send("PUT", "sandbox_collection/things/a b/", ["y": nil, "z": [2]])
    #expect(changed.status == 200)
    #expect(changed.body == ["id": "a b", "values": ["x": 1, "y": nil, "z": [2]]])
    #expect(try fixture.get("sandbox_collection/things/a b/").body == changed.body)
    #expect(try fixture.send("DELETE", "sandbox_collection/things/a b/").status == 204)
    #expect(try fixture.send("DELETE", "sandbox_collection/things/a b/").status == 404)
    #expect(try fixture.get("sandbox_collection/things/").ids == ["other"])
    #expect(try fixture.send("PUT", "sandbox_collection/things/other/", ["x": 6])["values"] == ["x": 6])
  }

  @Test(
    arguments: [
      ("POST", "things/", [1], 400), ("POST", "things/", "text", 400), ("PUT", "things/k/", [], 400),
      ("PUT", "things/", [:], 405), ("POST", "things/k/", [:], 405),
    ] as [(String, String, JSONValue, Int)])
  func `what is no object, or no such call, is refused`(
    method: String, path: String, body: JSONValue, status: Int
  ) throws {
    #expect(try fixture.send(method, "sandbox_collection/\(path)", body).status == status)
    #expect(try fixture.get("sandbox_collection/things/").data.isEmpty)
  }
}
