internal import CZstd

/// Undoes zstd (RFC 8878) with any number of frames, one body after another.
final class ZstdStage: CodingStage {
    let coding = "zstd"
    private(set) var hasEnded = false
    private let context: OpaquePointer
    /// How many frames have ended.
    private var frames = 0
    /// How many bytes of the current frame have come.
    private var frameBytes = 0

    /// The largest window that a content coding may ask for is 8 MiB (RFC 9659, section 3).
    private static let windowLogMaximum: Int32 = 23
    /// A frame begins with a magic number of four bytes (RFC 8878, section 3.1).
    private static let magicLength = 4
    /// A decoder with more memory than this is not kept for the next body.
    private static let keptMemory = 256 << 10

    /// - Throws: ``ContentDecodingFailure/outOfMemory``.
    init() throws(ContentDecodingFailure) {
        guard let context = ZSTD_createDCtx() else { throw .outOfMemory }
        self.context = context
        // Fails only for a number that is out of range.
        ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, Self.windowLogMaximum)
    }

    deinit {
        ZSTD_freeDCtx(context)
    }

    /// Whether it is worth keeping for the next body.
    var isSmall: Bool { ZSTD_sizeof_DCtx(context) <= Self.keptMemory }

    /// Begins a body.
    func begin() {
        ZSTD_DCtx_reset(context, ZSTD_reset_session_only)  // Fails only while a frame's parameters are set.
        hasEnded = false
        frames = 0
        frameBytes = 0
    }

    /// Fewer bytes after a frame than a magic number has cannot be another frame, and are ignored.
    var isComplete: Bool { frames > 0 && frameBytes < Self.magicLength }

    func step(_ input: inout UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer) -> CodingStep {
        guard !hasEnded else {
            input = input.rebasedDropping(input.count)
            return CodingStep(count: 0)
        }
        var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
        var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
        let result = ZSTD_decompressStream(context, &target, &source)
        frameBytes += source.pos
        input = input.rebasedDropping(source.pos)
        var step = CodingStep(count: target.pos)
        if ZSTD_isError(result) != 0 {
            if frames > 0, ZSTD_getErrorCode(result) == ZSTD_error_prefix_unknown {
                // Anything else after the last frame is ignored, as with the other codings.
                hasEnded = true
                input = input.rebasedDropping(input.count)
            } else {
                step.failure = .corrupt(coding: coding, String(cString: ZSTD_getErrorName(result)))
            }
        } else if result == 0 {
            frames += 1
            frameBytes = 0
        }
        return step
    }
}
