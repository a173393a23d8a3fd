public import JSONBytes

/// What to do with each field of one stream's records, compiled once from its schema and selection.
///
/// A field is copied as it stands, rewritten (dates), looked into (nested selection), or left out; nothing is
/// decided per record but "is this key known". Types are checked in the record itself; what stands inside its
/// objects and arrays is the concern of whoever reads them.
public struct RecordPlan: Sendable {
  /// What becomes of top-level fields that no schema declares, or whose values contradict it.
  public enum Undeclared: String, Sendable {
    /// They are gathered in one declared object, `_undeclared`.
    case collect
    /// They are left out.
    case drop
    /// They stay where they are.
    case pass
  }

  /// Choices that are the same for every record of a stream.
  public struct Options: Sendable {
    /// What becomes of undeclared fields.
    public var undeclared = Undeclared.collect
    /// Remove `\u0000` and mend lone surrogates, which break several loaders.
    public var cleansText = true
    /// Fields left out without a word although no schema declares them.
    public var ignored: Set<String> = []
    /// Fields that are written as constants; a record's own of the same name are left out.
    public var constants: Set<String> = []
    /// Undeclared fields with this prefix are gathered as `{"id": rest of the name, "value": …}` in a list.
    public var listedPrefix: String?
    /// The field that takes the list, when it is selected.
    public var listField = "custom_fields"

    /// The defaults.
    public init() {}
  }

  /// Name of the declared object that takes what no schema declares.
  public static let undeclaredField = "_undeclared"

  /// Field roles that the driver asks for after each record.
  struct Roles: OptionSet {
    let rawValue: UInt8
    static let key = Roles(rawValue: 1)
    static let replicationKey = Roles(rawValue: 2)
  }

  /// What to do with the value of one field.
  enum Action: Sendable {
    /// Leave it out.
    case skip
    /// Copy it when its type is one of `allowed`.
    case copy(allowed: JSONTypes)
    /// Write it in the one form its format asks for.
    case date(DateForm, allowed: JSONTypes)
    /// Look inside: at an object's fields, or at those of an array's objects.
    case descend(object: Int, allowed: JSONTypes)
    /// Gather it in `_undeclared`.
    case collect
    /// Gather it in the list of prefixed fields.
    case list
  }

  /// The formats of JSON Schema that loaders parse.
  enum DateForm: String, Sendable {
    /// `YYYY-MM-DDTHH:MM:SS.ffffffZ`.
    case instant = "date-time"
    /// `YYYY-MM-DD`.
    case day = "date"
  }

  struct Field: Sendable {
    var action: Action {
      didSet { shortcut = Shortcut(action, roles) }
    }
    var roles: Roles = [] {
      didSet { shortcut = Shortcut(action, roles) }
    }
    private(set) var shortcut: Shortcut
    /// Number of the record in which the field was last met, to notice one that stands twice.
    var lastMet = 0

    init(action: Action) {
      self.action = action
      shortcut = Shortcut(action, [])
    }
  }

  /// Values that are copied without a further look.
  struct Shortcut {
    /// The types of which any plain value is.
    private(set) var types: JSONTypes = []
    /// Whether date-times are that need at most a `Z`.
    private(set) var takesInstants = false

    init(_ action: Action, _ roles: Roles) {
      guard roles.isEmpty else { return }
      switch action {
      case .copy(let allowed): types = allowed
      case .date(let form, let allowed):
        takesInstants = form == .instant
        types = allowed.subtracting(.string)
      case .descend(_, let allowed): types = allowed.subtracting([.array, .object])
      case .skip, .collect, .list: break
      }
    }
  }

  let stream: String
  let options: Options
  /// The fields that together tell a record from others.
  let keyProperties: [String]
  let hasCompoundKey: Bool
  let collectsUndeclared: Bool
  private let listsFields: Bool
  /// What to do with each field of the record, which is object 0, and of the objects that are looked into.
  ///
  /// What is held for an object itself means nothing.
  var fields = KeyTable<Field>()

  /// Compiles a plan.
  ///
  /// - Parameters:
  ///   - stream: name used in messages.
  ///   - schema: the whole schema of the stream, deselected fields included.
  ///   - keyProperties: fields whose values are handed out as each record's key; none for records without one.
  ///   - replicationKey: field whose value is handed out as each record's instant.
  ///   - isSelected: whether the field at a breadcrumb (`["properties", "contacts", "items", …]`) is wanted.
  public init(
    stream: String, schema: JSONValue, keyProperties: [String], replicationKey: String?,
    options: Options = Options(),
    isSelected: ([String]) -> Bool
  ) {
    self.stream = stream
    self.options = options
    self.keyProperties = keyProperties
    hasCompoundKey = keyProperties.count > 1
    collectsUndeclared =
      options.undeclared == .collect && isSelected(["properties", RecordPlan.undeclaredField])
    listsFields = isSelected(["properties", options.listField])
    compile(schema, replicationKey, isSelected)
  }

  /// Whether text is mended that breaks loaders.
  public var cleansText: Bool { options.cleansText }

  /// What becomes of a top-level field that no schema declares.
  func action(forUndeclared name: String) -> Action {
    if isListed(name) { return listsFields ? .list : .skip }
    switch options.undeclared {
    case .collect: return collectsUndeclared ? .collect : .skip
    case .drop: return .skip
    case .pass: return .copy(allowed: .any)
    }
  }

  /// Whether an undeclared field belongs into the list of prefixed ones.
  func isListed(_ name: String) -> Bool {
    options.listedPrefix.map(name.hasPrefix) ?? false
  }
}
