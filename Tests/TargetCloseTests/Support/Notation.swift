import JSONBytes
import Testing

@testable import TargetClose

/// A JSON document written as text, which the compiler reads faster than a large literal.
func json(_ text: String, at location: SourceLocation = #_sourceLocation) -> JSONValue {
  do {
    return try JSONValue(parsing: text)
  } catch {
    Issue.record("no JSON: \(text): \(error)", sourceLocation: location)
    return .null
  }
}

/// A JSON object written as text.
func members(_ text: String, at location: SourceLocation = #_sourceLocation) -> JSONObject {
  json(text, at: location).object ?? JSONObject()
}

/// A request that changes something, told as `POST lead/ {"name": "Acme"}`.
struct Write: Hashable, CustomStringConvertible {
  let call: String
  let body: JSONValue

  init(_ call: FakeClose.Call) {
    self.call = call.description
    body = call.body
  }

  init(_ text: String) {
    let parts = text.split(separator: " ", maxSplits: 2).map(String.init)
    call = parts.prefix(2).joined(separator: " ")
    body = parts.count > 2 ? json(parts[2]) : .null
  }

  var description: String { body.isNull ? call : "\(call) \(body.compact)" }
}

extension FakeClose {
  /// Puts objects there, each told as `lead lead_a {"name": "Acme"}`.
  func add(_ objects: [String], indexed: Bool = true) {
    for text in objects {
      let parts = text.split(separator: " ", maxSplits: 2).map(String.init)
      var fields = parts.count > 2 ? members(parts[2]) : JSONObject()
      fields["id"] = .string(parts[1])
      add(parts[0], fields, indexed: indexed)
    }
  }

  /// What has been written, in order.
  var written: [Write] { writes.map { Write($0) } }
}

/// The writes told by these texts.
func writes(_ texts: String...) -> [Write] { texts.map { Write($0) } }
