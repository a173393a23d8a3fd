import JSONBytes

/// How a date-time is written: in the letters of Unicode's date patterns, or as RFC 3339 when there is no pattern.
///
///     yyyy-MM-dd            2024-01-31
///     yyyy-MM-dd'T'HH:mmX   2024-01-31T08:05Z
///     MMM d, h:mm a         Jan 31, 8:05 AM
///
/// All times are UTC; month names are English. See Unicode Technical Standard 35, Date Format Patterns.
struct DatePattern: Hashable, Sendable {
  private enum Part: Hashable {
    case text(String)
    case field(Character, width: Int)
  }

  /// `2024-01-31T08:05:00.000000Z`.
  static let standard = DatePattern(parts: nil)
  private static let letters = "yMdHhmsSaZXx"
  private let parts: [Part]?

  private init(parts: [Part]?) { self.parts = parts }

  /// Why a text is no pattern.
  struct Fault: Error, Hashable, CustomStringConvertible {
    let description: String
  }

  /// Reads a pattern.
  ///
  /// - Throws: `Fault` for letters that are not known and quotes that do not end.
  init(parsing text: String) throws(Fault) {
    var parts: [Part] = []
    var rest = Array(text)[...]
    while let first = rest.first {
      if first == "'" {
        parts.append(.text(try DatePattern.quoted(&rest)))
      } else if first.isASCII, first.isLetter {
        let width = rest.prefix { $0 == first }.count
        guard DatePattern.letters.contains(first) else {
          throw Fault(
            description:
              "has the letter \(first), which is not known; there are \(DatePattern.letters), and '…' "
              + "for text")
        }
        parts.append(.field(first, width: width))
        rest = rest.dropFirst(width)
      } else {
        parts.append(.text(String(first)))
        rest = rest.dropFirst()
      }
    }
    guard !parts.isEmpty else { throw Fault(description: "is empty") }
    self.parts = parts
  }

  /// The text between quotes; two in a row stand for one, inside and outside.
  private static func quoted(_ rest: inout ArraySlice<Character>) throws(Fault) -> String {
    rest = rest.dropFirst()
    if rest.first == "'" {
      rest = rest.dropFirst()
      return "'"
    }
    var text = ""
    while let next = rest.popFirst() {
      guard next == "'" else {
        text.append(next)
        continue
      }
      guard rest.first == "'" else { return text }
      text.append(rest.removeFirst())
    }
    throw Fault(description: "has a quote that does not end")
  }

  /// The instant as the pattern has it.
  func text(of instant: Timestamp) -> String {
    guard let parts else { return instant.description }
    let civil = CivilTime(instant)
    return parts.map { part in
      switch part {
      case .text(let text): text
      case .field(let letter, let width): civil.text(letter, width)
      }
    }.joined()
  }
}

/// An instant by the calendar and the clock, in UTC.
struct CivilTime {
  let year: Int
  let month: Int
  let day: Int
  let hour: Int
  let minute: Int
  let second: Int
  let microsecond: Int

  init(_ instant: Timestamp) {
    // `2024-01-31T08:05:00.000000Z`, always that long.
    let numbers = instant.description.split { !$0.isNumber }.map { Int($0) ?? 0 }
    (year, month, day) = (numbers[0], numbers[1], numbers[2])
    (hour, minute, second, microsecond) = (numbers[3], numbers[4], numbers[5], numbers[6])
  }

  private static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
  ]

  /// One field of a date pattern.
  fileprivate func text(_ letter: Character, _ width: Int) -> String {
    switch letter {
    case "y": width == 2 ? (year % 100).padded(2) : year.padded(width)
    case "M" where width == 3: String(CivilTime.months[month - 1].prefix(3))
    case "M" where width > 3: CivilTime.months[month - 1]
    case "M": month.padded(width)
    case "d": day.padded(width)
    case "H": hour.padded(width)
    case "h": ((hour + 11) % 12 + 1).padded(width)
    case "m": minute.padded(width)
    case "s": second.padded(width)
    case "S": String((microsecond.padded(6) + String(repeating: "0", count: width)).prefix(width))
    case "a": hour < 12 ? "AM" : "PM"
    case "Z" where width < 4: "+0000"
    case "Z": width == 4 ? "GMT" : "Z"
    case "X": "Z"
    default: width == 1 ? "+00" : width % 2 == 0 ? "+0000" : "+00:00"
    }
  }
}

extension Int {
  /// The number in at least so many digits.
  func padded(_ width: Int) -> String {
    let digits = String(self)
    return String(repeating: "0", count: Swift.max(0, width - digits.count)) + digits
  }
}
