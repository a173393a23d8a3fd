import CloseAPI
import Foundation
import HTTPTransport
import JSONBytes
import Singer
import TestSupport
import Testing

@testable import CloseConnection

@Suite("Renewed tokens are kept between runs")
struct TokenFileTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func file(granted: String) -> TokenFile {
    TokenFile(path: directory.file("tokens.json"), granted: Secret(granted))
  }

  private let tokens = OAuthTokens(
    refreshToken: Secret("second"), accessToken: Secret("access"), expires: Timestamp("2026-01-02T03:04:05Z"))

  @Test func `what was stored comes back, to its owner only`() throws {
    #expect(try file(granted: "first").load() == nil)
    try file(granted: "first").store(tokens)
    #expect(try file(granted: "first").load() == tokens)
    let attributes = try FileManager.default.attributesOfItem(atPath: directory.file("tokens.json"))
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    #expect(directory.names == ["tokens.json"])
  }

  @Test func `tokens of an older authorisation are forgotten`() throws {
    try file(granted: "first").store(tokens)
    #expect(try file(granted: "another").load() == nil)
    #expect(try !directory.read("tokens.json").contains("first"))
  }

  @Test func `an access token that nobody has is not made up`() throws {
    let bare = OAuthTokens(refreshToken: Secret("second"))
    try file(granted: "first").store(bare)
    #expect(try file(granted: "first").load() == bare)
  }

  @Test(arguments: ["", "{", "[1"])
  func `a file that cannot be read is no reason to spend a token twice`(content: String) throws {
    try directory.write(content, to: "tokens.json")
    #expect(throws: SingerError.self) { try file(granted: "first").load() }
  }
}
