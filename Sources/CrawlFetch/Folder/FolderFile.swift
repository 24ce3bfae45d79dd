internal import Curl

/// A file of a folder, open for reading.
package struct FolderFile: Sendable {
    let body: FileResponse.Body
    let type: FileType

    /// Its `Content-Type`.
    package var contentType: String { type.contentType }
    /// How many bytes it has.
    package var length: Int64 { body.length }
}

/// What a file is, by the ending of its name.
struct FileType {
    /// What a server sends as `Content-Type`. No charset is said, as servers say none: what a page says of itself counts.
    let contentType: String

    /// The type of a file's name.
    init(ofName name: [UInt8]) {
        contentType = FileType.ending(of: name).flatMap { FileType.types[$0] } ?? "application/octet-stream"
    }

    /// Whether it is a page.
    var isHTML: Bool { contentType == "text/html" || contentType == "application/xhtml+xml" }

    /// Whether it is text that only becomes a page when a program has made one of it.
    var isMarkdown: Bool { contentType == "text/markdown" }

    /// What follows the last dot of a name, in lower case; nil where there is none.
    private static func ending(of name: [UInt8]) -> String? {
        guard let dot = name.lastIndex(of: UInt8(ascii: ".")) else { return nil }
        return String(decoding: name[(dot + 1)...], as: UTF8.self).lowercased()
    }

    /// Types by the ending of the name, as the IANA's registry of media types has them, and nginx's `mime.types`.
    private static let types = [
        "html": "text/html", "htm": "text/html", "xhtml": "application/xhtml+xml",
        "css": "text/css", "js": "text/javascript", "mjs": "text/javascript",
        "json": "application/json", "jsonld": "application/ld+json", "map": "application/json",
        "webmanifest": "application/manifest+json",
        "xml": "text/xml", "rss": "application/rss+xml", "atom": "application/atom+xml",
        "txt": "text/plain", "md": "text/markdown", "markdown": "text/markdown", "csv": "text/csv",
        "svg": "image/svg+xml", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg",
        "gif": "image/gif", "webp": "image/webp", "avif": "image/avif", "ico": "image/x-icon",
        "bmp": "image/bmp",
        "woff": "font/woff", "woff2": "font/woff2", "ttf": "font/ttf", "otf": "font/otf",
        "mp3": "audio/mpeg", "ogg": "audio/ogg", "wav": "audio/wav", "m4a": "audio/mp4",
        "mp4": "video/mp4", "webm": "video/webm", "ogv": "video/ogg",
        "pdf": "application/pdf", "wasm": "application/wasm", "zip": "application/zip",
        "gz": "application/gzip",
    ]
}
