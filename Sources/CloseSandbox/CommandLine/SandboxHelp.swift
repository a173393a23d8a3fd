/// The text of `close-sandbox --help`.
enum SandboxHelp {
  static var text: String {
    """
    A local Close API for demos, tests and dry runs. It listens on 127.0.0.1 only and prints one line
    with its address and an API key; SIGTERM or Ctrl-C ends it.

    Usage: close-sandbox [options]

    Server:
    \(table(SandboxOption.server))

    Organisation:
    \(table(SandboxOption.organisation))

      --help                      print this and exit
      --version                   print the version and exit

    \(faults)

    \(control)

    Exit status: 0 ended by a signal, 1 could not start or save, 2 wrong usage.

    """
  }

  private static func table(_ options: [SandboxOption]) -> String {
    options.map { option in
      let head = "  \(option.name)\(option.value.map { " \($0)" } ?? "")"
      // Long heads stand on a line of their own.
      return head.count < 28
        ? head + String(repeating: " ", count: 30 - head.count) + option.help
        : "\(head)\n" + String(repeating: " ", count: 30) + option.help
    }
    .joined(separator: "\n")
  }

  private static let faults = """
    Faults (--faults, POST /sandbox/faults): what goes wrong and for which requests, joined by commas;
    several faults are separated by semicolons.
      status=N                answer N instead of processing the request; with retry-after=SECONDS, body=TEXT
      reset, close            reset or end the connection instead of processing the request
      reset-after-processing  process the request, then reset the connection
      truncate                send half of the answer, then end the connection
      invalid-json            cut the answer's JSON in the middle
      slow=50ms-per-kB        send the answer's body slowly
      hang=2s                 wait before processing the request
      expire-cursors          searches that go on with a cursor find it expired
      expire-tokens           all OAuth access tokens end
    Which requests (all of those given must fit; none means every request):
      path=PREFIX, method=M   path below /api/v1/ (oauth2/ for the OAuth endpoints)
      on=N, first=N, after=N, every=N    counted over the requests that fit path and method
      probability=P           that part of them, decided by the seed
      times=N                 at most so often
    Example: --faults 'status=429,first=5,path=lead/; reset-after-processing,method=POST,every=10'
    """

  private static let control = """
    Control endpoints, on the same port and without a key:
      POST /sandbox/clock             {"set": "2026-01-31T00:00:00Z"}, {"advance": "30d"}, {"frozen": true}
      POST /sandbox/faults            {"faults": "status=500,every=7"}, "" for none
      POST /sandbox/rate              {"rate": "100/1", "headers": "comma", "body": "legacy"}
      GET  /sandbox/requests          the latest requests
      GET  /sandbox/statistics        requests per endpoint and status, overrun rate limits, connections
      POST /sandbox/reset-statistics  forget requests and statistics
      POST /sandbox/edit              {"creates": 5, "edits": 20, "deletes": 2}: believable changes, made now
      GET  /sandbox/counts            how many objects there are, and how many messages would have been sent
      GET  /sandbox/credentials       API keys (one of an admin, one not) and an OAuth client
    clock, faults and rate answer to GET as well. OAuth tokens come from POST /oauth2/token/.

    Beyond Close, with a key: /api/v1/sandbox_collection/NAME/ keeps any JSON as rows {"id": …, "values": {…}}.
      GET all rows, POST an object or an array of them; GET, PUT and DELETE one at …/NAME/ID/
    """
}
