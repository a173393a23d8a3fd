import JSONBytes

/// Checks single values, and brings them into the form Close keeps.
extension World {
  func normalised(_ value: JSONValue, _ type: FieldType) throws(FieldProblem) -> JSONValue {
    switch type {
    case .anything: return value
    case .text(let most):
      guard let text = value.string else { throw .type("str") }
      guard text.unicodeScalars.count <= most else {
        throw FieldProblem("The value must be no longer than \(most) characters.")
      }
      return value
    case .flag:
      guard value.bool != nil else { throw .type("bool") }
      return value
    case .integer(let range):
      guard let number = value.int else { throw .type("int") }
      guard number <= range.upperBound else {
        throw FieldProblem("The value must not be larger than \(range.upperBound).")
      }
      guard number >= range.lowerBound else {
        throw FieldProblem("The value must not be smaller than \(range.lowerBound).")
      }
      return .int(number)
    case .number:
      guard value.double != nil else { throw .type("float") }
      return value
    case .instant, .day, .dayOrInstant: return try normalisedDate(value, type)
    case .choice(let choices):
      guard let text = value.string else { throw .type("str") }
      guard choices.contains(text) else { throw .invalidChoice }
      return value
    case .reference(let kind):
      guard let id = value.string else { throw .type("str") }
      guard live.find(kind, id) != nil else { throw .missingObject }
      return value
    case .phone:
      guard let text = value.string else { throw .type("str") }
      guard let number = PhoneNumber(text) else { throw FieldProblem("Invalid phone number.") }
      return .string(number.e164)
    case .url:
      guard let text = value.string else { throw .type("str") }
      if text.isEmpty { return .null }
      guard let url = URLText.withScheme(text) else { throw FieldProblem("Invalid URL.") }
      return .string(url)
    case .list(let element):
      return try normalisedList(value) { (part) throws(FieldProblem) in try normalised(part, element) }
    case .emails, .phones, .urls, .addresses:
      return try normalisedList(value) { (part) throws(FieldProblem) in try normalisedPart(part, type) }
    case .contacts:
      return try normalisedList(value) { (part) throws(FieldProblem) in try normalisedContact(part) }
    }
  }

  private func normalisedDate(_ value: JSONValue, _ type: FieldType) throws(FieldProblem) -> JSONValue {
    guard let text = value.string, let date = Timestamp(text) else { throw .invalidDate }
    switch type {
    case .day: return .string(date.dateText)
    case .dayOrInstant where text.utf8.count == 10: return value
    default: return .string(dates.text(date.toTheMillisecond))
    }
  }

  private func normalisedList(
    _ value: JSONValue, _ check: (JSONValue) throws(FieldProblem) -> JSONValue
  ) throws(FieldProblem) -> JSONValue {
    guard let elements = value.array else { throw .type("list") }
    guard elements.count <= 100 else { throw FieldProblem("List is too long.") }
    var problems = JSONObject()
    var normalised: [JSONValue] = []
    for (index, element) in elements.enumerated() {
      do throws(FieldProblem) {
        normalised.append(try check(element))
      } catch {
        problems[String(index)] = error.body
      }
    }
    guard problems.isEmpty else { throw FieldProblem(elements: problems) }
    return .array(normalised)
  }

  /// One entry of a contact's lists, or one address.
  private func normalisedPart(_ value: JSONValue, _ type: FieldType) throws(FieldProblem) -> JSONValue {
    guard value.object != nil else { throw .type("dict") }
    let label = value["type"]?.string
    switch type {
    case .emails:
      guard let address = value["email"]?.string else {
        throw FieldProblem(fields: ["email": FieldProblem.required.body])
      }
      guard World.isEmail(address) else { throw FieldProblem(fields: ["email": "Invalid email address."]) }
      let isUnsubscribed = live.find(.unsubscribedEmail, address) != nil
      return ContactParts.email(address, type: label ?? "office", isUnsubscribed: isUnsubscribed)
    case .phones:
      guard let text = value["phone"]?.string else {
        throw FieldProblem(fields: ["phone": FieldProblem.required.body])
      }
      guard let number = PhoneNumber(text) else {
        throw FieldProblem(fields: ["phone": "Invalid phone number."])
      }
      return ContactParts.phone(number, type: label ?? "office")
    case .urls:
      guard let text = value["url"]?.string else {
        throw FieldProblem(fields: ["url": FieldProblem.required.body])
      }
      guard let url = URLText.withScheme(text) else { throw FieldProblem(fields: ["url": "Invalid URL."]) }
      return ContactParts.url(url, type: label ?? "url")
    default:
      var address = JSONObject()
      for key in ["address_1", "address_2", "city", "country", "label", "state", "zipcode"] {
        guard let part = value[key], !part.isNull else {
          address[key] = key == "label" ? "business" : key == "country" ? .null : ""
          continue
        }
        guard part.string != nil else {
          throw FieldProblem(fields: JSONObject([(key, FieldProblem.type("str").body)]))
        }
        address[key] = part
      }
      return .object(address)
    }
  }

  private func normalisedContact(_ value: JSONValue) throws(FieldProblem) -> JSONValue {
    guard let body = value.object else { throw .type("dict") }
    var problems = JSONObject()
    let contact = checked(body, Kind.contact.resource, existing: nil, owner: "contact", &problems)
    guard problems.isEmpty else { throw FieldProblem(fields: problems) }
    return .object(contact)
  }

  /// Something, an at sign, and a domain with a dot in it.
  private static func isEmail(_ text: String) -> Bool {
    let sides = text.split(separator: "@", omittingEmptySubsequences: false)
    guard sides.count == 2, !sides[0].isEmpty, !text.contains(where: \.isWhitespace) else { return false }
    let labels = sides[1].split(separator: ".", omittingEmptySubsequences: false)
    return labels.count > 1 && !labels.contains { $0.isEmpty }
  }
}
