import CloseAPI
import JSONBytes
import Singer

/// The streams of the setting `custom_streams`.
struct CustomStreamTable {
  /// An element that has been read, and what it takes its rows from.
  private struct Draft {
    let place: String
    var stream: CustomStream
    let source: CustomStreamReader.LookupSource?
  }

  private let builtIn: [StreamDefinition]
  private var drafts: [Draft] = []
  private var problems: [String] = []

  /// Reads all elements and finds everything that is wrong with them, before any request is made.
  ///
  /// - Parameter builtIn: the streams there are anyway, whose names are taken and which may be looked up.
  /// - Throws: `SingerError.config` with one reason per mistake.
  static func read(
    _ elements: [JSONValue], beside builtIn: [StreamDefinition]
  ) throws(SingerError) -> [CustomStream] {
    var table = CustomStreamTable(builtIn: builtIn)
    for (index, element) in elements.enumerated() { table.add(element, "custom_streams[\(index)]") }
    table.checkNames()
    var streams: [CustomStream] = []
    for index in table.drafts.indices { streams.append(table.resolved(index, path: [])) }
    guard table.problems.isEmpty else { throw SingerError(.config, reasons: table.problems.unique) }
    return streams
  }

  private init(builtIn: [StreamDefinition]) { self.builtIn = builtIn }

  private mutating func add(_ element: JSONValue, _ place: String) {
    guard let members = element.object else {
      problems.append("\(place) must be an object")
      return
    }
    var reader = CustomStreamReader(members, place: place)
    let stream = reader.stream()
    problems += reader.problems
    drafts.append(Draft(place: place, stream: stream, source: reader.source))
  }

  /// Names become tables, and many loaders do not tell capitals from others.
  private mutating func checkNames() {
    var taken = Set(builtIn.map { $0.name.lowercased() })
    let reserved = taken
    for draft in drafts where !draft.stream.name.isEmpty {
      let name = draft.stream.name.lowercased()
      if reserved.contains(name) {
        problems.append(
          "\(draft.place).name \(draft.stream.name) is a stream of its own already; choose another")
      } else if !taken.insert(name).inserted {
        problems.append("\(draft.place).name \(draft.stream.name) stands twice; choose another")
      }
    }
  }

  /// The stream with its lookup.
  ///
  /// - Parameter path: the streams that look up this one, to notice a circle.
  private mutating func resolved(_ index: Int, path: [String]) -> CustomStream {
    let draft = drafts[index]
    var stream = draft.stream
    let place = "\(draft.place).lookup"
    switch draft.source {
    case nil: break
    case .file(let file)?:
      do throws(SingerError) {
        stream.lookup = .rows(try LookupFile.rows(file, columns: stream.request.columns))
      } catch {
        problems.append("\(place).file: \(error)")
      }
    case .stream(let name)?:
      let path = path + [stream.name]
      if path.contains(name) {
        problems.append("\(place).stream goes in circles: \((path + [name]).joined(separator: ", "))")
      } else if let parent = builtIn.first(where: { $0.name == name }) {
        check(stream.request.columns, of: parent, place)
        stream.lookup = .stream(parent)
      } else if let parent = drafts.firstIndex(where: { $0.stream.name == name }) {
        stream.lookup = .stream(resolved(parent, path: path).definition)
      } else {
        let names = (builtIn.map(\.name) + drafts.map(\.stream.name)).joined(separator: ", ")
        problems.append("\(place).stream \(name) is not known; there are \(names)")
      }
    }
    return stream
  }

  /// Finds columns that a built-in stream does not have, or that hold more than one value.
  private mutating func check(_ columns: [String], of parent: StreamDefinition, _ place: String) {
    for column in columns where !(parent.customFields != nil && column.hasPrefix("custom.")) {
      let property = parent.knownProperties[column]
      let types = property?["type"]?.array?.compactMap(\.string) ?? [property?["type"]?.string ?? ""]
      if property == nil {
        problems.append("\(place): \(parent.name) has no column \(column) for {lookup.\(column)}")
      } else if types.contains("object") || types.contains("array") {
        problems.append("\(place): the column \(column) of \(parent.name) holds more than one value")
      }
    }
  }
}

extension [CustomStream] {
  /// What stands in headers and must not show in a log.
  var secrets: [String] {
    let texts = flatMap { stream in
      stream.request.headers.filter { !harmlessHeaders.contains($0.name.lowercased()) }.map(\.value.template)
        + stream.lookedUpSecrets
    }
    // Short ones would make a mess of ordinary words.
    return (texts + texts.compactMap(\.behindScheme)).filter { $0.utf8.count >= 8 }
  }
}

extension String {
  /// The secret alone, as a refusal may quote it: what follows `Bearer ` and its kin.
  fileprivate var behindScheme: String? {
    let words = split(separator: " ")
    guard words.count == 2, ["bearer", "basic", "token", "apikey"].contains(words[0].lowercased()) else {
      return nil
    }
    return String(words[1])
  }
}

private let harmlessHeaders = ["accept", "accept-language", "content-type", "x-tz-offset"]

extension CustomStream {
  /// What a file puts into headers.
  fileprivate var lookedUpSecrets: [String] {
    guard case .rows(let rows)? = lookup else { return [] }
    return rows.flatMap { row in request.headerColumns.compactMap { row[$0]?.macroText } }
  }
}
