import CloseAPI
import CloseConnection
import JSONBytes
import Singer

/// Reads one series of pages of a custom stream: what is asked is the stream's, how pages join is the walk's.
struct SeriesReader {
  private let sync: StreamSync
  private let stream: CustomStream
  private let values: MacroValues
  private(set) var walk: PageWalk
  private(set) var encoder: CustomPageEncoder
  /// Whether a page has been read.
  private(set) var hasBegun = false
  /// Whether a page had rows with the same key.
  private(set) var sharesKeys = false
  /// A cursor is continued with the key that opened it.
  private var key: Int?

  /// - Parameter row: the row of the lookup to ask for.
  init(_ sync: StreamSync, _ stream: CustomStream, _ row: JSONObject) {
    self.sync = sync
    self.stream = stream
    values = stream.values(row, start: sync.start, now: sync.settings.now)
    walk = stream.newWalk
    encoder = CustomPageEncoder(sync.selection, stream, row: row, cleansText: sync.selection.plan.cleansText)
  }

  /// The next page with what is new on it; nil when all have been read.
  mutating func nextPage() async throws -> CustomPage? {
    while true {
      let request: PageWalk.Request
      switch walk.step {
      case .request(let next): request = next
      case .finished: return nil
      case .stuck: throw StreamError.stuck
      case .tooDeep:
        throw StreamError(
          "the list is deeper than the API lets anyone page through",
          "narrow it by params or body, for example by a date with {bookmark}")
      }
      let page: CustomPage
      do {
        page = try await fetch(request)
      } catch let error as CloseError {
        guard walk.refuse(error) else { throw error }
        continue
      }
      if let fault = page.fault { throw fault }
      sharesKeys = sharesKeys || page.sharesKeys
      guard try walk.receive(page) else { continue }
      key = page.page.key
      hasBegun = true
      return page
    }
  }

  private mutating func fetch(_ request: PageWalk.Request) async throws -> CustomPage {
    var call = stream.call(request, values)
    call.key = key
    // A parent is read in the name of the stream that looks it up.
    call.label = sync.name
    let start = stream.replicationKey == nil ? nil : sync.start
    let walk = walk
    var used = encoder
    let page = try await sync.gate.enter {
      try await sync.client.page(call) { (response) throws(JSONError) in
        used = encoder
        return try used.encode(response) { facts, digest in
          !walk.isRepeat(digest) && facts.instant ?? .latest >= start ?? .earliest
        }
      }
    }
    encoder = used
    return page
  }
}
