internal import ContentCoding
internal import CrawlCore
internal import CrawlFetch
internal import Glibc

/// Why the body of a request cannot be made.
struct RequestContentError: Error, CustomStringConvertible {
    let description: String
}

/// The body of a request, with its secrets.
struct RequestContent {
    /// What is sent; nil for nothing, or for ``upload``.
    private(set) var bytes: [UInt8]?
    /// What is read while it is sent; nil for nothing.
    private(set) var upload: RequestUpload?
    /// Its `Content-Type`, where the request names none; nil for curl's.
    private(set) var type: String?
    /// Whether it holds secrets.
    private(set) var isSecret = false

    /// The largest file that is compressed, which takes place in memory: 64 MiB.
    private static let compressionLimit = 64 << 20

    /// - Parameters:
    ///   - redaction: gets the secrets.
    ///   - token: what stands for `${token}`; nil for none.
    /// - Throws: ``SecretFailure`` where a secret is not to be had.
    init(
        _ template: RequestTemplate, _ environment: FetchEnvironment, _ redaction: inout Redaction,
        token: String? = nil
    ) throws(SecretFailure) {
        let text: String
        let encode: (String) -> String
        switch template.body {
        case nil: return
        case .text(let body):
            (text, type, encode) = (body, "text/plain; charset=utf-8", { $0 })
        case .json(let body):
            (text, type, encode) = (body, "application/json", JSONText.escaped)
        case .form(let fields):
            text = FormEncoding.encoded(fields)
            (type, encode) = ("application/x-www-form-urlencoded", { FormEncoding.encoded($0) })
        case .file(let path):
            (upload, type) = (.file(path), "application/octet-stream")
            return
        case .multipart(let parts):
            var filled: [RequestUpload.Part] = []
            for part in parts {
                var part = part
                if case .text(let text) = part.content {
                    let filled = try RequestComposer.fill(text, environment, &redaction, token: token) { $0 }
                    if filled != text { isSecret = true }
                    part.content = .text(filled)
                }
                filled.append(part)
            }
            upload = .multipart(filled)
            return
        }
        let filled = try RequestComposer.fill(text, environment, &redaction, token: token, encode)
        bytes = Array(filled.utf8)
        isSecret = TextTemplate.hasReferences(text) && filled != text
    }

    /// Makes a gzip member of the body (RFC 1952).
    ///
    /// - Returns: false where there is none.
    mutating func compress() throws -> Bool {
        if case .file(let path)? = upload {
            bytes = try Self.read(path)
            upload = nil
        }
        guard let bytes, let compressor = GzipCompressor() else { return false }
        self.bytes = compressor.compress(bytes, isLast: true)
        return true
    }

    private static func read(_ path: String) throws(RequestContentError) -> [UInt8] {
        func fault() -> RequestContentError {
            RequestContentError(description: "body_file: \(path): \(String(cString: strerror(errno)))")
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw fault() }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = piece.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw fault() }
            if count == 0 { return bytes }
            bytes += piece[..<count]
            guard bytes.count <= compressionLimit else {
                throw RequestContentError(
                    description:
                        "body_file: \(path) is larger than 64 MiB, the most that gzip takes; compress it beforehand"
                )
            }
        }
    }
}
