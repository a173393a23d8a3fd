/// The name that `word` was probably meant to be; nil when none is near.
func closest(to word: String, among names: [String]) -> String? {
  let limit = word.count < 5 ? 1 : 2
  let ranked = names.map { (name: $0, distance: editDistance(word, $0)) }.filter { $0.distance <= limit }
  return ranked.min { $0.distance < $1.distance }?.name
}

/// How many letters must be put in, taken out or exchanged to turn one word into the other.
private func editDistance(_ left: String, _ right: String) -> Int {
  let right = Array(right)
  var row = Array(0...right.count)
  for (index, letter) in left.enumerated() {
    var diagonal = row[0]
    row[0] = index + 1
    for column in right.indices {
      let replaced = diagonal + (right[column] == letter ? 0 : 1)
      diagonal = row[column + 1]
      row[column + 1] = min(replaced, diagonal + 1, row[column] + 1)
    }
  }
  return row[right.count]
}
