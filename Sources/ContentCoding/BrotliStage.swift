internal import CBrotli

/// Undoes brotli (RFC 7932) for one body. The library cannot reset a decoder, so each body needs a new one.
///
/// The decoder's window is at most 16 MiB, and grows with what comes out.
final class BrotliStage: CodingStage {
    let coding = "br"
    private(set) var hasEnded = false
    private let state: OpaquePointer

    /// - Throws: ``ContentDecodingFailure/outOfMemory``.
    init() throws(ContentDecodingFailure) {
        guard let state = BrotliDecoderCreateInstance(nil, nil, nil) else { throw .outOfMemory }
        self.state = state
    }

    deinit {
        BrotliDecoderDestroyInstance(state)
    }

    var isComplete: Bool { hasEnded }

    func step(_ input: inout UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer) -> CodingStep {
        guard !hasEnded else {
            input = input.rebasedDropping(input.count)
            return CodingStep(count: 0)
        }
        var availableIn = input.count
        var nextIn = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
        var availableOut = output.count
        var nextOut = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        let result = BrotliDecoderDecompressStream(
            state, &availableIn, &nextIn, &availableOut, &nextOut, nil)
        input = input.rebasedDropping(input.count - availableIn)
        var step = CodingStep(count: output.count - availableOut)
        switch result {
        case BROTLI_DECODER_RESULT_SUCCESS:
            hasEnded = true
        case BROTLI_DECODER_RESULT_ERROR:
            let code = BrotliDecoderGetErrorCode(state)
            step.failure = .corrupt(coding: coding, String(cString: BrotliDecoderErrorString(code)))
        default:
            break
        }
        return step
    }
}
