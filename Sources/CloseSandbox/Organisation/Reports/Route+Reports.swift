extension Route {
  static let reports: [Route] = [
    Route("GET", "report/activity/metrics") { world, _, _ in world.activityMetrics() },
    Route("POST", "report/activity") { world, call, _ throws(Refusal) in try world.activityReport(call) },
    Route("GET", "report/sent_emails/*") { world, call, ids throws(Refusal) in
      try world.sentEmailReport(call, organization: ids[0])
    },
    Route("GET", "report/statuses/lead/*") { world, call, ids throws(Refusal) in
      try world.statusReport(call, of: .lead, organization: ids[0])
    },
    Route("GET", "report/statuses/opportunity/*") { world, call, ids throws(Refusal) in
      try world.statusReport(call, of: .opportunity, organization: ids[0])
    },
    Route("POST", "report/funnel/opportunity/stages") { world, call, _ throws(Refusal) in
      try world.funnelReport(call, isByStage: true)
    },
    Route("POST", "report/funnel/opportunity/totals") { world, call, _ throws(Refusal) in
      try world.funnelReport(call, isByStage: false)
    },
  ]
}
