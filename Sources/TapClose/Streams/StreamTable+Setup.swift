import CloseAPI
import JSONBytes

// The organisation, who works in it, and how it has set Close up.

extension StreamTable {
  static let setup =
    organisation + [
      StreamDefinition(
        name: "lead_statuses", replication: .full(.list("status/lead/")), shape: .leadStatus),
      StreamDefinition(
        name: "opportunity_statuses", replication: .full(.list("status/opportunity/")),
        shape: .opportunityStatus),
      StreamDefinition(name: "pipelines", replication: .whole(.list("pipeline/")), shape: .pipeline),
      StreamDefinition(
        name: "custom_activity_types", replication: .whole(.list("custom_activity/")),
        shape: .customActivityType),
      StreamDefinition(
        name: "custom_object_types", replication: .whole(.list("custom_object_type/")),
        shape: .customObjectType),
      StreamDefinition(
        name: "custom_field_schemas", replication: .full(customFieldSchemas), shape: .customFieldSchema),
    ]

  private static let organisation = [
    StreamDefinition(name: "me", replication: .whole(.lists([.me(.object)])), shape: .me),
    StreamDefinition(
      name: "organizations", replication: .whole(.perParent(.organization(.object))), shape: .organization),
    StreamDefinition(
      name: "memberships", replication: .full(.perParent(.members("memberships"))),
      shape: .membership),
    StreamDefinition(
      name: "inactive_memberships",
      replication: .full(.perParent(.members("inactive_memberships"))), shape: .membership),
    StreamDefinition(
      name: "pinned_views",
      replication: .full(
        .perParent(
          FanOut(
            .me(.list(in: "memberships")),
            each: Listing(
              path: "membership/{id}/pinned_views/", paging: .single, records: .object,
              constants: ["membership_id": "{id}"])))),
      shape: .pinnedViews, keyProperties: ["membership_id"]),
    StreamDefinition(name: "roles", replication: .whole(.list("role/")), shape: .role),
    // Members stand only in a group of its own.
    StreamDefinition(
      name: "groups",
      replication: .full(
        .perParent(
          FanOut(
            Listing(path: "group/"), each: Listing(path: "group/{id}/", paging: .single, records: .object)))),
      shape: .group),
    StreamDefinition(
      name: "user_availability",
      replication: .full(.lists([Listing(path: "user/availability/", paging: .single)])),
      shape: .userAvailability, keyProperties: ["user_id"]),
    StreamDefinition(name: "phone_numbers", replication: .whole(.list("phone_number/")), shape: .phoneNumber),
    StreamDefinition(
      name: "blocked_phone_numbers", replication: .whole(.list("blocked_phone_number/")),
      shape: .blockedPhoneNumber),
    StreamDefinition(
      name: "connected_accounts", replication: .full(.list("connected_account/")), shape: .connectedAccount),
    // Both directions of the user whose key it is; others' are not shown.
    StreamDefinition(
      name: "send_as",
      replication: .full(
        .perParent(
          FanOut(
            .me(.object), each: Listing(path: "send_as/", parameters: ["allowing_user_id": "{id}"]),
            Listing(path: "send_as/", parameters: ["allowed_user_id": "{id}"])))),
      shape: .sendAs),
  ]

  /// The fields in the order people see them: of each kind of object, and of each custom type.
  private static let customFieldSchemas = Collection.joined([
    .lists(["lead", "contact", "opportunity"].map { schemaListing("\($0)/", id: $0) }),
    .perParent(FanOut(Listing(path: "custom_activity/"), each: schemaListing("activity/{id}/", id: "{id}"))),
    .perParent(
      FanOut(Listing(path: "custom_object_type/"), each: schemaListing("custom_object/{id}/", id: "{id}"))),
  ])

  private static func schemaListing(_ path: String, id: String) -> Listing {
    Listing(
      path: "custom_field_schema/\(path)", paging: .single, records: .object, constants: ["id": .string(id)])
  }
}

extension Listing {
  /// What `me/` says at `records`.
  static func me(_ records: RecordsPath) -> Listing {
    Listing(path: "me/", paging: .single, records: records)
  }
}

extension FanOut {
  /// What the organisations of the user say at `records`; there is no list of organisations.
  fileprivate static func organization(
    _ records: RecordsPath, constants: JSONObject = JSONObject()
  ) -> FanOut {
    FanOut(
      .me(.list(in: "organizations")),
      each: Listing(path: "organization/{id}/", paging: .single, records: records, constants: constants))
  }

  /// Those in `list` do not say which organisation they belong to.
  fileprivate static func members(_ list: String) -> FanOut {
    organization(.list(in: list), constants: ["organization_id": "{id}"])
  }
}
