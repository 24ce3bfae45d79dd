/// Undoes the content codings of HTTP bodies while they come, one body after another (RFC 9110, section 8.4).
///
/// Decoded bytes are passed on in slices of at most 16 KiB, so that the receiver can stop a decompression bomb early. Bytes
/// after the end of a coding are ignored, as browsers do. A body that ends before its coding does is an error.
///
/// It belongs to one thread.
package final class ContentDecoder {
    /// The value of `Accept-Encoding` that names all codings that can be undone.
    package static let acceptEncoding = "gzip, deflate, br, zstd"
    /// How many codings one body may have: 5, as in curl (CVE-2022-32206).
    package static let maximumCodings = 5
    /// How many bytes are passed on at once, at most.
    package static let sliceSize = 16 << 10

    /// One stage for each coding, in the order in which they are undone: the one that was applied last comes first.
    private var stages: [any CodingStage] = []
    /// How many more bytes all stages but the last may put out together.
    private var intermediateAllowance = 0
    // These are kept for the next body.
    private var inflater: InflateStage?
    private var unzstd: ZstdStage?

    /// A decoder without a body.
    package init() {}

    /// Begins a body, and forgets the one before.
    ///
    /// Names that are no codings (`utf-8`, `text/html`, `none`) are ignored, as browsers do.
    ///
    /// - Parameters:
    ///   - contentEncoding: the `Content-Encoding` as it was sent. Several fields are joined by commas.
    ///   - intermediateLimit: how many bytes there may be between two codings.
    /// - Throws: ``ContentDecodingFailure`` when a coding is unknown or there are too many.
    package func begin(_ contentEncoding: String, intermediateLimit: Int) throws(ContentDecodingFailure) {
        end()
        let names = contentEncoding.lowercased().split { $0 == "," || $0 == " " || $0 == "\t" }
            .filter(Self.isCoding)
        guard names.count <= Self.maximumCodings else { throw .tooManyCodings(names.count) }
        for name in names.reversed() { stages.append(try stage(for: name)) }
        intermediateAllowance = intermediateLimit
    }

    /// Whether a name, in lower case, is that of a coding other than `identity`: one in IANA's HTTP Content Coding Registry,
    /// one that is or was used without being registered, or any that begins with `x-`.
    private static func isCoding(_ name: Substring) -> Bool {
        switch name.prefix(while: { $0 != ";" }) {
        case "gzip", "deflate", "br", "zstd": true
        case "compress", "aes128gcm", "dcb", "dcz", "exi", "pack200-gzip": true
        case "brotli", "sdch", "bzip", "bzip2", "lzma", "xz", "lz4", "snappy", "peerdist", "xpress": true
        case let name where name.hasPrefix("x-"): !isEncodingLabel(name)
        default: false
        }
    }

    /// Whether a name that begins with `x-` is that of a character encoding (Encoding Standard, section 4.2).
    private static func isEncodingLabel(_ name: Substring) -> Bool {
        switch name {
        case "x-user-defined", "x-sjis", "x-gbk", "x-euc-jp", "x-x-big5", "x-unicode20utf8": true
        default: name.hasPrefix("x-cp12") || name.hasPrefix("x-mac-")
        }
    }

    private func stage(for coding: Substring) throws(ContentDecodingFailure) -> any CodingStage {
        switch coding {
        case "gzip", "x-gzip":
            let stage = try takeInflater()
            stage.beginGzip()
            return stage
        case "deflate":
            let stage = try takeInflater()
            stage.beginDeflate()
            return stage
        case "br":
            return try BrotliStage()
        case "zstd":
            if let stage = unzstd.take() {
                stage.begin()
                return stage
            }
            return try ZstdStage()
        default:
            throw .unknownCoding(String(coding))
        }
    }

    private func takeInflater() throws(ContentDecodingFailure) -> InflateStage {
        if let stage = inflater.take() { return stage }
        return try InflateStage()
    }

    /// Decodes the next bytes of the body.
    ///
    /// - Parameters:
    ///   - bytes: the body's bytes as they came.
    ///   - receive: takes the decoded bytes, in order; false when it wants no more of them.
    /// - Returns: false when `receive` did.
    /// - Throws: ``ContentDecodingFailure``, after everything that was decoded before has been passed on.
    package func decode(
        _ bytes: UnsafeRawBufferPointer, to receive: (UnsafeRawBufferPointer) -> Bool
    ) throws(ContentDecodingFailure) -> Bool {
        guard let last = stages.last else { return receive(bytes) }
        // Once the innermost coding has ended, nothing more can come out, however much the others would expand.
        guard !last.hasEnded else { return true }
        return try run(0, bytes, receive)
    }

    private func run(
        _ index: Int, _ input: UnsafeRawBufferPointer, _ receive: (UnsafeRawBufferPointer) -> Bool
    ) throws(ContentDecodingFailure) -> Bool {
        let stage = stages[index]
        let isLast = index == stages.count - 1
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.sliceSize, alignment: 16)
        defer { buffer.deallocate() }
        var input = input
        var step: CodingStep
        repeat {
            let before = input.count
            step = stage.step(&input, buffer)
            if step.count > 0 {
                let slice = UnsafeRawBufferPointer(rebasing: buffer[..<step.count])
                if !isLast {
                    intermediateAllowance -= step.count
                    guard intermediateAllowance >= 0 else { throw .expandsTooFar(coding: stage.coding) }
                }
                guard try isLast ? receive(slice) : run(index + 1, slice, receive) else { return false }
            }
            if let failure = step.failure { throw failure }
            // No decoder stops while there is input. One that did would loop for ever.
            guard step.count > 0 || input.count < before || input.isEmpty else {
                throw .corrupt(coding: stage.coding, "the decoder does not go on")
            }
        } while !input.isEmpty || step.count == buffer.count
        return true
    }

    /// Checks that the body may end after what has come. A body without a single byte needs no decoder at all.
    ///
    /// - Throws: ``ContentDecodingFailure/truncated(coding:)``.
    package func checkEnd() throws(ContentDecodingFailure) {
        guard stages.last?.hasEnded != true else { return }
        for stage in stages where !stage.isComplete { throw .truncated(coding: stage.coding) }
    }

    /// Ends the body, and frees memory that is not worth keeping for the next.
    package func end() {
        for stage in stages {
            if let stage = stage as? InflateStage { inflater = stage }
            if let stage = stage as? ZstdStage, stage.isSmall { unzstd = stage }
        }
        stages.removeAll(keepingCapacity: true)
    }
}
