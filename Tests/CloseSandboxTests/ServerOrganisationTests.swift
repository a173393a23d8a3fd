import CloseSandbox
import JSONBytes
import TestSupport
import Testing

@Suite("Server and organisation together")
struct ServerOrganisationTests {
  @Test func `both keys belong to users of the organisation, only one to an admin`() throws {
    let sandbox = try startSandbox(organisation: { $0.leads = 1 })
    let admin = try #require(try sandbox.ask("GET", "/api/v1/me/").json)
    let member = try #require(
      try rawFetch("GET", "/api/v1/me/", port: sandbox.port, key: sandbox.server.keys.member).json)
    #expect(admin["id"]?.string == sandbox.api.admin.userID)
    #expect(member["id"]?.string == sandbox.api.member.userID)
    #expect(admin["id"] != member["id"])
    let organization = admin["organizations"]?.array?.first?["id"]?.string
    #expect(organization == sandbox.api.organizationID)
    let credentials = try #require(try sandbox.control("GET", "credentials").json)
    #expect(credentials["organization_id"]?.string == organization)
  }

  @Test func `a long GET by override reads what the GET reads`() throws {
    let sandbox = try startSandbox(organisation: { $0.leads = 5 })
    let ids = try #require(try sandbox.ask("GET", "/api/v1/lead/?_fields=id").json?["data"]?.array)
      .compactMap { $0["id"]?.string }
    #expect(ids.count == 5)
    let wanted = ids.prefix(3).joined(separator: ",")
    let plain = try sandbox.ask("GET", "/api/v1/lead/?id__in=\(wanted)&_fields=id")
    let overridden = try sandbox.ask(
      "POST", "/api/v1/lead/?_fields=id", headers: [("x-http-method-override", "GET")],
      body: "{\"_params\":{\"id__in\":\"\(wanted)\"}}")
    #expect(plain.json?["data"]?.array?.count == 3)
    #expect(overridden.json == plain.json)
  }

  @Test func `the organisation lives by the sandbox's clock`() throws {
    let start = try #require(Timestamp("2026-01-31T00:00:00Z"))
    let sandbox = try startSandbox(organisation: { $0.leads = 20 }, server: { $0.clock = start })
    let answer = try sandbox.ask("GET", "/api/v1/event/")
    let events = try #require(answer.json?["data"]?.array)
    #expect(!events.isEmpty)
    #expect(events.allSatisfy { Timestamp($0["date_updated"]?.string ?? "") ?? .latest <= start })
    sandbox.server.clock.advance(seconds: 31 * 86_400)
    #expect(try sandbox.ask("GET", "/api/v1/event/").json?["data"]?.array?.isEmpty == true)
  }
}
