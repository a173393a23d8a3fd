import CloseConnection
import JSONBytes
import Singer

/// The settings of `tap-close`: tap-closeio's, and more.
enum TapSettings {
  static let table = SettingTable(
    program: "tap-close",
    settings: ConnectionSettings.all + [
      Setting(
        "start_date", .dateTime, description: "Records before it are not synced; without it all history is."),
      Setting(
        "activities_window_seconds", .integer, default: 86400, range: 0...315_360_000,
        description: "Activities this much older than the bookmark are read again, to catch late edits."),
      Setting(
        "date_window", .integer, default: 15, description: "Days of activities per series of requests."),
      Setting(
        "search_lag_seconds", .integer, default: 300, range: 0...86400,
        description: "Bookmarks stay this far behind now, because Close's index lags."),
      Setting(
        "custom_fields", .string, default: "columns", choices: ["columns", "list"],
        description:
          "Custom fields as typed columns custom.cf_…, or as one list of id and value like tap-closeio."),
      Setting(
        "leads_via", .string, default: "auto", choices: LeadsVia.allCases.map(\.rawValue),
        description:
          "How leads are listed: the search, the legacy query, or the search as long as it answers."),
      Setting(
        "deletes", .boolean, default: false,
        description:
          "Objects deleted in Close come as records with _sdc_deleted_at and their last known state, from the event log."
      ),
      Setting(
        "undeclared_fields", .string, default: "collect", choices: ["collect", "drop", "pass"],
        description:
          "Fields that no schema declares: collected in _undeclared, dropped, or passed as they are."),
      Setting(
        "custom_streams", .array,
        description:
          "Any other endpoints as streams: name, path, method, params, body, headers, records_path, metadata_path, "
          + "primary_key, replication_key, paging (none, offset, cursor), lookup, date_format, time_unit."),
      Setting(
        "clean_text", .boolean, default: true,
        description: "Remove NUL characters and mend lone surrogates, which break several loaders."),
    ])

}
