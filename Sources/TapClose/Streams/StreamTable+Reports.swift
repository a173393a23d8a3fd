import CloseAPI
import JSONBytes

// Reports over all time. They have no ids and no dates, so their keys are put together and all of it comes each time.

extension StreamTable {
  static let reports = [
    StreamDefinition(
      name: "activity_metrics",
      replication: .full(
        .lists([
          Listing(path: "report/activity/metrics/", paging: .single, records: .list(in: "metrics"))
        ])),
      shape: .activityMetric, keyProperties: ["key"]),
    ofOrganisations(
      "sent_email_report", "sent_emails", list: "sent_email_stats", by: ["template_id"], .sentEmailReport),
    ofOrganisations(
      "lead_status_report", "statuses/lead", list: "status_overview", by: ["status_id"], .statusReport),
    ofOrganisations(
      "lead_status_transitions", "statuses/lead", list: "status_transitions",
      by: ["from_status_id", "to_status_id"],
      .statusTransition),
    ofOrganisations(
      "opportunity_status_report", "statuses/opportunity", list: "status_overview", by: ["status_id"],
      .statusReport),
    ofOrganisations(
      "opportunity_status_transitions", "statuses/opportunity", list: "status_transitions",
      by: ["from_status_id", "to_status_id"], .statusTransition),
    ofPipelines("opportunity_funnel_stages", "stages", .funnelStages),
    ofPipelines("opportunity_funnel_totals", "totals", .funnelTotals),
  ]

  private static func ofOrganisations(
    _ name: String, _ path: String, list: String, by fields: [String], _ shape: Shape
  ) -> StreamDefinition {
    report(
      name,
      FanOut(
        .me(.list(in: "organizations")),
        each: Listing(
          path: "report/\(path)/{id}/", paging: .single, records: .list(in: list),
          constants: ["organization_id": "{id}"], identity: ["organization_id"] + fields)), shape)
  }

  /// Of every user, by the opportunities that were ever made in a pipeline.
  private static func ofPipelines(_ name: String, _ path: String, _ shape: Shape) -> StreamDefinition {
    let body: JSONValue = [
      "pipeline": "{id}", "type": "created-cohort", "cohort_relative_range": "all-time",
      "report_relative_range": "all-time",
    ]
    return report(
      name,
      FanOut(
        Listing(path: "pipeline/"),
        each: Listing(
          path: "report/funnel/opportunity/\(path)/", body: body, paging: .single,
          constants: ["pipeline_id": "{id}"], identity: ["pipeline_id", "user_id"])), shape)
  }

  private static func report(_ name: String, _ fanOut: FanOut, _ shape: Shape) -> StreamDefinition {
    StreamDefinition(name: name, replication: .full(.perParent(fanOut)), shape: shape)
  }
}
