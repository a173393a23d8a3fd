import CloseSandbox
import JSONBytes
import TestSupport
import Testing

/// How the series of requests join that custom streams make for the rows of a lookup.
@Suite("tap-close: custom streams and their lookups")
struct TapCustomLookupTests {
  private static func lookup(_ file: String) -> JSONValue {
    [
      "name": "things", "path": "{lookup.kind}/part", "params": ["of": "{lookup.id}"],
      "lookup": ["file": .string(file)],
      "primary_key": ["_lookup_id", "id"],
    ]
  }

  @Test func `rows of a file are asked for one by one, and each record says which`() async throws {
    let organisation = ScriptedOrganisation()
    organisation.change { state in
      state.add("a/part", 2, from: .now(), step: 1)
      state.add("b%2F c/part", 1, from: .now(), step: 1)
      state.rules.refusals["gone/part/"] = 404
    }
    let sandbox = try startSandbox(organisation)
    let folder = try TemporaryDirectory()
    let file = try folder.write("kind,id,more\na,1,x\na,1,y\na,2,\ngone,3,\n\"b/ c\",4,\n", to: "rows.csv")
    let run = try await Tap(sandbox, streams: TapCustomLookupTests.lookup(file)).run(["things"])
    run.expectHealthy()
    #expect(run.log.contains { $0.contains("Close has nothing for 1 of 4 rows of the lookup") })
    let keys = run.output.records.compactMap { $0.value["_lookup_id"]?.string }
    #expect(keys.prefix(4) == ["1", "1", "2", "2"])
    #expect(sandbox.server.requests.last { $0.parameter("of") == "4" }?.path.hasPrefix("b") == true)
    #expect(run.output.schemas["things"]?["schema"]?["properties"]?["_lookup_id"] == ["type": "string"])
  }

  @Test(arguments: ["my_sequences", "sequences"])
  func `a parent that moves to the front while it is read is not passed over`(parent: String) async throws {
    let organisation = ScriptedOrganisation()
    let start = try Timestamp.at("2024-03-01T00:00:00Z")
    organisation.change { state in
      state.add("sequence", 250, from: start, step: Timestamp.second)
      state.add("part", 1, from: start, step: 1)
      state.tables["part"]?[0].members["sequence_id"] = "sequence_0"
    }
    let sandbox = try startSandbox(organisation) { options in
      options.onRequest = { request, _ in
        guard request.path == "sequence/", request.query.contains(where: { $0 == ("_skip", "99") }) else {
          return
        }
        organisation.change { $0.tables["sequence"]?[0].created = Timestamp.now() }
      }
    }
    let tap = try Tap(
      sandbox,
      streams: [
        "name": "parts", "path": "/part/", "params": ["sequence_id": "{lookup.id}"], "primary_key": "id",
        "lookup": ["stream": .string(parent)], "replication_key": "date_updated",
      ], ["name": "my_sequences", "path": "/sequence/", "primary_key": "id"])
    let run = try await tap.run(["parts"])
    run.expectHealthy()
    #expect(run.output.ids == ["part_0"])
  }

  @Test func `a series that breaks off is no row without anything`() async throws {
    let organisation = ScriptedOrganisation()
    organisation.change { state in
      state.add("a/part", 250, from: .now(), step: 1)
      state.add("b/part", 1, from: .now(), step: 1)
    }
    let sandbox = try startSandbox(organisation) { options in
      options.onRequest = { request, _ in
        guard request.query.contains(where: { $0 == ("_skip", "99") }) else { return }
        organisation.change { $0.rules.refusals["a/part/"] = 404 }
      }
    }
    let folder = try TemporaryDirectory()
    let file = try folder.write("kind,id\nb,1\na,2\n", to: "rows.csv")
    let run = try await Tap(sandbox, streams: TapCustomLookupTests.lookup(file)).run(["things"])
    #expect(run.exit == 1 && run.lastLine.contains("status 404"))
  }

  @Test(arguments: [403, 400]) func `rows that are refused make the stream incomplete, not the others`(
    status: Int
  )
    async throws
  {
    let organisation = ScriptedOrganisation()
    organisation.change { state in
      for kind in ["a", "c"] { state.add("\(kind)/part", 1, from: .now(), step: 1, prefix: kind) }
      state.rules.refusals["b/part/"] = status
    }
    let folder = try TemporaryDirectory()
    let file = try folder.write(
      "{\"kind\": \"a\", \"id\": 1}\n{\"kind\": \"b\", \"id\": 2}\n{\"kind\": \"c\", \"id\": 3}\n",
      to: "rows.jsonl")
    let run = try await Tap(startSandbox(organisation), streams: TapCustomLookupTests.lookup(file)).run([
      "things"
    ])
    #expect(run.exit == 1 && run.output.ids == ["a_0", "c_0"])
    #expect(
      run.lastLine.contains(
        "1 of 3 rows of the lookup could not be asked for, the first: GET /{id}/part/ failed"))
  }
}
