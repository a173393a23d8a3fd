import JSONBytes

/// Parts of an e-mail that follow from others.
enum EmailText {
  /// The first 200 characters of the body.
  static func preview(_ body: String) -> String { String(body.prefix(200)) }

  /// The e-mail as it stands in its thread: without its long texts.
  static func stripped(_ email: JSONObject) -> JSONObject {
    JSONObject(email.filter { !longKeys.contains($0.key) }.map { ($0.key, $0.value) })
  }

  private static let longKeys: Set = ["body_text", "body_html", "body_text_quoted", "body_html_quoted"]

  /// The header lines as a tree.
  static func envelope(
    from sender: String, to recipient: String, _ subject: String, _ messageID: String, _ date: Timestamp
  ) -> JSONValue {
    let from = address(sender)
    return [
      "bcc": [], "cc": [], "date": .string(mailDate(date)), "from": [from], "in_reply_to": nil,
      "message_id": .string(messageID), "reply_to": [], "sender": [from], "subject": .string(subject),
      "to": [address(recipient)],
    ]
  }

  /// `Steli Efti <steli@close.com>` as e-mail and name.
  static func address(_ text: String) -> JSONValue {
    guard let open = text.firstIndex(of: "<"), let close = text.lastIndex(of: ">"), open < close else {
      return ["email": .string(text), "name": ""]
    }
    let name = text[..<open].split(separator: " ").joined(separator: " ")
    return ["email": .string(String(text[text.index(after: open)..<close])), "name": .string(name)]
  }

  /// `Fri, 08 Feb 2013 05:03:15 +0000`.
  static func mailDate(_ date: Timestamp) -> String {
    let text = date.description
    let days = date.startOfDay.microseconds / Timestamp.day
    let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][Int(((days % 7) + 7) % 7)]
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let parts = text.prefix(10).split(separator: "-")
    let month = months[(Int(parts[1]) ?? 1) - 1]
    return "\(weekday), \(parts[2]) \(month) \(parts[0]) \(text.dropFirst(11).prefix(8)) +0000"
  }
}
