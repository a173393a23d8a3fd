import TapClose

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@main
struct Main {
  static func main() async {
    exit(await TapCommand.run(Array(CommandLine.arguments.dropFirst())))
  }
}
