import CrawlCore
import Extract
import Foundation
import HTMLScan

/// Measures what scanning costs: CPU time per 1,000 pages of a folder of real ones.
@main
enum ScanBench {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard let folder = arguments.first else {
            print("usage: ScanBench FOLDER [ROUNDS]   every .html file below FOLDER, read into memory first")
            print("       ScanBench hostile           pages of 4 MiB that are made to take time")
            print(
                "       ScanBench references FOLDER URL   what files refer to; their names come on standard input"
            )
            return
        }
        if folder == "hostile" { return try measureHostile() }
        if folder == "references", arguments.count == 3 {
            return try ReferenceListing(folder: arguments.dropFirst().first, url: arguments.last).print()
        }
        let rounds = arguments.dropFirst().first.flatMap { Int($0) } ?? 5
        let pages = try pages(in: URL(filePath: folder))
        let size = pages.reduce(0) { $0 + $1.count }
        print("\(pages.count) pages, \(size >> 10) KiB, best of \(rounds)")
        measure("title only", PageScanner(), pages, rounds)
        measure("title, metadata", PageScanner(.metadata), pages, rounds)
        measure("title, metadata, links", PageScanner(.links), pages, rounds)
        measure("title, metadata, references", PageScanner(.references), pages, rounds) {
            $0.references?.references.count ?? 0
        }
        let heading = try XPathExpression("//h1")
        measure("title, one XPath", PageScanner(.tree), pages, rounds) {
            if case .nodes(let values) = $0.evaluate(heading, limit: 1) { return values.count }
            return 0
        }
        measure("title, text", PageScanner(.text), pages, rounds) { $0.withText { $0.count } }
    }

    private static func measureHostile() throws {
        let expressions = try [
            "//h1", "//div//p", "//p/..", "//p/following-sibling::p", "count(//div//div//p)",
        ].map {
            ($0, try XPathExpression($0))
        }
        let pages =
            HostilePages.all.map { ($0.name, "text/html", Array($0.page.utf8)) } + HostilePages.undecodable
        for (name, contentType, page) in pages {
            var line = name.padding(toLength: 34, withPad: " ", startingAt: 0)
            for (what, options) in [
                ("title", []), ("links", .links), ("references", .references), ("tree", [.tree, .text]),
            ]
                as [(String, PageScanner.Options)]
            {
                let scanner = PageScanner(options)
                let start = cpuTime()
                scan(page, scanner, contentType)
                line += " \(what) \(milliseconds(cpuTime() - start))"
                guard options.contains(.tree) else { continue }
                for (text, expression) in expressions {
                    let start = cpuTime()
                    let value = scanner.evaluate(expression, limit: 1000)
                    line += " \(text) \(milliseconds(cpuTime() - start))\(value == nil ? "!" : "")"
                }
            }
            print(line)
        }
        try measureJSON()
    }

    /// What JSON paths take on replies that make them take long.
    private static func measureJSON() throws {
        let wide = "[" + String(repeating: "[[[[[[[[1]]]]]]]],", count: 200_000) + "1]"
        let deep =
            String(repeating: "[1,", count: 500) + String(repeating: "1,", count: 2_000_000) + "1"
            + String(repeating: "]", count: 500)
        for path in ["$..x", "$..*..*..x", "$..[0]", "$[-1]"] {
            for reply in [wide, deep] {
                let extractor = try FieldExtractor([ExtractionField(name: "x", source: .json(path))])
                let scanner = PageScanner(extractor.scannerOptions)
                scan(Array(reply.utf8), scanner, "application/json")
                let start = cpuTime()
                let result = extractor.extract(from: scanner)
                print("\(path) \(milliseconds(cpuTime() - start)) \(result?.json.prefix(20) ?? "")")
            }
        }
    }

    private static func milliseconds(_ duration: Duration) -> String {
        String(format: "%4d", Int(duration / .milliseconds(1)))
    }

    private static func measure(
        _ name: String, _ scanner: PageScanner, _ pages: [[UInt8]], _ rounds: Int,
        _ more: (PageScanner) -> Int = { _ in 0 }
    ) {
        var best = Duration.seconds(1 << 30)
        var sum = 0
        for _ in 0..<rounds {
            let start = cpuTime()
            sum = 0
            for page in pages {
                scan(page, scanner)
                sum += (scanner.title?.utf8.count ?? 0) + scanner.metadata.linkCount + more(scanner)
            }
            best = min(best, cpuTime() - start)
        }
        let cost = (best * 1000 / pages.count).formatted(
            .units(allowed: [.milliseconds], fractionalPart: .show(length: 3)))
        print("\(name): \(cost) CPU per 1,000 pages (checksum \(sum))")
    }

    private static func scan(_ page: [UInt8], _ scanner: PageScanner, _ contentType: String = "text/html") {
        scanner.reset(contentType: contentType)
        page.withUnsafeBytes { bytes in
            var rest = bytes[...]
            // As curl hands pages over.
            while !rest.isEmpty, !scanner.isFinished {
                scanner.feed(UnsafeRawBufferPointer(rebasing: rest.prefix(16384)))
                rest = rest.dropFirst(16384)
            }
        }
        scanner.finish()
    }

    private static func cpuTime() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    private static func pages(in folder: URL) throws -> [[UInt8]] {
        guard let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil) else {
            return []
        }
        var pages: [[UInt8]] = []
        for case let file as URL in files where ["html", "htm"].contains(file.pathExtension) {
            pages.append([UInt8](try Data(contentsOf: file)))
        }
        return pages
    }
}
