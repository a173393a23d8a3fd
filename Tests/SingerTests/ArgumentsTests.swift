import Testing

@testable import Singer

@Suite("The command line")
struct ArgumentsTests {
  static let table = FlagTable(
    program: "tap-close", summary: "reads Close and writes Singer messages",
    usage: ["tap-close --config FILE [--state FILE] [--catalog FILE]", "tap-close --config FILE --discover"],
    flags: [
      Flag("config", short: "c", value: .required("FILE"), isRepeatable: true, help: "settings, or ENV"),
      Flag("state", short: "s", value: .required("FILE"), help: "where to start"),
      Flag("catalog", value: .required("FILE"), help: "what to sync"),
      Flag("discover", short: "d", help: "print the catalog"),
      Flag("test", value: .optional("all|schema|STREAM[:N]"), help: "try the settings"),
      Flag("dry-run", help: "change nothing"),
      Flag("dry-runs", help: "for the tests"),
    ])

  private func parse(_ words: [String]) throws(SingerError) -> Arguments {
    try Arguments(words, for: Self.table)
  }

  @Test(
    "takes an option's value in every usual form",
    arguments: [
      ["--config", "x.json"], ["--config=x.json"], ["-c", "x.json"], ["-cx.json"], ["-c=x.json"],
      ["--conf", "x.json"], ["--con=x.json"], ["--discover", "--config", "x.json", "-d"],
    ])
  func forms(words: [String]) throws {
    #expect(try parse(words).value("config") == "x.json")
  }

  @Test(
    "keeps every value of an option that may be repeated, and the last of others",
    arguments: [
      (["-c", "a", "--config=b", "-cENV"], ["a", "b", "ENV"], nil),
      (["--state", "a", "-s", "b"], [], "b"),
    ] as [([String], [String], String?)])
  func repeated(words: [String], configs: [String], state: String?) throws {
    let arguments = try parse(words)
    #expect(arguments.values("config") == configs)
    #expect(arguments.value("state") == state)
  }

  @Test(
    "gives an option its optional value",
    arguments: [
      (["--test"], nil), (["--test=all"], "all"), (["--test", "leads:5"], "leads:5"),
      (["--test", "--discover"], nil),
      (["--tes=schema"], "schema"), (["--test=a=b"], "a=b"), (["--test="], ""),
    ] as [([String], String?)])
  func optionalValue(words: [String], value: String?) throws {
    let arguments = try parse(words)
    #expect(arguments.has("test"))
    #expect(arguments.value("test") == value)
  }

  @Test("prefers an exact name to a longer one")
  func exact() throws {
    let arguments = try parse(["--dry-run"])
    #expect(arguments.has("dry-run"))
    #expect(!arguments.has("dry-runs"))
  }

  @Test("may be empty, and may name a dash as a file")
  func edges() throws {
    #expect(try parse([]) == parse([]))
    #expect(try !parse([]).has("config"))
    #expect(try parse(["--config", "-"]).value("config") == "-")
    #expect(try parse(["--config="]).value("config") == "")
  }

  @Test(
    "that cannot be understood says so",
    arguments: [
      (["--konfig", "x"], "unknown option --konfig; did you mean --config?"),
      (["--nonsense"], "unknown option --nonsense; see --help"),
      (["-x"], "unknown option -x; see --help"),
      (["--"], "unknown option --; see --help"),
      (["--="], "unknown option --; see --help"),
      (["file"], "unexpected argument \"file\"; see --help"),
      (["-"], "unexpected argument \"-\"; see --help"),
      ([""], "unexpected argument \"\"; see --help"),
      (["="], "unexpected argument \"\"; see --help"),
      (["--c", "x"], "--c may mean --config, --catalog"),
      (["--config"], "--config needs a value: --config FILE"),
      (["--config", "--state"], "--config needs a value: --config FILE"),
      (["-s"], "-s needs a value: -s FILE"),
      (["--discover=yes"], "--discover takes no value, but got \"yes\""),
      (["--discover", "yes"], "unexpected argument \"yes\"; see --help"),
    ])
  func refused(words: [String], message: String) throws {
    let error = #expect(throws: SingerError.self) { try parse(words) }
    #expect(error?.description == message)
    #expect(error?.exitCode == .usage)
  }

  @Test("explains itself")
  func help() {
    #expect(
      Self.table.help == """
        tap-close: reads Close and writes Singer messages

        Usage:
          tap-close --config FILE [--state FILE] [--catalog FILE]
          tap-close --config FILE --discover

        Options:
          -c, --config FILE                   settings, or ENV
          -s, --state FILE                    where to start
              --catalog FILE                  what to sync
          -d, --discover                      print the catalog
              --test[=all|schema|STREAM[:N]]  try the settings
              --dry-run                       change nothing
              --dry-runs                      for the tests
              --version                       print the version and stop
          -h, --help                          print this and stop

        """)
  }
}
