// swift-tools-version: 6.2

import PackageDescription

let package = Package(
    name: "titles",
    dependencies: [.package(name: "trawl", path: "../..")],
    targets: [
        .executableTarget(
            name: "titles",
            dependencies: [.product(name: "TrawlKit", package: "trawl")],
            swiftSettings: [
                .treatAllWarnings(as: .error), .enableUpcomingFeature("MemberImportVisibility"),
            ])
    ]
)
