import CloseSandbox

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@main
struct Main {
  static func main() async {
    exit(await SandboxCommand.run(Array(CommandLine.arguments.dropFirst())))
  }
}
