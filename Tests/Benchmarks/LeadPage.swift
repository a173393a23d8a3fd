import JSONBytes

/// A page of leads in the shape and with the spacing the API uses, and the schema such leads have.
struct LeadPage {
  let recordCount = 100
  /// The page, `{"has_more": true, "data": [lead, …]}`.
  let bytes: [UInt8]
  /// Every field of the leads, one type plus null each.
  let schema: JSONValue
  /// The same with dates inside contacts and opportunities declared as such.
  let schemaWithNestedDates: JSONValue

  init() throws(JSONError) {
    let leads = (0..<recordCount).map(LeadPage.lead)
    bytes = Array("{\"has_more\": true, \"data\": [\(leads.joined(separator: ", "))]}".utf8)
    let plain = LeadPage.schema(of: try JSONValue(parsing: LeadPage.lead(0)))
    schema = LeadPage.declaringDates(plain)
    schemaWithNestedDates = ["contacts", "opportunities"].reduce(into: schema) { schema, list in
      schema["properties"]?[list]?["items"] = plain["properties"]?[list]?["items"].map(
        LeadPage.declaringDates)
    }
  }

  private static func declaringDates(_ schema: JSONValue) -> JSONValue {
    ["date_created", "date_updated"].reduce(into: schema) { schema, name in
      schema["properties"]?[name] = ["type": ["null", "string"], "format": "date-time"]
    }
  }

  private static func schema(of value: JSONValue) -> JSONValue {
    switch value {
    case .object(let object):
      let properties = JSONObject(object.map { ($0.key, schema(of: $0.value)) })
      return ["type": ["null", "object"], "properties": .object(properties)]
    case .array(let elements):
      return ["type": ["null", "array"], "items": elements.first.map(schema) ?? [:]]
    case .null: return ["type": ["null", "string"]]
    default: return ["type": ["null", .string(value.typeName)]]
    }
  }

  private static func lead(_ number: Int) -> String {
    let id = "lead_8kQvTzR1bXw3nYp0LsD5mHcJ7gUe2aFi9oVtKqB\(1000 + number)"
    let contact = "cont_Wd4sEjG6hNc1yZu8RkP0xLm3fTqV7bOiA2vCt9K\(1000 + number)"
    let user = "user_p3VxBn9LqKz5rYc7WmEj1tGd0hSa8uFi4oTkRw2MvQe"
    let organization = "orga_Zt6yHk2NvPq8wXc0JmRf4bLs9gDe1uAi7oVjTn5KxEz"
    let instant = "2024-02-06T20:53:\(10 + number % 50).977000+00:00"
    let fields = [
      #""addresses": [{"address_1": "Gerbergasse 12", "city": "Zürich", "country": "CH", "label": "business"}]"#,
      #""contact_ids": ["\#(contact)"]"#,
      #""contacts": [{"created_by": null, "date_created": "\#(instant)", "date_updated": "\#(instant)""#,
      #""display_name": "Søren Müller", "emails": [{"email": "soren@example.com", "is_unsubscribed": false"#,
      #""type": "office"}], "id": "\#(contact)", "lead_id": "\#(id)", "name": "Søren Müller""#,
      #""organization_id": "\#(organization)", "phones": [{"phone": "+4144123456""#,
      #""phone_formatted": "+41 44 123 456", "type": "office"}], "title": "Head of \"Either\" and \"Or\"""#,
      #""updated_by": "\#(user)"}], "created_by": null"#,
      #""custom.cf_m2TzQw8XvKn5yRp1LcJj7bSd4gHe0fUi9oAkVx3NtWq": "Website contact form""#,
      #""custom.cf_v9XkRn3ZtQw6yLp0McFj8bGd2hSe5aUi1oTqKx7NzVw": ["Choice 1", "Choice 2"]"#,
      #""custom.cf_j4WzKv7NtXq1yPm8RcLd0bHs6gAe3fUi5oTkQx9ZnVw": 37500.10"#,
      #""custom.cf_d8QnTz5XvLw2yKp9McRj1bFs7gHe4aUi0oVkWx6NtZq": "Immobilien, Gewerbefläche""#,
      #""date_created": "2023-02-01T00:54:51.333000+00:00", "date_updated": "\#(instant)""#,
      #""description": "Met at the fair.\nWants a quote before the end of the quarter.""#,
      #""display_name": "Example Company \#(number)""#,
      #""html_url": "https://app.close.com/lead/\#(id)/", "id": "\#(id)", "name": "Example Company \#(number)""#,
      #""opportunities": [{"annualized_value": 50000, "confidence": \#(number), "contact_id": null"#,
      #""created_by": null, "date_created": "\#(instant)", "date_lost": null, "date_updated": "\#(instant)""#,
      #""date_won": null, "expected_value": 37500, "id": "oppo_c5RmXz0KtYv8nQw3LpBj6hFs1gUe9dAi2oTkWx7NqVy""#,
      #""lead_id": "\#(id)", "note": "Needs new software.", "organization_id": "\#(organization)""#,
      #""status_id": "stat_a7PnLw2ZxQk9vRt5YmCj0bHs4gFe6dUi1oKqTz8WxVy", "status_label": "Active""#,
      #""status_type": "active", "user_id": "\#(user)", "value": 50000, "value_currency": "CHF""#,
      #""value_formatted": "CHF 500", "value_period": "one_time"}], "organization_id": "\#(organization)""#,
      #""status_id": "stat_h1KzVq6XtNw4yRm9LcPj3bSd8gAe0fUi5oTkWx2QnVz", "status_label": "Potential""#,
      #""tasks": [], "updated_by": "\#(user)", "url": null"#,
    ]
    return "{\(fields.joined(separator: ", "))}"
  }
}
