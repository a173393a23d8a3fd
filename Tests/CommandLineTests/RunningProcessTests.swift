import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite("Running programs")
struct RunningProcessTests {
  private func shell(_ script: String, _ arguments: String...) -> [String] {
    ["-c", script, "sh"] + arguments
  }

  @Test func `output, errors and status come back`() async throws {
    let outcome = try await runProcess("/bin/sh", shell("echo out; echo err >&2; exit 7"))
    #expect(outcome.stdout == "out\n")
    #expect(outcome.stderr == "err\n")
    #expect(outcome.exit == 7)
    #expect(!outcome.timedOut)
  }

  @Test func `megabytes flow through full pipes both ways`() async throws {
    let text = String(repeating: "0123456789abcde\n", count: 200_000)
    let outcome = try await runProcess("/bin/sh", shell("tee /dev/stderr"), stdin: text)
    #expect(outcome.stdout == text)
    #expect(outcome.stderr == text)
  }

  @Test func `a program that does not read its input is no trouble`() async throws {
    let outcome = try await runProcess(
      "/bin/sh", shell("exit 0"), stdin: String(repeating: "x", count: 1 << 20))
    #expect(outcome.exit == 0)
  }

  @Test func `no input is an empty input`() async throws {
    #expect(try await runProcess("/bin/cat").stdout.isEmpty)
  }

  @Test func `arguments, environment and directory arrive as they are`() async throws {
    let directory = try TemporaryDirectory()
    try directory.write("here", to: "file")
    let outcome = try await runProcess(
      "/bin/sh", shell("cat file; echo; echo \"$1|$2|$GREETING\"", "a b", "$HOME*"),
      environment: ["GREETING": "hi there"], directory: directory.path)
    #expect(outcome.lines == ["here", "a b|$HOME*|hi there"])
  }

  @Test func `lines can be read as they come, and answered`() async throws {
    let process = try RunningProcess(
      "/bin/sh", shell("echo ready; while read line; do echo \"got $line\"; done; printf end"),
      keepsInputOpen: true)
    #expect(await process.nextLine() == "ready")
    process.write("one\n")
    #expect(await process.nextLine() == "got one")
    process.write("two\n")
    process.closeInput()
    #expect(await process.nextLine() == "got two")
    #expect(await process.nextLine() == "end")
    #expect(await process.nextLine() == nil)
    #expect(await process.outcome().stdout == "ready\ngot one\ngot two\nend")
  }

  @Test func `a signal arrives when it is sent`() async throws {
    let process = try RunningProcess(
      "/bin/sh", shell("trap 'echo asked >&2; exit 3' TERM; echo ready; while :; do sleep 0.01; done"))
    #expect(await process.nextLine() == "ready")
    process.send(SIGTERM)
    #expect(await process.nextErrorLine() == "asked")
    #expect(await process.outcome().exit == 3)
    process.send(SIGTERM)
  }

  @Test func `death by a signal is a negative status`() async throws {
    let process = try RunningProcess("/bin/sh", shell("echo ready; exec sleep 100"))
    #expect(await process.nextLine() == "ready")
    process.send(SIGKILL)
    #expect(await process.outcome().exit == -SIGKILL)
  }

  @Test func `a program and its children end when the time is over`() async throws {
    let outcome = try await runProcess("/bin/sh", shell("echo ready; sleep 100 | cat"), timeout: 0.2)
    #expect(outcome.timedOut)
    #expect(outcome.exit == -SIGKILL)
    #expect(outcome.stdout == "ready\n")
  }

  @Test func `a reader that goes away breaks the pipe`() async throws {
    let process = try RunningProcess("/bin/sh", shell("exec yes"), closesOutputAfter: 10)
    let outcome = await process.outcome()
    #expect(outcome.stdout.utf8.count == 10)
    #expect(outcome.exit == -SIGPIPE || outcome.stderr.contains("Broken pipe"))
  }

  @Test func `an unknown program is an error`() async {
    await #expect(throws: SpawnError.self) { try await runProcess("/no/such/program") }
  }
}
