import JSONBytes
import Testing

@testable import Singer

@Suite("The reader of messages")
struct MessageReaderTests {
  /// Reads everything, feeding `size` bytes at a time, and names what came.
  private func read(_ text: String, size: Int) throws -> [String] {
    var reader = MessageReader()
    var found: [String] = []
    var rest = Array(text.utf8)[...]
    while true {
      while let message = try reader.next() { found.append("\(message.line):\(name(of: message))") }
      if rest.isEmpty { break }
      reader.append(Array(rest.prefix(size)))
      rest = rest.dropFirst(size)
    }
    reader.finish()
    while let message = try reader.next() { found.append("\(message.line):\(name(of: message))") }
    #expect(try reader.next() == nil)
    return found
  }

  private func name(of message: SingerMessage) -> String {
    switch message {
    case .schema(let schema): "schema \(schema.stream)"
    case .record(let record): "record \(String(decoding: record.bytes, as: UTF8.self))"
    case .state(let value, _): "state \(value.compact)"
    case .activateVersion(let stream, let version, _): "version \(stream) \(version)"
    case .batch(let batch): "batch \(batch.stream)"
    case .unknown(let type, _): "unknown \(type)"
    }
  }

  private static let input = """
    {"type":"SCHEMA","stream":"a","schema":{}}

    {"type":"RECORD","stream":"a","record":{"ä":"😀"}}\r
    \t \r
    {"type":"STATE","value":{}}
    {"type":"LOG"}
    """

  @Test("cuts lines wherever the chunks end", arguments: [1, 2, 3, 7, 64, 1000])
  func chunks(size: Int) throws {
    let expected = ["1:schema a", #"3:record {"ä":"😀"}"#, "5:state {}", "6:unknown LOG"]
    #expect(try read(Self.input, size: size) == expected)
    #expect(try read(Self.input + "\n", size: size) == expected)
    #expect(try read("\u{FEFF}" + Self.input, size: size) == expected)
    #expect(try read("\n\n" + Self.input, size: size).first == "3:schema a")
  }

  @Test("of nothing finds nothing", arguments: ["", "\n", " \n\r\n\t"])
  func nothing(text: String) throws {
    #expect(try read(text, size: 1) == [])
  }

  @Test("goes on behind a bad line")
  func goesOn() throws {
    var reader = MessageReader()
    reader.append(
      Array("{\"type\":\"STATE\",\"value\":1}\noops\n{\"type\":\"STATE\",\"value\":2}\n{\"ty".utf8))
    #expect(try reader.next()?.line == 1)
    #expect(errorText { _ = try reader.next() }?.hasPrefix("line 2: ") == true)
    #expect(try reader.next()?.line == 3)
    #expect(try reader.next() == nil)
    reader.finish()
    #expect(errorText { _ = try reader.next() }?.hasPrefix("line 4: ") == true)
    #expect(try reader.next() == nil)
  }

  @Test("reads lines of many megabytes")
  func longLines() throws {
    let text = String(repeating: "x", count: 33 << 20)
    let line = Array(#"{"type":"RECORD","stream":"a","record":{"t":"\#(text)"}}"#.utf8)
    var reader = MessageReader()
    for start in stride(from: 0, to: line.count, by: 1 << 16) {
      reader.append(Array(line[start..<min(start + 1 << 16, line.count)]))
      #expect(try reader.next() == nil)
    }
    reader.append([0x0A])
    guard case .record(let record) = try reader.next() else {
      Issue.record("no record")
      return
    }
    #expect(record.bytes.count == text.utf8.count + 8)
    reader.append(Array("{\"type\":\"STATE\",\"value\":1}\n".utf8))
    #expect(try reader.next()?.line == 2)
  }

  @Test("waits for a descriptor and ends with it")
  func descriptor() async throws {
    let pipe = TestPipe()
    let input = InputSource(descriptor: pipe.readingEnd)
    var reader = MessageReader()
    pipe.send("{\"type\":\"STATE\",\"value\":1}\n{\"type\":\"STATE\",")
    #expect(try await reader.next(from: input)?.line == 1)
    async let next = { [reader] in
      var reader = reader
      return try await (reader.next(from: input)?.line, reader.next(from: input)?.line)
    }()
    pipe.send("\"value\":2}")
    pipe.closeWritingEnd()
    let (second, end) = try await next
    #expect(second == 2)
    #expect(end == nil)
  }

  @Test("stops waiting when it is interrupted, and never delivers half a line")
  func interrupted() async throws {
    let pipe = TestPipe()
    let interruption = Interruption()
    let input = InputSource(descriptor: pipe.readingEnd, interruption: interruption)
    pipe.send("{\"type\":\"STATE\",\"value\":1}\n{\"type\":")
    async let lines = {
      var reader = MessageReader()
      return try await (reader.next(from: input)?.line, reader.next(from: input)?.line)
    }()
    interruption.request(signal: 15)
    let (first, second) = try await lines
    #expect(first == 1 || first == nil)
    #expect(second == nil)
  }

  @Test("says when the input cannot be read")
  func unreadable() async {
    let error = await #expect(throws: SingerError.self) {
      var reader = MessageReader()
      _ = try await reader.next(from: InputSource(descriptor: 9999))
    }
    #expect(error?.description == "cannot read the input: Bad file descriptor")
    #expect(error?.exitCode == .failure)
  }
}
