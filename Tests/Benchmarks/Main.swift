#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `bench NAME` runs one benchmark and prints its table.
@main
struct Main {
  static func main() {
    do {
      switch CommandLine.arguments.dropFirst().joined(separator: " ") {
      case "record-path":
        var benchmark = try RecordPathBenchmark()
        try benchmark.run()
      default:
        print("usage: bench record-path")
        exit(2)
      }
    } catch {
      print("bench: \(error)")
      exit(1)
    }
  }
}
