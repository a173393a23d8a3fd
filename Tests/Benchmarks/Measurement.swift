#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Seconds that the rounds of one variant took.
struct Measurement {
  private(set) var rounds: [Double] = []

  /// Notes how long one more round took.
  mutating func add(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    rounds.append(Double(seconds) + Double(attoseconds) / 1e18)
  }

  var best: Double { rounds.min() ?? .nan }

  var median: Double {
    rounds.isEmpty ? .nan : rounds.sorted()[rounds.count / 2]
  }
}

/// The most memory this process ever held, in megabytes.
func peakMemory() -> Double {
  var usage = rusage()
  // Safety: `getrusage` only fills the struct it is given.
  #if canImport(Glibc)
    unsafe getrusage(RUSAGE_SELF.rawValue, &usage)
    return Double(usage.ru_maxrss) / 1024
  #else
    unsafe getrusage(RUSAGE_SELF, &usage)
    return Double(usage.ru_maxrss) / 1_048_576
  #endif
}

extension String {
  /// The text filled with spaces in front to `width` characters.
  func right(_ width: Int) -> String {
    String(repeating: " ", count: max(0, width - count)) + self
  }

  /// The text filled with spaces behind to `width` characters.
  func left(_ width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}

extension Double {
  /// The nearest whole number with a comma between thousands.
  var grouped: String {
    let digits = Array(String(Int(rounded())))
    return digits.indices.reduce(into: "") { text, index in
      if index > 0, (digits.count - index) % 3 == 0 { text += "," }
      text.append(digits[index])
    }
  }
}
