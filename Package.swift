// swift-tools-version: 6.2

import PackageDescription

/// One set of rules for every target: Swift 6 mode, warnings are errors, imports are internal
/// unless they are said to be public.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
]

let package = Package(
    name: "trawl",
    products: [
        .executable(name: "trawl", targets: ["trawl"]),
        // The engine for other packages; the one module whose API is kept.
        .library(name: "TrawlKit", targets: ["TrawlKit"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    ],
    targets: [
        // The C libraries: a module map and the wrappers that Swift cannot do without.
        .systemLibrary(
            name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(
            name: "CLibXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
        .systemLibrary(
            name: "CIDN2", pkgConfig: "libidn2", providers: [.apt(["libidn2-dev"])]),
        .systemLibrary(
            name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(
            name: "CPSL", pkgConfig: "libpsl", providers: [.apt(["libpsl-dev"])]),
        .systemLibrary(
            name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(
            name: "CBrotli", pkgConfig: "libbrotlidec", providers: [.apt(["libbrotli-dev"])]),
        .systemLibrary(
            name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(
            name: "CUchardet", pkgConfig: "uchardet", providers: [.apt(["libuchardet-dev"])]),
        .systemLibrary(
            name: "CXXHash", pkgConfig: "libxxhash", providers: [.apt(["libxxhash-dev"])]),
        .systemLibrary(
            name: "CPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        // What Swift uses of RE2, which is C++; of Debian's libre2-dev.
        .target(name: "CRE2", linkerSettings: [.linkedLibrary("re2")]),
        .target(name: "CLinux"),
        // What Swift cannot call of SQLite; the library is the one that GRDB links.
        .target(name: "CSQLite", linkerSettings: [.linkedLibrary("sqlite3")]),

        // What a crawl is made of, from the inside out.
        .target(name: "CharacterNames", swiftSettings: strict),
        .target(
            name: "CrawlCore",
            dependencies: [
                "CharacterNames", "CIDN2", "CPSL", "CXXHash",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "HeapModule", package: "swift-collections"),
            ],
            swiftSettings: strict),
        .target(
            name: "ContentCoding", dependencies: ["CZlib", "CBrotli", "CZstd"], swiftSettings: strict),
        .target(
            name: "Curl", dependencies: ["CCurl", "CLinux", "ContentCoding", "CrawlCore"],
            swiftSettings: strict),
        .target(
            name: "TrawlText", dependencies: ["CharacterNames", "CUchardet"], path: "Sources/Text",
            swiftSettings: strict),
        .target(
            name: "HTMLScan", dependencies: ["CLibXML2", "CXXHash", "TrawlText"], swiftSettings: strict),
        .target(
            name: "Extract", dependencies: ["CRE2", "CrawlCore", "HTMLScan"], swiftSettings: strict),
        .target(name: "WARC", dependencies: ["CCrypto", "CZlib"], swiftSettings: strict),
        .target(name: "Authentication", dependencies: ["CCrypto", "CrawlCore"], swiftSettings: strict),
        .target(
            name: "Sitemap", dependencies: ["ContentCoding", "TrawlText"], swiftSettings: strict),
        .target(
            name: "JobFile",
            dependencies: ["CrawlCore", "Extract", "TrawlText", .product(name: "Yams", package: "Yams")],
            swiftSettings: strict),
        // The port between the crawl and its database, and SQLite and PostgreSQL behind it.
        .target(
            name: "TrawlStore", dependencies: ["CrawlCore"], path: "Sources/Store", swiftSettings: strict),
        .target(
            name: "TrawlSQLite",
            dependencies: [
                "CSQLite", "CrawlCore", "TrawlStore",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            path: "Sources/SQLite",
            resources: [.embedInCode("migrations")],
            swiftSettings: strict),
        .target(
            name: "TrawlPostgres", dependencies: ["CPQ", "CrawlCore", "TrawlStore"],
            path: "Sources/PostgreSQL",
            resources: [.embedInCode("migrations")],
            swiftSettings: strict),
        // Which database a name means.
        .target(
            name: "TrawlDatabase", dependencies: ["TrawlPostgres", "TrawlSQLite", "TrawlStore"],
            path: "Sources/Database", swiftSettings: strict),
        .target(
            name: "CrawlFetch",
            dependencies: [
                "CXXHash", "ContentCoding", "CrawlCore", "Curl", "Extract", "HTMLScan", "Sitemap",
                "TrawlText",
                "WARC",
            ],
            swiftSettings: strict),
        .target(
            name: "CrawlEngine",
            dependencies: [
                "Authentication", "CLinux", "ContentCoding", "CrawlCore", "CrawlFetch", "Curl", "JobFile",
                "TrawlStore",
                "WARC",
                .product(name: "DequeModule", package: "swift-collections"),
            ],
            swiftSettings: strict),
        .target(
            name: "TrawlKit",
            dependencies: [
                "CrawlCore", "CrawlEngine", "CrawlFetch", "TrawlDatabase", "JobFile", "TrawlStore",
                .product(name: "DequeModule", package: "swift-collections"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "trawl",
            dependencies: [
                "CCrypto", "CCurl", "CLibXML2", "CLinux", "CXXHash", "ContentCoding", "CrawlCore",
                "CrawlEngine",
                "CrawlFetch", "Curl", "TrawlDatabase", "Extract", "JobFile", "TrawlStore", "TrawlText",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            resources: [
                .embedInCode("Live/Page/icon.svg"), .embedInCode("Live/Page/live.css"),
                .embedInCode("Live/Page/live.html"),
                .embedInCode("Live/Page/live.js"), .embedInCode("Report/Page/report.css"),
                .embedInCode("Report/Page/report.js"),
            ],
            swiftSettings: strict),

        // For tests and benchmarks only.
        .target(name: "LoopbackServer", dependencies: ["CLinux"], swiftSettings: strict),
        .target(name: "TrawlTestSupport", path: "Tests/Support", swiftSettings: strict),
        .executableTarget(
            name: "ScanBench", dependencies: ["CrawlCore", "Extract", "HTMLScan"], path: "Tests/ScanBench",
            swiftSettings: strict),
        .executableTarget(
            name: "ScanFuzz", dependencies: ["CrawlCore", "Extract", "HTMLScan"], path: "Tests/ScanFuzz",
            swiftSettings: strict),

        // The port in memory: databases are compared with it, and simulated crawls run on it.
        .target(
            name: "StoreModel", dependencies: ["CrawlCore", "TrawlStore"], path: "Tests/StoreModel",
            swiftSettings: strict),

        .testTarget(name: "CrawlCoreTests", dependencies: ["CrawlCore"], swiftSettings: strict),
        .testTarget(
            name: "HTMLScanTests", dependencies: ["HTMLScan", "CrawlCore"], exclude: ["Cases"],
            swiftSettings: strict),
        .testTarget(
            name: "TrawlTextTests", dependencies: ["TrawlText"], path: "Tests/TextTests",
            swiftSettings: strict),
        .testTarget(
            name: "ExtractTests", dependencies: ["CrawlCore", "Extract", "HTMLScan"], swiftSettings: strict),
        .testTarget(
            name: "JobFileTests", dependencies: ["JobFile", "CrawlCore"], swiftSettings: strict),
        .testTarget(
            name: "LoopbackServerTests", dependencies: ["LoopbackServer"], swiftSettings: strict),
        .testTarget(
            name: "ContentCodingTests", dependencies: ["ContentCoding", "CZlib", "CZstd"],
            swiftSettings: strict),
        .testTarget(
            name: "AuthenticationTests",
            dependencies: [
                "Authentication", "CrawlCore", "TrawlTestSupport",
                .product(name: "HeapModule", package: "swift-collections"),
            ],
            exclude: ["Cases"], swiftSettings: strict),
        .testTarget(name: "WARCTests", dependencies: ["WARC", "CZlib"], swiftSettings: strict),
        .testTarget(
            name: "SitemapTests", dependencies: ["Sitemap", "CZlib"], swiftSettings: strict),
        .testTarget(
            name: "CurlTests",
            dependencies: ["CLinux", "Curl", "CrawlCore", "LoopbackServer", "CZlib", "TrawlTestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "CrawlFetchTests",
            dependencies: [
                "CrawlFetch", "Curl", "CrawlCore", "Extract", "HTMLScan", "LoopbackServer", "Sitemap",
                "TrawlTestSupport",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "TrawlStoreTests",
            dependencies: [
                "TrawlSQLite", "TrawlPostgres", "CrawlCore", "StoreModel", "TrawlStore", "TrawlTestSupport",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            path: "Tests/StoreTests", swiftSettings: strict),
        .testTarget(
            name: "TrawlSQLiteTests",
            dependencies: [
                "TrawlSQLite", "CrawlCore", "TrawlStore", .product(name: "GRDB", package: "GRDB.swift"),
            ],
            path: "Tests/SQLiteTests",
            swiftSettings: strict),
        .testTarget(
            name: "TrawlPostgresTests",
            dependencies: [
                "TrawlDatabase", "TrawlPostgres", "CrawlCore", "TrawlSQLite", "TrawlStore",
                "TrawlTestSupport",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            path: "Tests/PostgresTests", swiftSettings: strict),
        .testTarget(
            name: "CrawlEngineTests",
            dependencies: [
                "ContentCoding", "CrawlEngine", "CrawlFetch", "TrawlSQLite", "CrawlCore", "LoopbackServer",
                "StoreModel", "TrawlStore", "TrawlTestSupport", .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "TrawlKitTests", dependencies: ["TrawlKit", "LoopbackServer"], swiftSettings: strict),
        .testTarget(
            name: "TrawlTests",
            dependencies: [
                "trawl", "Authentication", "CrawlCore", "TrawlSQLite", "JobFile", "LoopbackServer",
                "TrawlStore",
                "TrawlTestSupport",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Logging", package: "swift-log"),
            ],
            exclude: ["Database/Fixtures", "Manual/validate.py", "Chain/socks5.py"],
            swiftSettings: strict),
    ],
    cxxLanguageStandard: .cxx17
)
