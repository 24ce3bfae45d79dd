internal import CZlib

/// Undoes gzip (RFC 1952) and deflate (RFC 1950, or RFC 1951 without a wrapper), one body after another.
final class InflateStage: CodingStage {
    private(set) var coding = "gzip"
    // Safe because nobody else has the pointer. It is allocated because zlib needs the address to stay the same.
    private let stream: UnsafeMutablePointer<z_stream>
    private var phase = Phase.start
    /// The first of two bytes that have to be looked at together, while the second has not come.
    private var held: UInt8?

    private enum Phase {
        /// The form of a deflate stream is not known yet.
        case start
        case inflating
        /// A gzip member has ended, and another may follow (RFC 1952, section 2.2).
        case betweenMembers
        case ended
    }

    private static let gzipWindow = MAX_WBITS + 16

    /// A stage that has to be told which coding comes.
    ///
    /// - Throws: ``ContentDecodingFailure/outOfMemory``.
    init() throws(ContentDecodingFailure) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let status = inflateInit2_(
            stream, Self.gzipWindow, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else {
            stream.deallocate()
            throw .outOfMemory
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Begins a gzip body.
    func beginGzip() {
        begin("gzip", .inflating)
        inflateReset2(stream, Self.gzipWindow)  // Fails only for a window that does not exist.
    }

    /// Begins a deflate body. Its first bytes will tell which form it has.
    func beginDeflate() {
        begin("deflate", .start)
    }

    private func begin(_ coding: String, _ phase: Phase) {
        self.coding = coding
        self.phase = phase
        held = nil
    }

    var isComplete: Bool { phase == .betweenMembers || phase == .ended }
    var hasEnded: Bool { phase == .ended }

    func step(_ input: inout UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer) -> CodingStep {
        switch phase {
        case .inflating:
            return inflate(&input, output)
        case .start:
            return decideForm(&input, output)
        case .betweenMembers:
            return beginMember(&input, output)
        case .ended:
            input = input.rebasedDropping(input.count)
            return CodingStep(count: 0)
        }
    }

    /// Decides whether a deflate body is in the zlib format, as it should be, or is plain RFC 1951, as many servers send it.
    ///
    /// The first two bytes of the zlib format are divisible by 31 (RFC 1950, section 2.2). In plain RFC 1951 the same bytes
    /// would be a stored block with its padding bits set, which no encoder writes.
    private func decideForm(
        _ input: inout UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer
    ) -> CodingStep {
        guard let (first, second) = takeTwo(&input) else { return CodingStep(count: 0) }
        let isZlib = first & 0x0F == 8 && first >> 4 <= 7 && (Int(first) << 8 | Int(second)) % 31 == 0
        // Fails only for a window that does not exist.
        inflateReset2(stream, isZlib ? MAX_WBITS : -MAX_WBITS)
        return feed(first, second, output)
    }

    /// Begins another gzip member, or ends the body: anything else after a member is ignored, as browsers do.
    private func beginMember(
        _ input: inout UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer
    ) -> CodingStep {
        guard let (first, second) = takeTwo(&input) else { return CodingStep(count: 0) }
        guard first == 0x1F, second == 0x8B else {
            phase = .ended
            return CodingStep(count: 0)
        }
        inflateReset(stream)  // Fails only for a stream that was not set up.
        return feed(first, second, output)
    }

    /// The next two bytes; nil when the second has not come.
    private func takeTwo(_ input: inout UnsafeRawBufferPointer) -> (UInt8, UInt8)? {
        while let byte = input.first {
            input = input.rebasedDropping(1)
            if let first = held {
                held = nil
                return (first, byte)
            }
            held = byte
        }
        return nil
    }

    /// Gives zlib the two bytes that were looked at. Their output always fits.
    private func feed(
        _ first: UInt8, _ second: UInt8, _ output: UnsafeMutableRawBufferPointer
    ) -> CodingStep {
        phase = .inflating
        return withUnsafeBytes(of: (first, second)) { bytes in
            var bytes = bytes
            return inflate(&bytes, output)
        }
    }

    private func inflate(
        _ input: inout UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer
    ) -> CodingStep {
        let inputCount = min(input.count, Int(UInt32.max))
        let outputCount = min(output.count, Int(UInt32.max))
        // Safe because zlib only reads its input.
        stream.pointee.next_in = UnsafeMutablePointer(
            mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.pointee.avail_in = UInt32(inputCount)
        stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = UInt32(outputCount)
        let status = CZlib.inflate(stream, Z_NO_FLUSH)
        input = input.rebasedDropping(inputCount - Int(stream.pointee.avail_in))
        let count = outputCount - Int(stream.pointee.avail_out)

        switch status {
        case Z_OK, Z_BUF_ERROR:
            // Z_BUF_ERROR means that zlib needs more input or more room.
            return CodingStep(count: count)
        case Z_STREAM_END:
            phase = coding == "gzip" ? .betweenMembers : .ended
            return CodingStep(count: count)
        case Z_MEM_ERROR:
            return CodingStep(count: count, failure: .outOfMemory)
        case Z_NEED_DICT:
            return CodingStep(count: count, failure: .corrupt(coding: coding, "it needs a dictionary"))
        default:
            let message = stream.pointee.msg.map { String(cString: $0) } ?? "invalid data"
            return CodingStep(count: count, failure: .corrupt(coding: coding, message))
        }
    }
}
