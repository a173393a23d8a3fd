import CloseConnection
import HTTPTransport
import JSONBytes
import Singer

/// The checked configuration of a run.
struct TargetConfiguration: Sendable {
  let connection: CloseConnection
  let journalPath: String
  let deadLetterPath: String
  let responseLogPath: String?
  let responseWebhook: String?
  /// Records that cannot be written before the run ends.
  let maxErrors: Int
  let updateMethod: UpdateMethodSetting
  let allowsSending: Bool
  /// Until Close's search certainly finds what has been written.
  let indexLag: Duration
  /// Remarks on settings that do not do what they seem to.
  let warnings: [String]
  private let byName: [String: StreamSettings]

  /// - Throws: `SingerError.config` with one reason per wrong setting.
  init(_ settings: Settings) throws(SingerError) {
    connection = try CloseConnection(
      settings, program: TargetSettings.table.program, version: TargetCommand.version)
    journalPath = settings.string("journal_path") ?? ""
    deadLetterPath = settings.string("dead_letter_path") ?? ""
    responseLogPath = settings.string("response_log")
    responseWebhook = try settings.string("response_webhook").map(TargetConfiguration.webhook)
    let stopsAtOnce = settings.string("on_error") == "stop"
    maxErrors = stopsAtOnce ? 1 : settings.integer("max_errors") ?? 100
    updateMethod = settings.string("update_method").flatMap(UpdateMethodSetting.init) ?? .auto
    allowsSending = settings.boolean("allow_sending") ?? false
    indexLag = .seconds(settings.integer("index_lag_seconds") ?? 150)
    warnings = settings.warnings
    byName = try TargetConfiguration.read(settings.object("streams") ?? JSONObject())
  }

  /// The streams the user has settings for.
  var streams: [StreamSettings] { byName.values.sorted { $0.stream < $1.stream } }

  /// How the records of `stream` are written; nil when nothing says so.
  func settings(of stream: String) -> StreamSettings? {
    if let known = byName[stream] { return known }
    guard StreamSettings.defaultDestination(ofStream: stream) != nil else { return nil }
    return try? StreamSettings(JSONObject(), stream: stream, place: "streams.\(stream)")
  }

  /// The address of a webhook as it was given, when it can be posted to.
  private static func webhook(_ url: String) throws(SingerError) -> String {
    do throws(TransportError) {
      return try WebAddress(parsing: url).url
    } catch {
      throw SingerError(.config, "\"response_webhook\" is of no use: \(error)")
    }
  }

  private static func read(_ blocks: JSONObject) throws(SingerError) -> [String: StreamSettings] {
    var streams: [String: StreamSettings] = [:]
    var reasons: [String] = []
    for (name, block) in blocks {
      let place = "streams.\(name)"
      do throws(SingerError) {
        guard let members = block.object else {
          throw SingerError(.config, "must be an object, not \(block.compact)", file: place)
        }
        streams[name] = try StreamSettings(members, stream: name, place: place)
      } catch {
        reasons += error.description.split(separator: "\n").map(String.init)
      }
    }
    guard reasons.isEmpty else { throw SingerError(.config, reasons: reasons) }
    return streams
  }
}
