/// Undoes the content codings of one HTTP body after another, as the bytes come by (RFC 9110, section 8.4).
///
/// What comes out is handed on in slices of at most 16 KiB, so that whoever counts them can stop a bomb at once. Bytes
/// behind the end of a coding are left alone, as browsers do; an end that does not come is an error.
///
/// It belongs to one thread.
package final class ContentDecoder {
    /// What to send as `Accept-Encoding`: the codings that can be undone.
    package static let acceptEncoding = "gzip, deflate, br, zstd"
    /// The most codings on top of each other: 5, as in curl (CVE-2022-32206).
    package static let maximumCodings = 5
    /// The most bytes that are handed on at once.
    package static let sliceSize = 16 << 10

    /// From the coding that was applied last to the first.
    private var stages: [any CodingStage] = []
    /// Bytes that all stages but the last may still put out.
    private var intermediateAllowance = 0
    // Kept for the next body.
    private var inflater: InflateStage?
    private var unzstd: ZstdStage?

    /// A decoder without a body.
    package init() {}

    /// Begins a body; what there was before is forgotten.
    ///
    /// A name that is no coding (`utf-8`, `text/html`, `none`) says nothing of the body, as with browsers.
    ///
    /// - Parameters:
    ///   - contentEncoding: the `Content-Encoding` as it was sent; of several fields all with commas between them.
    ///   - intermediateLimit: the most bytes there may be between two codings.
    /// - Throws: ``ContentDecodingFailure``, where a coding is not undone here or there are too many.
    package func begin(_ contentEncoding: String, intermediateLimit: Int) throws(ContentDecodingFailure) {
        end()
        let names = contentEncoding.lowercased().split { $0 == "," || $0 == " " || $0 == "\t" }
            .filter(Self.isCoding)
        guard names.count <= Self.maximumCodings else { throw .tooManyCodings(names.count) }
        for name in names.reversed() { stages.append(try stage(for: name)) }
        intermediateAllowance = intermediateLimit
    }

    /// Whether a name, in lower case, is meant for a coding other than `identity`: one of IANA's registry (HTTP Content Coding
    /// Registry), one that is or was in use beside it, or one that says itself that it is nobody's standard (`x-`).
    private static func isCoding(_ name: Substring) -> Bool {
        switch name.prefix(while: { $0 != ";" }) {
        case "gzip", "deflate", "br", "zstd": true
        case "compress", "aes128gcm", "dcb", "dcz", "exi", "pack200-gzip": true
        case "brotli", "sdch", "bzip", "bzip2", "lzma", "xz", "lz4", "snappy", "peerdist", "xpress": true
        case let name where name.hasPrefix("x-"): !isEncodingLabel(name)
        default: false
        }
    }

    /// Whether a name is that of a character encoding (Encoding Standard, section 4.2), of those that begin with `x-`.
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
    ///   - bytes: as they came.
    ///   - receive: takes the decoded bytes, in order; false for no more of them.
    /// - Returns: false where `receive` said so.
    /// - Throws: ``ContentDecodingFailure``, after all that was decoded before it has been handed on.
    package func decode(
        _ bytes: UnsafeRawBufferPointer, to receive: (UnsafeRawBufferPointer) -> Bool
    ) throws(ContentDecodingFailure) -> Bool {
        guard let last = stages.last else { return receive(bytes) }
        // Nothing can come of it any more, however far the codings around it may expand.
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
            // No decoder stands still with input before it; one that did would do so for ever.
            guard step.count > 0 || input.count < before || input.isEmpty else {
                throw .corrupt(coding: stage.coding, "the decoder does not go on")
            }
        } while !input.isEmpty || step.count == buffer.count
        return true
    }

    /// Checks that the body may end here. A body without a single byte needs no decoder to begin with.
    ///
    /// - Throws: ``ContentDecodingFailure/truncated(coding:)``.
    package func checkEnd() throws(ContentDecodingFailure) {
        guard stages.last?.hasEnded != true else { return }
        for stage in stages where !stage.isComplete { throw .truncated(coding: stage.coding) }
    }

    /// Lets go of the body and of memory that is not worth keeping for the next.
    package func end() {
        for stage in stages {
            if let stage = stage as? InflateStage { inflater = stage }
            if let stage = stage as? ZstdStage, stage.isSmall { unzstd = stage }
        }
        stages.removeAll(keepingCapacity: true)
    }
}
