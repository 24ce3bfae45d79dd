import CrawlCore
import Foundation
import Testing

/// Cases of robots.jsonl and robots-real.jsonl: what a robots.txt says to a crawler of a URL. Made from
/// google/robotstxt's and protego's suites, RFC 9309's text, and the files of popular sites.
struct RobotsCorpusRow: Sendable {
    let id: String
    /// Whether the row counts; the others are about what parsers may differ in.
    let isHard: Bool
    let body: [UInt8]
    let userAgent: String
    let url: String
    let isAllowed: Bool

    /// What comes out for the row.
    var verdict: RobotsVerdict {
        let token = RobotsTxt.productToken(ofUserAgent: userAgent)
        let robots = RobotsTxt(parsing: body.span, productToken: token)
        do {
            return robots.verdict(for: try WebURL(parsing: url))
        } catch {
            // Some rows have a path only.
            return robots.verdict(for: Array(url.utf8).span)
        }
    }

    /// Whether it comes out right; prints the row if not.
    var isRight: Bool {
        let verdict = verdict
        if verdict.isAllowed == isAllowed { return true }
        print("miss \(id): \(verdict) for \(userAgent) at \(url)")
        return false
    }
}

enum RobotsCorpus {
    /// The rows of robots.jsonl, or none where the corpora are not at hand.
    static let rows: [RobotsCorpusRow] = objects(of: "robots.jsonl").compactMap { row in
        guard let id = row["id"] as? String, let body = row["body"] as? String else { return nil }
        return RobotsCorpusRow(row, id: id, body: Array(body.utf8))
    }

    /// The rows of robots-real.jsonl with the files of robots-bodies.jsonl, or none.
    static let realRows: [RobotsCorpusRow] = {
        var bodies: [String: [UInt8]] = [:]
        for row in objects(of: "robots-bodies.jsonl") {
            guard let host = row["host"] as? String, let text = row["body_b64"] as? String else { continue }
            bodies[host] = Data(base64Encoded: text).map { [UInt8]($0) }
        }
        return objects(of: "robots-real.jsonl").compactMap { row in
            guard let host = row["host"] as? String, let body = bodies[host] else { return nil }
            return RobotsCorpusRow(row, id: host, body: body)
        }
    }()

    static let isMissing: Comment = "skipped: TRAWL_CORPORA names no folder with robots.jsonl"

    private static func objects(of name: String) -> [[String: Any]] {
        guard let folder = ProcessInfo.processInfo.environment["TRAWL_CORPORA"],
            let data = FileManager.default.contents(atPath: folder + "/" + name)
        else { return [] }
        return data.split(separator: UInt8(ascii: "\n")).compactMap { line in
            do {
                return try JSONSerialization.jsonObject(with: line) as? [String: Any]
            } catch {
                Issue.record("unreadable row: \(error)")
                return nil
            }
        }
    }
}

extension RobotsCorpusRow {
    fileprivate init?(_ row: [String: Any], id: String, body: [UInt8]) {
        guard let userAgent = row["ua"] as? String, let url = row["url"] as? String,
            let isAllowed = row["allowed"] as? Bool
        else { return nil }
        let grade = row["grade"] as? String ?? "hard"
        self.init(
            id: id, isHard: grade == "hard", body: body, userAgent: userAgent, url: url, isAllowed: isAllowed)
    }
}
