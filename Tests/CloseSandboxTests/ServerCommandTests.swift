import JSONBytes
import Testing

@testable import CloseSandbox

@Suite("Command line of close-sandbox")
struct ServerCommandTests {
  private func options(_ arguments: String...) throws -> SandboxOptions {
    guard case .serve(let options) = try SandboxErrand(arguments) else {
      Issue.record("this command line does not start a server")
      return SandboxOptions()
    }
    return options
  }

  @Test func `nothing said is the defaults`() throws {
    let options = try options()
    #expect(options.organisation == OrganisationOptions())
    #expect(options.server.port == 0)
    #expect(options.server.rate == RateLimit(requests: 100, seconds: 1))
    #expect(!options.isQuiet)
  }

  @Test func `every option arrives where it belongs`() throws {
    let options = try options(
      "--port", "8080", "--clock=2026-01-31T00:00:00Z", "--rate", "5/2", "--rate-headers", "legacy",
      "--rate-body",
      "top-level", "--faults", "status=500,every=7", "--quiet", "--data", "a.json", "--leads=7", "--seed",
      "9",
      "--empty", "--index-lag", "30s", "--restricted-filters", "refuse", "--limit-errors=classic",
      "--max-skip",
      "lead=500", "--max-skip=activity/email=9", "--no-search", "--event-disorder", "--full-fractions",
      "--full-offsets")
    #expect(options.server.port == 8080)
    #expect(options.server.clock == Timestamp("2026-01-31"))
    #expect(options.server.rate == RateLimit(requests: 5, seconds: 2))
    #expect(options.server.rateHeaders == .legacy)
    #expect(options.server.rateBody == .topLevel)
    #expect(options.server.faults == "status=500,every=7")
    #expect(options.server.seed == 9)
    #expect(options.isQuiet)
    var organisation = OrganisationOptions()
    organisation.dataFile = "a.json"
    organisation.leads = 7
    organisation.seed = 9
    organisation.empty = true
    organisation.indexLag = 30
    organisation.restrictedFilters = .refuse
    organisation.limitErrors = .classic
    organisation.maxSkip = ["lead": 500, "activity/email": 9]
    organisation.searchEnabled = false
    organisation.eventDisorder = true
    organisation.zeroFractionTimestamps = false
    organisation.naiveTimestamps = false
    #expect(options.organisation == organisation)
  }

  @Test func `limits can be switched off`() throws {
    #expect(try options("--rate", "off").server.rate == nil)
  }

  @Test(arguments: [
    ["--port", "65536"], ["--port", "x"], ["--port"], ["--clock", "noon"], ["--rate", "fast"],
    ["--rate-headers", "loud"], ["--rate-body", ""], ["--faults", "explode"], ["--quiet=yes"],
    ["--data", ""],
    ["--leads", "-1"], ["--leads", "many"], ["--seed", "-1"], ["--index-lag", "soon"],
    ["--restricted-filters", "maybe"], ["--limit-errors", ""], ["--max-skip", "lead"], ["--max-skip", "=5"],
    ["--max-skip", "lead=x"], ["--unknown"], ["stray"], [""], ["-v"],
  ])
  func `wrong usage is one sentence that names the culprit`(arguments: [String]) throws {
    let error = #expect(throws: SandboxError.self) { try SandboxErrand(arguments) }
    #expect(error?.code == .usage)
    let name = arguments[0].split(separator: "=").first.map(String.init) ?? ""
    #expect(error?.message.contains(name) == true)
    #expect(error?.message.contains("\n") == false)
  }

  @Test func `help names every option, fault and control endpoint`() {
    let text = SandboxHelp.text
    for option in SandboxOption.all { #expect(text.contains("  \(option.name)")) }
    for word in ["reset-after-processing", "invalid-json", "expire-tokens", "probability", "/sandbox/clock"] {
      #expect(text.contains(word))
    }
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 110 })
  }

  @Test func `no option stands twice`() {
    let names = SandboxOption.all.map(\.name)
    #expect(Set(names).count == names.count)
  }

  @Test(arguments: [["--help"], ["--leads", "5", "-h"], ["--help=please"]])
  func `help wins over the rest`(arguments: [String]) throws {
    guard case .help = try SandboxErrand(arguments) else {
      Issue.record("no help came")
      return
    }
  }
}
