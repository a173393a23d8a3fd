import JSONBytes
import Testing

@testable import Singer

@Suite("The writer of messages")
struct MessageWriterTests {
  private let pipe = TestPipe()

  private func record(_ id: Int, padding: Int = 0) -> [UInt8] {
    let text = String(repeating: "x", count: padding)
    return Array("{\"type\":\"RECORD\",\"stream\":\"a\",\"record\":{\"id\":\(id),\"t\":\"\(text)\"}}\n".utf8)
  }

  private func state(_ day: String) throws -> SingerState {
    try SingerState(json(#"{"bookmarks":{"a":{"d":"\#(day)"}}}"#))
  }

  @Test("writes one line per message, in order")
  func lines() throws {
    let writer = MessageWriter(descriptor: pipe.writingEnd)
    try writer.writeSchema(["properties": [:]], stream: "a", keyProperties: ["id"], bookmarkProperties: ["d"])
    try writer.writeActivateVersion(12, stream: "a")
    try writer.writeRecords(record(1) + record(2), count: 2)
    try writer.writeState(try state("2024-05-01"))
    #expect(
      pipe.readAvailable() == """
        {"type":"SCHEMA","stream":"a","schema":{"properties":{}},"key_properties":["id"],"bookmark_properties":["d"]}
        {"type":"ACTIVATE_VERSION","stream":"a","version":12}
        {"type":"RECORD","stream":"a","record":{"id":1,"t":""}}
        {"type":"RECORD","stream":"a","record":{"id":2,"t":""}}
        {"type":"STATE","value":{"bookmarks":{"a":{"d":"2024-05-01"}}}}

        """)
    #expect(writer.recordCount == 2)
  }

  @Test("always names the keys, and bookmarks only when there are some")
  func schemaWithoutKeys() throws {
    let writer = MessageWriter(descriptor: pipe.writingEnd)
    try writer.writeSchema([:], stream: "a", keyProperties: [])
    try writer.flush()
    #expect(
      pipe.readAvailable() == "{\"type\":\"SCHEMA\",\"stream\":\"a\",\"schema\":{},\"key_properties\":[]}\n")
  }

  @Test("announces a stream once, and again when its schema has changed")
  func schemaOnce() throws {
    let writer = MessageWriter(descriptor: pipe.writingEnd)
    for type in ["string", "string", "integer", "integer"] {
      try writer.writeSchema(["type": .string(type)], stream: "a", keyProperties: [])
    }
    try writer.writeSchema(["type": "string"], stream: "b", keyProperties: [])
    try writer.flush()
    let lines = pipe.readAvailable().split(separator: "\n")
    #expect(lines.map { $0.contains("string") } == [true, false, true])
  }

  @Test("keeps records back until a STATE takes them along")
  func buffering() throws {
    let writer = MessageWriter(descriptor: pipe.writingEnd)
    try writer.writeRecords(record(1), count: 1)
    #expect(pipe.readAvailable() == "")
    try writer.writeState(try state("2024-05-01"))
    #expect(pipe.readAvailable().split(separator: "\n").count == 2)
  }

  @Test("passes large batches through, behind what waits before them")
  func largeBatches() throws {
    let writer = MessageWriter(descriptor: pipe.writingEnd)
    let received = Received(from: pipe)
    let batches = [record(1), record(2, padding: 200_000), record(3)]
    for batch in batches { try writer.writeRecords(batch, count: 1) }
    try writer.flush()
    pipe.closeWritingEnd()
    #expect(received.all() == batches.flatMap(\.self))
  }

  @Test("suppresses a STATE right behind the same one, but not behind records")
  func repeatedStates() throws {
    let writer = MessageWriter(descriptor: pipe.writingEnd)
    try writer.writeState(try state("2024-05-01"))
    try writer.writeState(try state("2024-05-01"))
    try writer.writeSchema([:], stream: "a", keyProperties: [])
    try writer.writeState(try state("2024-05-01"))
    try writer.writeRecords(record(1), count: 1)
    try writer.writeState(try state("2024-05-01"))
    try writer.writeState(try state("2024-05-01"))
    try writer.writeState(try state("2024-05-02"))
    let types = pipe.readAvailable().split(separator: "\n").map { $0.split(separator: "\"")[3] }
    #expect(types == ["STATE", "SCHEMA", "STATE", "RECORD", "STATE", "STATE"])
  }

  @Test("writes what has waited for more than a second, when asked")
  func idle() throws {
    let writer = MessageWriter(descriptor: pipe.writingEnd)
    let now = ContinuousClock.now
    try writer.flushIfIdle(now: now + .seconds(100))
    try writer.writeRecords(record(1), count: 1)
    try writer.flushIfIdle(now: now + .milliseconds(900))
    #expect(pipe.readAvailable() == "")
    try writer.flushIfIdle(now: now + .seconds(30))
    #expect(pipe.readAvailable().hasSuffix("}\n"))
  }

  @Test("adds the line break a batch lacks, so that lines never run together")
  func missingLineBreak() throws {
    let writer = MessageWriter(descriptor: pipe.writingEnd)
    try writer.writeRecords(Array(record(1).dropLast()), count: 1)
    try writer.writeRecords([], count: 0)
    try writer.writeRecords(record(2), count: 1)
    try writer.flush()
    #expect(pipe.readAvailable().split(separator: "\n").count == 2)
  }

  @Test("hands every byte over, also to a consumer that takes a few at a time", arguments: [false, true])
  func slowConsumer(isNonBlocking: Bool) throws {
    if isNonBlocking { pipe.makeWritingNonBlocking() }
    let writer = MessageWriter(descriptor: pipe.writingEnd)
    let batches = (0..<40).map { record($0, padding: $0 * 1000) }
    let received = Received(from: pipe)
    for batch in batches { try writer.writeRecords(batch, count: 1) }
    try writer.writeState(SingerState())
    pipe.closeWritingEnd()
    let expected = batches.flatMap(\.self) + Array("{\"type\":\"STATE\",\"value\":{\"bookmarks\":{}}}\n".utf8)
    #expect(received.all() == expected)
  }

  @Test("keeps the lines of many tasks whole, and a STATE behind what was written before it")
  func manyTasks() async throws {
    let writer = MessageWriter(descriptor: pipe.writingEnd)
    let received = Received(from: pipe)
    try await withThrowingTaskGroup { group in
      for task in 0..<8 {
        group.addTask {
          for index in 0..<50 {
            try writer.writeRecords(record(task * 1000 + index, padding: index * 40), count: 1)
            var state = SingerState()
            state.setExtra("last", of: "\(task)", to: .int(index))
            try writer.writeState(state)
          }
        }
      }
      try await group.waitForAll()
    }
    pipe.closeWritingEnd()
    var reader = MessageReader()
    reader.append(received.all())
    reader.finish()
    var lastRecord: [Int: Int] = [:]
    var count = 0
    while let message = try reader.next() {
      count += 1
      switch message {
      case .record(let record):
        let id = try #require(try record.parse()["id"]?.int)
        lastRecord[id / 1000] = id % 1000
      case .state(let value, _):
        for (task, bookmark) in try #require(value["bookmarks"]?.object) {
          #expect(bookmark["last"]?.int == lastRecord[try #require(Int(task))])
        }
      default: Issue.record("unexpected line")
      }
    }
    #expect(count == 800)
    #expect(writer.recordCount == 400)
  }

  @Test("knows when the consumer has gone, and stays quiet from then on")
  func consumerGone() throws {
    let writer = MessageWriter(descriptor: pipe.writingEnd)
    pipe.closeReadingEnd()
    try writer.writeRecords(record(1), count: 1)
    for _ in 0..<2 {
      let error = #expect(throws: SingerError.self) { try writer.writeState(SingerState()) }
      #expect(error?.code == .consumerGone)
      #expect(error?.exitCode == ExitCode(number: 141))
    }
    #expect(throws: SingerError.self) { try writer.writeRecords(record(1), count: 1) }
  }

  @Test("says why it cannot write, and writes nothing behind half a line")
  func outputFails() {
    let writer = MessageWriter(descriptor: 9999)
    #expect(
      errorText { try writer.writeState(SingerState()) } == "cannot write the output: Bad file descriptor")
    #expect(errorText { try writer.flush() } == "cannot write the output: Bad file descriptor")
  }

  @Test("writes other JSON lines at once, for targets and plans")
  func otherLines() throws {
    let writer = MessageWriter(descriptor: pipe.writingEnd)
    try writer.writeLine(["bookmarks": [:]])
    #expect(pipe.readAvailable() == "{\"bookmarks\":{}}\n")
  }
}

extension MessageWriter {
  /// Writes records that a test has spelt out.
  fileprivate func writeRecords(_ lines: [UInt8], count: Int) throws(SingerError) {
    let records = RecordLines()
    records.append(lines)
    try writeRecords(records, count: count)
  }
}
