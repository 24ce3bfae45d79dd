import Foundation
import Testing

/// One row of urls.jsonl: what a text means against a base. Made from web-platform-tests' urltestdata.json and
/// toascii.json, and RFC 3986's examples.
struct URLCorpusRow: Decodable {
    let id: String
    let input: String
    let base: String?
    /// What it must serialise to; `nil` if it must not parse.
    let href: String?
    /// Whether it could stand in a link on a page.
    let linkLike: Bool

    enum CodingKeys: String, CodingKey {
        case id, input, base, href
        case linkLike = "link_like"
    }
}

enum URLCorpus {
    /// The rows, or none where the corpora are not at hand.
    static let rows: [URLCorpusRow] = {
        guard let folder = ProcessInfo.processInfo.environment["TRAWL_CORPORA"],
            let data = FileManager.default.contents(atPath: folder + "/urls.jsonl")
        else { return [] }
        return data.split(separator: UInt8(ascii: "\n")).compactMap {
            do {
                return try JSONDecoder().decode(URLCorpusRow.self, from: $0)
            } catch {
                Issue.record("unreadable row: \(error)")
                return nil
            }
        }
    }()

    static let isMissing: Comment = "skipped: TRAWL_CORPORA names no folder with urls.jsonl"
}
