import JSONBytes
import Synchronization

// The endpoints below `/sandbox/`: not part of the API, without keys, limits, faults or log.

extension Gateway {
  /// Answers a control request; a missing or an extra last slash makes no difference.
  func control(_ request: HTTPRequest) -> SandboxResponse {
    let path = request.path.split(separator: "/").dropFirst().joined(separator: "/")
    do throws(SandboxError) {
      let body = try Gateway.controlBody(request)
      switch (request.method, path) {
      case ("GET", "clock"): break
      case ("POST", "clock"): try setClock(body)
      case ("GET", "faults"): break
      case ("POST", "faults"): try setFaults(body["faults"]?.string)
      case ("GET", "rate"): break
      case ("POST", "rate"): try setRate(body)
      case ("GET", "requests"):
        return SandboxResponse(status: 200, ["requests": .array(log.requests.map(\.report))])
      case ("GET", "statistics"): return SandboxResponse(status: 200, log.statistics.report)
      case ("POST", "reset-statistics"):
        log.reset()
        return SandboxResponse(status: 200, [:])
      case ("GET", "credentials"): return SandboxResponse(status: 200, credentials)
      default:
        let answer = (api as? any SandboxControl)?.control(path: path, body: body, at: clock.now())
        return answer
          ?? SandboxResponse(status: 404, ["error": .string("There is no control endpoint \(request.path).")])
      }
      return SandboxResponse(status: 200, setting(path))
    } catch {
      return SandboxResponse(status: 400, ["error": .string(error.message)])
    }
  }

  private static func controlBody(_ request: HTTPRequest) throws(SandboxError) -> JSONValue {
    guard !request.body.isEmpty else { return .null }
    do {
      return try JSONValue(parsing: request.body)
    } catch {
      throw SandboxError(.usage, "The body of \(request.path) is no JSON: \(error).")
    }
  }

  /// What a setting is now.
  private func setting(_ path: String) -> JSONValue {
    rules.withLock { rules in
      switch path {
      case "clock": ["now": .string(clock.now().description), "frozen": .bool(clock.isFrozen)]
      case "faults": ["faults": rules.faults.report]
      default:
        [
          "rate": .string(
            rules.buckets.limit.map { "\($0.requests)/\(RateHeaders.text($0.seconds))" } ?? "off"),
          "headers": .string(rules.rateHeaders.rawValue), "body": .string(rules.rateBody.rawValue),
        ]
      }
    }
  }

  private var credentials: JSONValue {
    [
      "api_keys": [
        ["key": .string(keys.admin), "user_id": .string(identity.admin.userID), "admin": true],
        ["key": .string(keys.member), "user_id": .string(identity.member.userID), "admin": false],
      ],
      "oauth": [
        "client_id": .string(keys.clientID), "client_secret": .string(keys.clientSecret),
        "refresh_token": .string(keys.refreshToken),
      ],
      "organization_id": .string(identity.organizationID),
    ]
  }

  private func setClock(_ body: JSONValue) throws(SandboxError) {
    guard let settings = body.object, !settings.isEmpty else {
      throw SandboxError(.usage, "The clock takes set, advance or frozen.")
    }
    for (key, value) in settings {
      switch key {
      case "set":
        guard let time = value.string.flatMap({ Timestamp($0) }) else {
          throw SandboxError(.usage, "set must be a time such as 2026-01-31T00:00:00Z.")
        }
        clock.set(to: time)
      case "advance":
        guard let seconds = value.double ?? value.string.flatMap({ DurationText.seconds($0) }) else {
          throw SandboxError(.usage, "advance must be seconds or a duration such as 30d.")
        }
        clock.advance(seconds: seconds)
      case "frozen":
        guard let frozen = value.bool else { throw SandboxError(.usage, "frozen must be true or false.") }
        if frozen { clock.freeze() } else { clock.resume() }
      default: throw SandboxError(.usage, "The clock has no \(key); it takes set, advance or frozen.")
      }
    }
  }

  /// Replaces all faults and their counts.
  func setFaults(_ text: String?) throws(SandboxError) {
    guard let text else { throw SandboxError(.usage, "faults must be a text, empty for none.") }
    let plan = try FaultPlan(parsing: text, seed: options.seed)
    rules.withLock { $0.faults = plan }
  }

  private func setRate(_ body: JSONValue) throws(SandboxError) {
    guard let settings = body.object, !settings.isEmpty else {
      throw SandboxError(.usage, "The rate takes rate, headers or body.")
    }
    for (key, value) in settings {
      let text = value.string ?? ""
      switch key {
      case "rate":
        let limit = RateLimit(text)
        guard limit != nil || text == "off" else {
          throw SandboxError(.usage, "rate must be requests/seconds such as 100/1, or off.")
        }
        rules.withLock { $0.buckets.limit = limit }
      case "headers":
        let headers: RateHeaders = try choice(text, key)
        rules.withLock { $0.rateHeaders = headers }
      case "body":
        let body: RateBody = try choice(text, key)
        rules.withLock { $0.rateBody = body }
      default: throw SandboxError(.usage, "The rate has no \(key); it takes rate, headers or body.")
      }
    }
  }
}

/// The case that is written `text`.
func choice<Choice: RawRepresentable<String> & CaseIterable>(
  _ text: String, _ name: String
) throws(SandboxError) -> Choice {
  guard let choice = Choice(rawValue: text) else {
    let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
    throw SandboxError(.usage, "\(name) must be one of \(words), not '\(text)'.")
  }
  return choice
}
