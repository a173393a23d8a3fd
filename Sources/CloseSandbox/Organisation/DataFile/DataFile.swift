import JSONBytes

/// An organisation as a text file of JSON lines: one about the whole, then one per object and per event.
///
///     {"close_sandbox":1,"organization":{"id":"orga_…"},"sent_messages":0}
///     {"kind":"lead","object":{"id":"lead_…","name":"Acme"}}
///     {"event":{"id":"ev_…","action":"created"}}
struct DataFile: Sendable {
  private static let version = 1
  let path: String

  var exists: Bool { FileBytes.exists(path) }

  // MARK: - Writing

  func write(_ world: World) throws(SandboxError) {
    do throws(SandboxError) {
      try FileBytes.write(path) { (flush) throws(SandboxError) in try lines(of: world, flush) }
    } catch {
      throw SandboxError(
        .dataFile, "cannot write the data file \(path): \(error)", systemError: error.systemError)
    }
  }

  private func lines(of world: World, _ flush: ([UInt8]) throws(SandboxError) -> Void) throws(SandboxError) {
    var buffer: [UInt8] = []
    let head: JSONObject = [
      "close_sandbox": .int(DataFile.version), "organization": .object(world.organization),
      "sent_messages": .int(world.sentMessages),
    ]
    JSONValue.object(head).write(to: &buffer)
    buffer.append(0x0A)
    for record in world.live.everything {
      buffer.append("{\"kind\":")
      buffer.appendJSONString(record.kind.resource.path)
      buffer.append(",\"object\":")
      buffer += record.body
      buffer.append("}\n")
      if buffer.count > 1 << 20 {
        try flush(buffer)
        buffer.removeAll(keepingCapacity: true)
      }
    }
    for event in world.events.events {
      buffer.append("{\"event\":")
      JSONValue.object(event.stored).write(to: &buffer)
      buffer.append("}\n")
      if buffer.count > 1 << 20 {
        try flush(buffer)
        buffer.removeAll(keepingCapacity: true)
      }
    }
    try flush(buffer)
  }

  // MARK: - Reading

  func read(_ options: OrganisationOptions) throws(SandboxError) -> World {
    var reader = DataFileReader(path: path)
    do throws(SandboxError) {
      try FileBytes.read(path) { (piece) throws(SandboxError) in try reader.take(piece) }
    } catch {
      guard error.code == .system else { throw error }
      throw SandboxError(
        .dataFile, "cannot read the data file \(path): \(error)", systemError: error.systemError)
    }
    return try reader.finish(options)
  }
}

/// Puts an organisation together from the lines of its file.
private struct DataFileReader {
  let path: String
  private var rest: [UInt8] = []
  private var line = 0
  private var head: JSONObject?
  private var records: [Record] = []
  private var ids: Set<String> = []
  private var events: [Event] = []

  init(path: String) { self.path = path }

  /// Reads the whole lines in what has come so far.
  mutating func take(_ piece: ArraySlice<UInt8>) throws(SandboxError) {
    rest += piece
    var start = 0
    while let end = rest[start...].firstIndex(of: 0x0A) {
      try read(Array(rest[start..<end]))
      start = end + 1
    }
    rest.removeFirst(start)
  }

  mutating func finish(_ options: OrganisationOptions) throws(SandboxError) -> World {
    if !rest.isEmpty { try read(rest) }
    guard let head, let organization = head["organization"]?.object else {
      throw SandboxError(.dataFile, "\(path) is no data file of close-sandbox: its first line is missing.")
    }
    let content = GeneratedOrganisation(organization: organization, records: records, events: events)
    // New ids must not repeat those of earlier runs.
    let seed = options.seed &+ UInt64(truncatingIfNeeded: records.count &+ events.count) &* 0x1_0001
    var world = World(content, options: options, idSeed: seed)
    world.sentMessages = head["sent_messages"]?.int ?? 0
    return world
  }

  private mutating func read(_ bytes: [UInt8]) throws(SandboxError) {
    line += 1
    guard !bytes.isEmpty else { return }
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue(parsing: bytes)
    } catch {
      throw problem(error.description)
    }
    if let object = value["object"]?.object {
      guard let resource = value["kind"]?.string.flatMap({ Resource.byPath[$0] }) else {
        throw problem("no known kind of object")
      }
      guard let id = object[resource.idKey]?.string else { throw problem("an object without an id") }
      guard ids.insert(id).inserted else { throw problem("the id \(id) stands twice") }
      records.append(Record(kind: resource.kind, object: object, sequence: records.count))
    } else if let stored = value["event"]?.object {
      guard let event = Event(stored: stored, sequence: events.count) else {
        throw problem("an incomplete event")
      }
      events.append(event)
    } else if value["close_sandbox"] == 1 {
      head = value.object
    } else {
      throw problem("neither an object nor an event")
    }
  }

  private func problem(_ what: String) -> SandboxError {
    SandboxError(
      .dataFile, "line \(line) of the data file \(path) cannot be read: \(what). Repair or remove the file.")
  }
}
