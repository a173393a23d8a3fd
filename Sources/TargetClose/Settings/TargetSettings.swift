import CloseConnection
import JSONBytes
import Singer

/// The settings of `target-close`.
enum TargetSettings {
  static let table = SettingTable(
    program: "target-close",
    settings: ConnectionSettings.all + [
      Setting(
        "streams", .object, blockSettings: StreamSettings.all,
        description: "How the records of each stream are written: a block of settings by the stream's name."),
      Setting(
        "journal_path", .string, default: "state/target-close.journal.jsonl",
        description: "What has been written, so that nothing is written twice; keep it between runs."),
      Setting(
        "dead_letter_path", .string, default: "state/target-close.dead-letters.jsonl",
        description: "Records that could not be written, each with the reason; --replay tries them again."),
      Setting("response_log", .string, description: "File that gets a line for every write and its answer."),
      Setting("response_webhook", .string, description: "URL that gets the same lines, one POST each."),
      Setting(
        "on_error", .string, default: "continue", choices: ["continue", "stop"],
        description: "Whether a record that cannot be written ends the run."),
      Setting(
        "max_errors", .integer, default: 100, range: 1...1e9,
        description: "Records that cannot be written before the run ends."),
      Setting(
        "update_method", .string, default: "auto", choices: UpdateMethodSetting.allCases.map(\.rawValue),
        description: "The verb of updates; auto is PATCH, and PUT once Close has refused PATCH."),
      Setting(
        "allow_sending", .boolean, default: false,
        description: "Whether e-mails and messages may be written in a status that makes Close send them."),
      Setting(
        "index_lag_seconds", .integer, default: 150, range: 0...3600,
        description:
          "Seconds until Close has certainly carried out what was sent, and its search finds it."),
    ])
}

/// The verb of updates, as the user sets it.
enum UpdateMethodSetting: String, CaseIterable, Sendable {
  case auto, patch, put
}
