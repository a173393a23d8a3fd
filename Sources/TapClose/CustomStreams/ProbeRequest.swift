import CloseAPI
import JSONBytes
import Singer

/// What `--suggest-paths` asks: `/lead/?_limit=5`, `GET lead/`, or `POST report/activity/ {"type": "overview", …}`.
struct ProbeRequest: Hashable, Sendable {
  struct Parameter: Hashable, Sendable {
    let name: String
    let value: String
  }

  let segments: [String]
  private(set) var parameters: [Parameter] = []
  /// What a POST asks.
  private(set) var body: JSONValue?
  /// As the user wrote it.
  let text: String

  /// Reads the argument.
  ///
  /// - Throws: `SingerError.usage`.
  init(parsing argument: String) throws(SingerError) {
    let problem = { (reason: String) in SingerError(.usage, "--suggest-paths \(reason)") }
    var rest = argument.trimming
    var isPost = false
    for method in ["GET", "POST"] where rest.uppercased().hasPrefix(method + " ") {
      isPost = method == "POST"
      rest = String(rest.dropFirst(method.count)).trimming
    }
    // A path has no spaces; what follows one is the body.
    let parts = rest.split(separator: " ", maxSplits: 1).map(String.init)
    let address = (parts.first ?? "").split(separator: "?", maxSplits: 1).map(String.init)
    segments = (address.first ?? "").split(separator: "/").map { $0.percentDecoded }
    text = "\(isPost ? "POST" : "GET") /\(segments.joined(separator: "/"))/"
    guard !segments.isEmpty, address.first?.contains("://") != true else {
      throw problem("needs a path relative to base_url, such as /report/sent_emails/, not \"\(argument)\"")
    }
    if address.count > 1 {
      for pair in address[1].split(separator: "&") {
        let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        parameters.append(
          Parameter(
            name: sides[0].percentDecoded, value: sides.count > 1 ? sides[1].percentDecoded : ""))
      }
    }
    guard isPost else {
      if parts.count > 1 { throw problem("takes a body only behind POST PATH") }
      return
    }
    if let objection = ReadingPost.objection(toPath: segments) {
      throw problem("cannot be used: \(objection)")
    }
    guard let body = parts.count > 1 ? try? JSONValue(parsing: parts[1]) : [:], body.object != nil else {
      throw problem("needs a JSON object as the body behind POST PATH")
    }
    self.body = body
  }

  var pathText: String { "/\(segments.joined(separator: "/"))/" }

  /// A name for the stream: the last word of the path that is no id.
  var name: String {
    let words = segments.filter { $0.allSatisfy { $0.isASCII && ($0.isLowercase || $0 == "_") } }
    let name = words.last ?? "records"
    let isTaken = StreamTable.all.contains { $0.name == name }
    return isTaken ? "my_\(name)" : name
  }

  /// The call; it may be repeated, for it only asks.
  var call: APICall {
    let path = segments.joined(separator: "/")
    var call = body.map { APICall.ask(path, $0) } ?? .get(path)
    call.segments = segments
    call.query = parameters.map { (name: $0.name, value: $0.value) }
    return call
  }
}

extension StringProtocol {
  fileprivate var trimming: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }

  /// The text that `%20` and `+` stand for.
  fileprivate var percentDecoded: String {
    var bytes: [UInt8] = []
    var rest = Array(utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), rest.count >= 2,
        let decoded = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      {
        bytes.append(decoded)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
