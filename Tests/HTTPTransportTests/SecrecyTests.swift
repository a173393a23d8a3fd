import HTTPTransport
import Testing

/// A key must not show up in any text a program could print.
struct SecrecyTests {
  private let key = "api_1234567890.abcdef"

  private func everyText(_ value: Any) -> [String] {
    var dumped = ""
    dump(value, to: &dumped)
    return ["\(value)", String(describing: value), String(reflecting: value), dumped]
  }

  @Test func aSecretShowsNothing() {
    for text in everyText(Secret(key)) { #expect(!text.contains("1234567890")) }
    #expect(Secret(key).reveal() == key)
    #expect(Secret(key) == Secret(key))
    #expect(Secret(key) != Secret("other"))
  }

  @Test func aRequestShowsNoCredentials() {
    for authorization in [HTTPAuthorization.basic(user: Secret(key)), .bearer(Secret(key))] {
      let request = HTTPRequest(url: "https://api.close.com/", authorization: authorization)
      for text in everyText(request) { #expect(!text.contains("1234567890")) }
    }
  }

  @Test(arguments: [
    ("https://key:pass@api.close.com/api/v1/me/?x=a@b", "https://api.close.com/api/v1/me/?x=a@b"),
    ("https://a@b:c@api.close.com", "https://api.close.com"),
    ("https://api.close.com/unsubscribe/email/a@b.c/", "https://api.close.com/unsubscribe/email/a@b.c/"),
    ("key@host", "host"),
    ("", ""),
  ])
  func anErrorNamesItsURLWithoutCredentials(_ url: String, _ shown: String) {
    let error = TransportError(.timedOut, url: url, mayHaveBeenProcessed: true)
    #expect(error.url == shown)
  }

  @Test func anErrorIsOneSentenceThatSaysWhatToDo() {
    let error = TransportError(
      .cannotConnect, url: "https://api.close.com/api/v1/me/", detail: "Connection refused",
      mayHaveBeenProcessed: false)
    #expect(
      error.description
        == "could not connect to https://api.close.com/api/v1/me/ (Connection refused); "
        + "check the network, the proxy settings and base_url")
  }
}
