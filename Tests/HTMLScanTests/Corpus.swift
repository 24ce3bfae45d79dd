import Foundation
import HTMLScan
import Testing

/// A set of cases in the folder that `TRAWL_CORPORA` names.
struct Corpus {
    /// One case: a page and the titles that are right for it.
    struct Row {
        let id: String
        let contentType: String?
        let page: [UInt8]
        let accepted: [String?]
    }

    let rows: [Row]

    private static let folder = ProcessInfo.processInfo.environment["TRAWL_CORPORA"].map { URL(filePath: $0) }

    static func isPresent(_ name: String) -> Bool {
        folder.map { FileManager.default.fileExists(atPath: $0.appending(path: name).path) } ?? false
    }

    static func text(_ name: String) throws -> String {
        try String(contentsOf: #require(folder).appending(path: name), encoding: .utf8)
    }

    init(_ name: String) throws {
        rows = try Self.text(name).split(separator: "\n").compactMap { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
            let row = try #require(object as? [String: Any])
            if row["grade"] as? String == "soft" { return nil }
            let body = try #require((row["input_b64"] ?? row["body_b64"]) as? String)
            var accepted: [String?] = ["expected", "expected_if_scripting", "expected_title"]
                .filter { row[$0] != nil }.map { row[$0] as? String }
            accepted += (row["accept"] as? [Any] ?? []).map { $0 as? String }
            return Row(
                id: row["id"] as? String ?? "",
                contentType: row.keys.contains("content_type") ? row["content_type"] as? String : "text/html",
                page: [UInt8](try #require(Data(base64Encoded: body))), accepted: accepted)
        }
    }

    /// How many rows come out right; prints that, and the rows that do not where `TRAWL_SHOW_MISSES` is set.
    func score(_ name: String) -> Int {
        let scanner = PageScanner()
        var right = 0
        for row in rows {
            let title = scanner.title(of: row.page, contentType: row.contentType)
            if row.accepted.contains(where: { equal($0, title) }) {
                right += 1
            } else if ProcessInfo.processInfo.environment["TRAWL_SHOW_MISSES"] != nil {
                let page = String(decoding: row.page, as: UTF8.self)
                print(
                    row.id, row.contentType ?? "-", page.debugDescription, "expected", row.accepted, "found",
                    title as Any)
            }
        }
        print("\(name): \(right) of \(rows.count)")
        return right
    }

}

/// Swift's `==` takes canonically equivalent strings as equal; a title must be the same scalar by scalar.
func equal(_ left: String?, _ right: String?) -> Bool {
    left.map { Array($0.unicodeScalars) } == right.map { Array($0.unicodeScalars) }
}

extension PageScanner {
    /// The title of a page that comes in pieces of a length; whole by default.
    func title(of page: [UInt8], contentType: String? = "text/html", pieces: Int = .max) -> String? {
        reset(contentType: contentType)
        page.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                feed(UnsafeRawBufferPointer(rebasing: rest.prefix(pieces)))
                rest = rest.dropFirst(pieces)
            }
        }
        finish()
        return title
    }

    func title(of page: String, contentType: String? = "text/html", pieces: Int = .max) -> String? {
        title(of: Array(page.utf8), contentType: contentType, pieces: pieces)
    }
}
