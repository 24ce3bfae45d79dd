import CZlib
import CZstd
import Testing

/// The bytes of a text.
func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// What zlib makes of bytes: the format is that of `deflateInit2` (31: gzip, 15: zlib, -15: bare).
func deflated(_ bytes: [UInt8], windowBits: Int32) throws -> [UInt8] {
    var stream = z_stream()
    try #require(
        deflateInit2_(
            &stream, 9, Z_DEFLATED, windowBits, 9, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size)) == Z_OK)
    defer { deflateEnd(&stream) }
    var input = bytes
    var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))))
    let status = input.withUnsafeMutableBufferPointer { input in
        output.withUnsafeMutableBufferPointer { output in
            stream.next_in = input.baseAddress
            stream.avail_in = UInt32(input.count)
            stream.next_out = output.baseAddress
            stream.avail_out = UInt32(output.count)
            return deflate(&stream, Z_FINISH)
        }
    }
    try #require(status == Z_STREAM_END)
    return Array(output.prefix(output.count - Int(stream.avail_out)))
}

func gzip(_ bytes: [UInt8]) throws -> [UInt8] { try deflated(bytes, windowBits: 31) }

func zstd(_ bytes: [UInt8]) throws -> [UInt8] {
    var output = [UInt8](repeating: 0, count: ZSTD_compressBound(bytes.count))
    let count = ZSTD_compress(&output, output.count, bytes, bytes.count, 3)
    try #require(ZSTD_isError(count) == 0)
    return Array(output.prefix(count))
}

/// A zstd frame that asks for a window of so many bits, and is of any length.
func zstd(_ bytes: [UInt8], windowLog: Int32) throws -> [UInt8] {
    let context = try #require(ZSTD_createCCtx())
    defer { ZSTD_freeCCtx(context) }
    ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, windowLog)
    ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0)
    var output = [UInt8](repeating: 0, count: ZSTD_compressBound(bytes.count))
    let count = output.withUnsafeMutableBytes { output in
        bytes.withUnsafeBytes { input in
            var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
            var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
            // Two calls, so that the encoder does not know the length before and cannot shrink the window.
            _ = ZSTD_compressStream2(context, &target, &source, ZSTD_e_continue)
            _ = ZSTD_compressStream2(context, &target, &source, ZSTD_e_end)
            return target.pos
        }
    }
    return Array(output.prefix(count))
}

/// Made by `brotli -q 11 -w 24`, for there is an encoder in no library that is needed otherwise.
enum Brotli {
    /// `<title>brotli</title>`.
    static let page: [UInt8] = [
        0x0F, 0x0A, 0x80, 0x3C, 0x74, 0x69, 0x74, 0x6C, 0x65, 0x3E, 0x62, 0x72, 0x6F, 0x74, 0x6C, 0x69, 0x3C,
        0x2F, 0x74, 0x69, 0x74, 0x6C, 0x65, 0x3E, 0x03,
    ]
    /// The same and 5,000 spaces.
    static let spaces: [UInt8] = [
        0x1F, 0x9C, 0x13, 0xF8, 0x25, 0x41, 0xD2, 0xD8, 0xBA, 0x10, 0x43, 0xA4, 0x79, 0x4C, 0x23, 0xB0, 0x81,
        0x43, 0x28, 0x41, 0xAF, 0x68, 0x5D, 0xF6, 0x0F, 0x5A, 0x00, 0x00,
    ]
}
