import CloseAPI
import CloseConnection
import JSONBytes
import Singer

/// The checked configuration of a run.
struct TapConfiguration: Sendable {
  let connection: CloseConnection
  /// Every table there is.
  let streams: [StreamDefinition]
  /// Those of them that the user has described.
  let customStreams: [CustomStream]
  let customFieldMode: CustomFieldMode
  let recordOptions: RecordPlan.Options
  let startDate: Timestamp?
  let dateWindow: Int
  let attributionWindow: Int
  let searchLag: Int
  let leadsVia: LeadsVia
  /// Whether deleted objects come out as tombstones.
  let deletes: Bool
  /// Remarks on settings that do not do what they seem to.
  let warnings: [String]

  /// - Throws: `SingerError.config` when credentials are missing or doubled, or the base URL cannot be used.
  init(_ settings: Settings) throws(SingerError) {
    var warnings = settings.warnings
    connection = try CloseConnection(
      settings, program: TapSettings.table.program, version: TapCommand.version)

    var options = RecordPlan.Options()
    options.undeclared = settings.string("undeclared_fields").flatMap(RecordPlan.Undeclared.init) ?? .collect
    options.cleansText = settings.boolean("clean_text") ?? true
    recordOptions = options
    customFieldMode = settings.string("custom_fields").flatMap(CustomFieldMode.init) ?? .columns
    leadsVia = settings.string("leads_via").flatMap(LeadsVia.init) ?? .automatic

    customStreams = try CustomStreamTable.read(
      settings.array("custom_streams") ?? [], beside: StreamTable.all)
    streams = StreamTable.all + customStreams.map(\.definition)
    deletes = settings.boolean("deletes") ?? false
    startDate = settings.timestamp("start_date")
    attributionWindow = settings.integer("activities_window_seconds") ?? 86400
    searchLag = settings.integer("search_lag_seconds") ?? 300
    let dateWindow = settings.integer("date_window") ?? 15
    if dateWindow < 1 { warnings.append("date_window must be at least 1; using 15") }
    // A century is as good as for ever.
    self.dateWindow = dateWindow < 1 ? 15 : min(dateWindow, 36_500)
    self.warnings = warnings
  }

  /// What reading a table needs to know.
  func syncSettings(now: Timestamp) -> SyncSettings {
    SyncSettings(
      now: now, startDate: startDate, dateWindow: dateWindow, attributionWindow: attributionWindow,
      searchLag: searchLag, concurrency: connection.configuration.concurrency, leadsVia: leadsVia)
  }
}
