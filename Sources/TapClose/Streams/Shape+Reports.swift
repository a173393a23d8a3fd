// See developer.close.com: Reporting. What Close calls `_queries` and `_…_page_urls` are links into its own pages.

extension Shape {
  static let activityMetric = Shape(.key("key"), .string("description", "name"))

  static let sentEmailReport = Shape(
    .key("id"), .string("name", "organization_id", "template_id", "template_url"), .boolean("is_shared"),
    .integer("opened", "responded", "total"), .number("percentage_opened", "percentage_responded"),
    .object("_queries")
  )

  static let statusReport = Shape(
    .key("id"), .string("organization_id", "status_id", "status_label"), .boolean("status_is_deleted"),
    .number("change_percent"), .integer("change", "ended", "entered", "gained", "left", "lost", "started"),
    links)

  static let statusTransition = Shape(
    .key("id"),
    .string(
      "from_status_id", "from_status_label", "organization_id", "to_status_id", "to_status_label"),
    .boolean("from_status_is_deleted", "to_status_is_deleted"), .integer("count"), links)

  private static let links = Fields.object("_leads_page_urls", "_opportunities_page_urls", "_queries")

  static let funnelStages = Shape(.key("id"), .string("pipeline_id", "user_id"), .objects("stages"))

  static let funnelTotals = Shape(
    .key("id"), .string("pipeline_id", "user_id"),
    .integer(
      "count", "count_total_complete", "count_total_won", "value_total_complete",
      "value_total_won"),
    .number(
      "average_time_to_win", "average_value_annualized_per_won_opportunity", "count_win_rate",
      "sales_velocity", "value_win_rate"))
}
