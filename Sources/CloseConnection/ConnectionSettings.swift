import JSONBytes
public import Singer

/// The settings by which both programs reach Close.
public enum ConnectionSettings {
  /// Credentials, address, and how hard to press.
  public static let all: [Setting] = [
    Setting("api_key", .string, isSecret: true, description: "API key of a Close user."),
    Setting(
      "api_keys", .array, isSecret: true,
      description: "Several API keys of one organisation, used in parallel; all must see the same data."),
    Setting(
      "oauth", .object, isSecret: true,
      description:
        "OAuth instead of a key: client_id, client_secret, refresh_token, and token_path, the file "
        + "that keeps the renewed tokens."),
    Setting(
      "base_url", .string, default: "https://api.close.com/api/v1",
      description: "Where the API is; https, except on this machine."),
    Setting("concurrency", .integer, default: 4, range: 1...32, description: "Requests in flight at most."),
    Setting(
      "rate_limit_share", .number, default: 1, range: 0.01...1,
      description: "Part of the published rate limit to use; leaves the rest to people and other programs."),
    Setting(
      "request_timeout", .number, default: 300, range: 1...3600,
      description: "Seconds that one request may take."),
    Setting(
      "retry_budget_seconds", .number, default: 300, range: 0...86400,
      description: "Seconds for which one request is tried again before it counts as failed."),
    Setting(
      "user_agent", .string, description: "User-Agent header; the program and its version unless given."),
    Setting("request_headers", .object, description: "Headers added to every request."),
  ]
}
