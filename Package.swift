// swift-tools-version: 6.2
import PackageDescription

/// One set of rules for every module: nothing leaks, nothing unsafe goes unmarked, no warning stays.
let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
]

func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func program(_ name: String, _ library: Target.Dependency, path: String? = nil) -> Target {
  .executableTarget(name: name, dependencies: [library], path: path, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

let package = Package(
  name: "tap-close",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "tap-close", targets: ["tap-close"]),
    .executable(name: "target-close", targets: ["target-close"]),
    .executable(name: "close-sandbox", targets: ["close-sandbox"]),
  ],
  targets: [
    // Bytes, and the three things built on nothing but bytes.
    module("JSONBytes"),
    module("Singer", ["JSONBytes"]),
    module("CloseSandbox", ["JSONBytes"]),

    // The way to Close.
    .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    module("HTTPTransport", ["CCurl"]),
    module("CloseAPI", ["HTTPTransport", "JSONBytes"]),
    // What both data movers are told about it: settings to client.
    module("CloseConnection", ["CloseAPI", "HTTPTransport", "Singer", "JSONBytes"]),

    // The two data movers.
    module("TapClose", ["CloseConnection", "Singer", "CloseAPI", "JSONBytes"]),
    module("TargetClose", ["CloseConnection", "Singer", "CloseAPI", "HTTPTransport", "JSONBytes"]),

    program("tap-close", "TapClose"),
    program("target-close", "TargetClose"),
    program("close-sandbox", "CloseSandbox"),

    .target(
      name: "TestSupport", dependencies: ["CloseSandbox", "JSONBytes"], path: "Tests/TestSupport",
      swiftSettings: settings),
    .executableTarget(
      name: "bench", dependencies: ["Singer", "CloseSandbox", "JSONBytes"], path: "Tests/Benchmarks",
      swiftSettings: settings),

    tests("JSONBytesTests", ["JSONBytes", "TestSupport"]),
    tests("SingerTests", ["Singer", "JSONBytes", "TestSupport"]),
    tests("CloseSandboxTests", ["CloseSandbox", "TestSupport", "JSONBytes"]),
    tests("HTTPTransportTests", ["HTTPTransport", "TestSupport"]),
    tests("CloseAPITests", ["CloseAPI", "HTTPTransport", "TestSupport", "JSONBytes"]),
    tests(
      "CloseConnectionTests",
      ["CloseConnection", "CloseAPI", "Singer", "HTTPTransport", "TestSupport", "JSONBytes"]),
    tests(
      "TapCloseTests", ["TapClose", "CloseConnection", "Singer", "CloseAPI", "TestSupport", "JSONBytes"]),
    tests(
      "TargetCloseTests",
      ["TargetClose", "CloseConnection", "Singer", "CloseAPI", "HTTPTransport", "TestSupport", "JSONBytes"]),
    // Runs the built programs as processes: exact output, exit codes, signals.
    tests(
      "CommandLineTests",
      ["TestSupport", "CloseSandbox", "JSONBytes", "tap-close", "target-close", "close-sandbox"]),
  ]
)
