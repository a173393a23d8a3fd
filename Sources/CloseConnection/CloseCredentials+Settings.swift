import CloseAPI
import HTTPTransport
import JSONBytes
import Singer

extension CloseCredentials {
  /// The credentials in the settings: one of `api_key`, `api_keys` and `oauth`.
  ///
  /// - Throws: `SingerError.config` when there are none, several, or incomplete ones.
  init(_ settings: Settings) throws(SingerError) {
    let given = ["api_key", "api_keys", "oauth"].filter(settings.isSet)
    guard given.count == 1 else {
      let problem =
        given.isEmpty ? "no credentials are set" : "\(given.joined(separator: " and ")) exclude each other"
      throw SingerError(.config, "\(problem); set one of \"api_key\", \"api_keys\" and \"oauth\"")
    }
    if let key = settings.string("api_key") {
      self = .apiKeys([Secret(key)])
    } else if let keys = settings.array("api_keys") {
      let texts = keys.compactMap(\.string).filter { !$0.isEmpty }
      guard !texts.isEmpty, texts.count == keys.count else {
        throw SingerError(.config, "\"api_keys\" must be an array of API keys")
      }
      self = .apiKeys(texts.map(Secret.init))
    } else {
      self = .oauth(try OAuthCredentials(settings.object("oauth") ?? JSONObject()))
    }
  }
}

extension OAuthCredentials {
  /// The `oauth` setting; tokens renewed by an earlier run are taken from the token file.
  init(_ members: JSONObject) throws(SingerError) {
    func text(_ name: String) throws(SingerError) -> String {
      guard let text = members[name]?.string, !text.isEmpty else {
        throw SingerError(.config, "\"oauth\" needs the string \"\(name)\"")
      }
      return text
    }
    let granted = Secret(try text("refresh_token"))
    let file = TokenFile(path: try text("token_path"), granted: granted)
    self.init(
      clientID: try text("client_id"), clientSecret: Secret(try text("client_secret")),
      tokens: try file.load() ?? OAuthTokens(refreshToken: granted), store: { try file.store($0) })
  }
}
