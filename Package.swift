// swift-tools-version:6.2
// The architecture diagram: who may know whom (docs/architecture.md has it in words).
import Foundation
import PackageDescription

let package = Package(
    name: "roost",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "roost", targets: ["Roost"]), .executable(name: "roost-bench", targets: ["RoostBench"]),
    ],
    dependencies: [
        // Each with its reason in docs/dependencies.md.
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.20.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
    ],
    targets: [
        // The ground: values every room speaks, and one door to SQL.
        .target(name: "Core", resources: [.copy("Resources")]),
        .target(
            name: "Storage",
            dependencies: [
                "Core", "CLibpq", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
                .product(name: "Crypto", package: "swift-crypto"),
            ]),
        .systemLibrary(name: "CLibpq", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        // The one way out over HTTP, for those who speak with providers.
        .target(
            name: "Outside",
            dependencies: [
                "Core",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]),

        // The five services. Only Booking knows the doors of two others.
        .target(
            name: "AuthService",
            dependencies: [
                "Core", "Storage",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
            ]),
        .target(
            name: "PropertyService", dependencies: ["Core", "Storage", "CZlib"],
            resources: [.copy("Resources")]),
        .target(
            name: "PaymentService",
            dependencies: ["Core", "Storage", "Outside", .product(name: "Crypto", package: "swift-crypto")]),
        .target(name: "BookingService", dependencies: ["Core", "Storage", "PropertyService", "PaymentService"]),
        .target(
            name: "NotificationService",
            dependencies: ["Core", "Storage", "Outside", "CCurl", .product(name: "Crypto", package: "swift-crypto")]),

        // The whole, built in one place; the server, the simulation and the tests all use it.
        .target(
            name: "Assembly",
            dependencies: [
                "Core", "Storage", "Outside",
                "AuthService", "PropertyService", "PaymentService", "BookingService", "NotificationService",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),

        // The two ways to meet it: over HTTP, and in simulated time.
        .target(
            name: "Web",
            dependencies: [
                "Core", "AuthService", "PropertyService", "PaymentService", "BookingService", "NotificationService",
                "CZlib",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Mustache", package: "swift-mustache"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "Logging", package: "swift-log"),
            ],
            resources: [.copy("Resources")]),
        .target(
            name: "Simulation",
            dependencies: [
                "Core", "Storage", "Assembly",
                "AuthService", "PropertyService", "PaymentService", "BookingService", "NotificationService",
            ]),
        .executableTarget(
            name: "Roost",
            dependencies: [
                "Core", "Assembly", "Web", "Simulation", "Storage",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "NIOCore", package: "swift-nio"),
            ]),
        // Measures the whole; not a part of the product (Benchmarks/README.md).
        .target(name: "CAllocations", path: "Benchmarks/CAllocations"),
        .executableTarget(
            name: "RoostBench",
            dependencies: [
                "CAllocations", "Core", "Storage", "PropertyService", "BookingService", "Assembly", "Web", "RuleWorlds",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            path: "Benchmarks/RoostBench"),

        // A test target beside each target; TestSupport has the clock and the worlds they share.
        .target(name: "TestSupport", dependencies: ["Core", "Storage"], path: "Tests/Support"),
        // Worlds of random rules and a plain model of them; also for the harness, which is optimised.
        .target(name: "RuleWorlds", dependencies: ["Core", "Storage", "PropertyService"], path: "Tests/RuleWorlds"),
        .testTarget(name: "CoreTests", dependencies: ["Core", "TestSupport"]),
        .testTarget(name: "StorageTests", dependencies: ["Core", "Storage", "TestSupport"]),
        .testTarget(
            name: "OutsideTests",
            dependencies: [
                "Core", "Outside", "TestSupport",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]),
        .testTarget(name: "AuthServiceTests", dependencies: ["Core", "Storage", "AuthService", "TestSupport"]),
        .testTarget(
            name: "PropertyServiceTests",
            dependencies: ["Core", "Storage", "PropertyService", "RuleWorlds", "TestSupport"]),
        .testTarget(
            name: "PaymentServiceTests", dependencies: ["Core", "Storage", "Outside", "PaymentService", "TestSupport"]),
        .testTarget(
            name: "BookingServiceTests",
            dependencies: ["Core", "Storage", "PropertyService", "PaymentService", "BookingService", "TestSupport"]),
        .testTarget(
            name: "NotificationServiceTests",
            dependencies: [
                "Core", "Storage", "Outside", "NotificationService", "TestSupport",
                .product(name: "Crypto", package: "swift-crypto"),
            ]),
        .testTarget(
            name: "AssemblyTests",
            dependencies: [
                "Core", "Storage", "Assembly", "TestSupport",
                "AuthService", "PropertyService", "PaymentService", "BookingService", "NotificationService",
            ]),
        .testTarget(
            name: "WebTests",
            dependencies: [
                "Core", "Assembly", "Web", "TestSupport", "Storage",
                "AuthService", "PropertyService", "PaymentService", "BookingService", "NotificationService",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "Hummingbird", package: "hummingbird"),
            ]),
        .testTarget(name: "SimulationTests", dependencies: ["Core", "Assembly", "Simulation", "TestSupport"]),
    ]
)

for target in package.targets where target.type != .system {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"), .treatAllWarnings(as: .error),
    ]
}
