internal import CZlib

/// Undoes gzip (RFC 1952) and deflate (RFC 1950, and RFC 1951 as it is), one body after another.
final class InflateStage: CodingStage {
    private(set) var coding = "gzip"
    // Safe because nobody else has the pointer; zlib wants the address to stay the same.
    private let stream: UnsafeMutablePointer<z_stream>
    private var phase = Phase.start
    /// A byte that was taken off the input and waits for the one after it.
    private var held: UInt8?

    private enum Phase {
        /// Nothing is known of a deflate stream yet.
        case start
        case inflating
        /// A gzip member is over, and another may follow (RFC 1952, section 2.2).
        case betweenMembers
        case ended
    }

    private static let gzipWindow = MAX_WBITS + 16

    /// A stage to be told which coding comes.
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

    /// Begins a deflate body, of which its first bytes tell what form it has.
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

    /// Many servers send deflate without the zlib format around it, as no more than RFC 1951. The first two bytes of
    /// the zlib format are divisible by 31 (RFC 1950, section 2.2); bare, they would be a stored block with its
    /// padding set, which no encoder writes.
    private func decideForm(
        _ input: inout UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer
    ) -> CodingStep {
        guard let (first, second) = takeTwo(&input) else { return CodingStep(count: 0) }
        let isZlib = first & 0x0F == 8 && first >> 4 <= 7 && (Int(first) << 8 | Int(second)) % 31 == 0
        // Fails only for a window that does not exist.
        inflateReset2(stream, isZlib ? MAX_WBITS : -MAX_WBITS)
        return feed(first, second, output)
    }

    /// What follows a member is another one, or is left alone as browsers do.
    private func beginMember(
        _ input: inout UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer
    ) -> CodingStep {
        guard let (first, second) = takeTwo(&input) else { return CodingStep(count: 0) }
        guard first == 0x1F, second == 0x8B else {
            phase = .ended
            return CodingStep(count: 0)
        }
        inflateReset(stream)  // Fails only for a stream that is none.
        return feed(first, second, output)
    }

    /// The next two bytes; nil where the second has not come.
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

    /// Gives zlib two bytes that were looked at; there is room for what little may come of them.
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
        // Safe because zlib only reads what it is given as input.
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
            // Z_BUF_ERROR: nothing to do without more input or more room.
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
