import JSONBytes
import Testing

@testable import Singer

/// Spoiled input of every kind: it is read or refused in so many words, and nothing else happens.
@Suite("Fuzz: Singer input")
struct SingerFuzzTests {
  private let rounds = processEnvironment("FUZZ_ROUNDS").flatMap { Int($0) } ?? 1500

  private static let stream = #"""
    {"type":"SCHEMA","stream":"leads","schema":{"type":"object","properties":{"id":{"type":"string"},"n":{"type":["null","integer"],"minimum":0},"at":{"type":["null","string"],"format":"date-time"},"c":{"type":"array","items":{"anyOf":[{"type":"string","maxLength":3},{"type":"object","properties":{"e":{"enum":[1,"a"]}},"required":["e"],"additionalProperties":false}]}}}},"key_properties":["id"]}
    {"type":"RECORD","stream":"leads","record":{"id":"a","n":12,"at":"2024-05-01T00:00:00Z","c":["x",{"e":1}]},"time_extracted":"2024-05-01T00:00:00Z","version":1}

    {"type":"ACTIVATE_VERSION","stream":"leads","version":1}
    {"type":"BATCH","stream":"leads","encoding":{"format":"jsonl"},"manifest":["a"]}
    {"type":"STATE","value":{"bookmarks":{"leads":{"d":"2024-05-01"}}}}

    """#

  @Test("messages, in chunks of any size")
  func messages() throws {
    var mutator = Mutator(seed: 1)
    for _ in 0..<rounds {
      let bytes = mutator.spoil(Self.stream)
      let lineCount = bytes.count { $0 == 0x0A } + 1
      var reader = MessageReader()
      var validator: SchemaValidator?
      var offset = 0
      while offset < bytes.count {
        let end = min(offset + 1 + mutator.number(below: 400), bytes.count)
        reader.append(Array(bytes[offset..<end]))
        offset = end
        try drain(&reader, &validator)
      }
      reader.finish()
      try drain(&reader, &validator)
      #expect(reader.line <= lineCount)
    }
  }

  private func drain(_ reader: inout MessageReader, _ validator: inout SchemaValidator?) throws {
    while true {
      do throws(SingerError) {
        guard let message = try reader.next() else { return }
        #expect(message.line == reader.line)
        switch message {
        case .schema(let schema): validator = try SchemaValidator(schema)
        case .record(let record): try validator?.validate(try record.parse(), of: record)
        case .state(let value, _): _ = try SingerState(value).bookmark(of: "leads", by: "d")
        case .activateVersion, .batch, .unknown: break
        }
      } catch {
        #expect(!error.description.isEmpty)
        if error.code == .malformedMessage { #expect(error.line == reader.line) }
      }
    }
  }

  @Test("catalogs, which say the same after a round trip")
  func catalogs() throws {
    let text = #"""
      {"streams":[{"tap_stream_id":"leads","stream":"leads","key_properties":["id"],"replication_method":"INCREMENTAL",
      "schema":{"required":["id"],"selected":true,"properties":{"id":{"inclusion":"automatic"},"c":{"type":"array","items":{"selected":false,
      "properties":{"e":{}}}},"o":{"anyOf":[{"properties":{"a":{}}},{"type":"null"}]}}},"metadata":[{"breadcrumb":[],
      "metadata":{"selected":"true","replication-key":"d"}},{"breadcrumb":["properties","c","items","properties","e"],"metadata":
      {"selected":false}}]},{"stream":"tasks","selected":false}]}
      """#
    let declared = try Catalog(json(text))
    var mutator = Mutator(seed: 2)
    var accepted = 0
    for _ in 0..<rounds {
      guard let value = try? JSONValue(parsing: mutator.spoil(text)) else { continue }
      do throws(SingerError) {
        let catalog = try Catalog(value, file: "c")
        accepted += 1
        _ = catalog.warnings(against: declared).map(\.description)
        let again = try Catalog(try JSONFile.parse(Array(catalog.pretty.utf8), file: "c", role: "catalog"))
        for entry in catalog.entries {
          let selection = Selection(of: entry)
          let schema = selection.selectedSchema()
          #expect(schema == again.selection(of: entry.tapStreamID).selectedSchema())
          for name in schema["properties"]?.object?.keys ?? [] {
            #expect(selection.isSelected(.property(name)))
          }
        }
      } catch {
        #expect(error.description.hasPrefix("c: "))
      }
    }
    #expect(accepted > 0)
  }

  @Test("states, which keep what they do not understand")
  func states() throws {
    let text =
      #"{"bookmarks":{"leads":{"d":"2024-05-01T00:00:00Z","x":1},"tasks":{"replication_key":"d","#
      + #""replication_key_value":"2024-05-01","partitions":[{"context":{}}]}},"currently_syncing":"leads","y":[1]}"#
    let later = try #require(Timestamp("2999-01-01"))
    var mutator = Mutator(seed: 3)
    var accepted = 0
    for _ in 0..<rounds {
      guard let value = try? JSONValue(parsing: mutator.spoil(text)) else { continue }
      do throws(SingerError) {
        var state = try SingerState(value)
        accepted += 1
        for stream in ["leads", "tasks", "new"] {
          _ = try state.bookmark(of: stream, by: "d")
          state.advance(stream, "d", to: later)
          #expect(try state.bookmark(of: stream, by: "d") ?? .earliest >= later)
        }
        #expect(try SingerState(state.json) == state)
      } catch {
        #expect(error.code == .state)
      }
    }
    #expect(accepted > 0)
  }

  @Test("configs and command lines")
  func configs() throws {
    let text =
      #"{"api_key":"k","api_keys":["a"],"start_date":"2024-05-01","date_window":15,"rate_limit_share":0.5,"#
      + #""deletes":true,"custom_fields":"list","request_headers":{"a":"b"}}"#
    var mutator = Mutator(seed: 4)
    for _ in 0..<rounds {
      let words = mutator.spoil("--config=x\0-c\0y\0--test\0leads:5\0--discover\0--state\0s").split(
        separator: 0)
      _ = try? Arguments(words.map { String(decoding: $0, as: UTF8.self) }, for: ArgumentsTests.table)
      guard let value = try? JSONValue(parsing: mutator.spoil(text)) else { continue }
      do {
        let settings = try SettingsTests.table.resolve([(name: "c", config: value)])
        let shown = try #require(try? json(settings.description))
        for secret in ["api_key", "api_keys"] where settings.isSet(secret) {
          #expect(shown[secret] == "[redacted]")
        }
      } catch let error as SingerError {
        #expect(error.code == .config)
      }
    }
  }
}
