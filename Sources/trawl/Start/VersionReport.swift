internal import CCurl
internal import CLibXML2
internal import CXXHash
internal import CrawlEngine
internal import Foundation
internal import TrawlDatabase

/// What `trawl --version --verbose` says: the libraries that the process runs with, as `curl --version` does.
enum VersionReport {
    /// The Swift packages that are linked in. Package.swift names the same versions.
    static let packages = [
        "GRDB/7.10.0", "Yams/6.2.2", "swift-argument-parser/1.8.2", "swift-collections/1.6.0",
        "swift-log/1.16.2",
    ]

    static var text: String {
        """
        trawl \(Product.version) (\(machine))
        libraries: \(libraries.joined(separator: " "))
        packages: Swift/\(swift) \(packages.joined(separator: " "))
        time zones: \(timeZones)
        """
    }

    /// The version of Swift's library, whose third number is not told.
    private static var swift: String {
        "\(_SwiftStdlibVersion.current)".split(separator: ".").prefix(2).joined(separator: ".")
    }

    private static var machine: String {
        #if arch(x86_64)
            "x86_64-linux"
        #elseif arch(arm64)
            "aarch64-linux"
        #else
            "linux"
        #endif
    }

    /// libcurl's own line, which has TLS, HTTP/2, zlib, brotli, zstd, libidn2 and libpsl, and what is linked beside it. RE2 and
    /// uchardet do not tell their versions, and libxml2's is the one that the program was built with.
    private static var libraries: [String] {
        [
            String(cString: curl_version()), "libxml2/\(LIBXML_DOTTED_VERSION)",
            "xxHash/\(dotted(Int(XXH_versionNumber())))", "RE2", "uchardet",
        ] + DatabaseName.libraries
    }

    /// `20914` as `2.9.14`.
    private static func dotted(_ number: Int) -> String {
        "\(number / 10_000).\(number / 100 % 100).\(number % 100)"
    }

    /// The release of the tz database and its folder.
    private static var timeZones: String {
        let named = ProcessInfo.processInfo.environment["TZDIR"] ?? ""
        let folder = named.isEmpty ? "/usr/share/zoneinfo" : named
        guard FileManager.default.fileExists(atPath: "\(folder)/Etc/UTC") else {
            return "none in \(folder); install tzdata"
        }
        let source = FileHandle(forReadingAtPath: "\(folder)/tzdata.zi")
        let head = String(decoding: (try? source?.read(upToCount: 64)) ?? Data(), as: UTF8.self)
        let version = head.prefixMatch(of: /# version (\S+)/).map { "\($0.1) " } ?? ""
        return "\(version)in \(folder)"
    }
}
