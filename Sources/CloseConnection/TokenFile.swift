import CloseAPI
import HTTPTransport
import JSONBytes
import Singer

/// Keeps the tokens of an OAuth session between runs, readable by their owner only.
///
/// Close's refresh tokens work once, so the config's own is only good for the first run. The file remembers
/// which one it descends from; when the config holds another, the user has authorised anew and the file is old.
struct TokenFile: Sendable {
  let path: String
  /// The refresh token in the config.
  let granted: Secret

  /// The tokens stored last; nil when there are none for this grant.
  ///
  /// - Throws: `SingerError.file` when the file is there but cannot be read: asking with a spent token would
  ///   lock the user out.
  func load() throws(SingerError) -> OAuthTokens? {
    guard PrivateFile.exists(path) else { return nil }
    let content = try JSONFile.read(path, role: "token")
    guard content["grant"]?.string == fingerprint, let refresh = content["refresh_token"]?.string else {
      return nil
    }
    return OAuthTokens(
      refreshToken: Secret(refresh), accessToken: content["access_token"]?.string.map(Secret.init),
      expires: content["expires"]?.string.flatMap { Timestamp($0) })
  }

  /// Replaces the file in one step, so that a crash leaves the old or the new tokens.
  func store(_ tokens: OAuthTokens) throws(SingerError) {
    var content: JSONValue = [
      "grant": .string(fingerprint), "refresh_token": .string(tokens.refreshToken.reveal()),
    ]
    if let access = tokens.accessToken { content["access_token"] = .string(access.reveal()) }
    if let expires = tokens.expires { content["expires"] = .string(expires.description) }
    try PrivateFile.replace(path, with: content.pretty + "\n")
  }

  /// Tells grants apart without giving them away (FNV-1a).
  private var fingerprint: String {
    let hash = granted.reveal().utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01B3
    }
    return String(hash, radix: 16)
  }
}
