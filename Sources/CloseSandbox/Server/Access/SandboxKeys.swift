/// The secrets a sandbox accepts; all of them follow from its seed.
public struct SandboxKeys: Hashable, Sendable {
  /// The API key of the admin.
  public let admin: String
  /// The API key of the user without admin rights.
  public let member: String
  /// The OAuth application's id.
  public let clientID: String
  /// The OAuth application's secret.
  public let clientSecret: String
  /// The first refresh token; using it once replaces it.
  public let refreshToken: String

  /// Derives the secrets of a seed.
  public init(seed: UInt64) {
    // Another stream of numbers than the organisation draws from the same seed.
    var random = SeededRandom(seed: seed ^ 0x6B65_7973_6B65_7973)
    admin = "api_\(random.token(22)).\(random.token(22))"
    member = "api_\(random.token(22)).\(random.token(22))"
    clientID = "oa2client_\(random.token(22))"
    clientSecret = random.token(43)
    refreshToken = "refresh_\(random.token(43))"
  }
}

/// Who a request comes from, as far as the server can tell.
struct Visitor: Hashable, Sendable {
  /// Which credential was used: 0 the admin's key, 1 the member's, 2 an OAuth token.
  var keyIndex: Int
  var caller: SandboxCaller
}

/// What an Authorization header says.
enum Authorization: Equatable {
  case basic(user: String, password: String)
  case bearer(String)

  /// Nil when the header is of another scheme or malformed; Basic needs the colon behind the key.
  init?(_ header: String) {
    let scheme = header.prefix { $0 != " " }
    let credentials = header[scheme.endIndex...].drop { $0 == " " }
    switch scheme.lowercased() {
    case "basic":
      guard let bytes = Base64.decode(credentials), let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else {
        return nil
      }
      self = .basic(
        user: String(decoding: bytes[..<colon], as: UTF8.self),
        password: String(decoding: bytes[(colon + 1)...], as: UTF8.self))
    case "bearer" where !credentials.isEmpty: self = .bearer(String(credentials))
    default: return nil
    }
  }
}

extension SeededRandom {
  /// A text of `length` letters and digits, as keys and tokens have them.
  mutating func token(_ length: Int) -> String {
    let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
    let letters = (0..<length).map { _ in alphabet[Int(next() % UInt64(alphabet.count))] }
    return String(decoding: letters, as: UTF8.self)
  }
}
