extension SeededRandom {
  /// A generator of its own for the `index`th of many things, so that one thing's luck does not move the
  /// next.
  init(seed: UInt64, stream index: Int) {
    var mixer = SeededRandom(seed: seed ^ (UInt64(truncatingIfNeeded: index) &* 0x9E37_79B9_7F4A_7C15))
    self.init(seed: mixer.next())
  }

  /// A number from 0 up to, but not including, `limit`.
  mutating func below(_ limit: Int) -> Int {
    limit <= 1 ? 0 : Int(next().multipliedFullWidth(by: UInt64(limit)).high)
  }

  /// True this often (0 never, 1 always).
  mutating func chance(_ share: Double) -> Bool { Double(next() >> 11) / 9_007_199_254_740_992 < share }

  /// One of `choices`, which must not be empty.
  mutating func pick<Element>(_ choices: [Element]) -> Element { choices[below(choices.count)] }

  /// The index of one of `weights`, heavier ones more often.
  mutating func weighted(_ weights: [Int]) -> Int {
    var left = below(weights.reduce(0, +))
    for (index, weight) in weights.enumerated() {
      left -= weight
      if left < 0 { return index }
    }
    return weights.count - 1
  }
}
