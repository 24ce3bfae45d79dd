internal import CZlib

/// Compresses to one gzip member (RFC 1952), piece by piece.
package final class GzipCompressor {
    private static let bufferSize = 64 << 10

    // Safe because nobody else has the pointer. It is allocated because zlib needs the address to stay the same.
    private let stream: UnsafeMutablePointer<z_stream>

    /// - Returns: nil when there is no memory.
    package init?() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let status = deflateInit2_(
            stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else {
            stream.deallocate()
            return nil
        }
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// Takes the next bytes.
    ///
    /// - Parameter isLast: whether they are the last, with which the member ends. Nothing may come after them.
    /// - Returns: what is compressed so far and was not returned before.
    package func compress(_ bytes: [UInt8], isLast: Bool) -> [UInt8] {
        var output: [UInt8] = []
        bytes.withUnsafeBytes { input in
            // Safe because zlib only reads its input.
            stream.pointee.next_in = UnsafeMutablePointer(
                mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
            stream.pointee.avail_in = UInt32(input.count)
            var room: UInt32
            repeat {
                output += [UInt8](unsafeUninitializedCapacity: Self.bufferSize) { buffer, count in
                    stream.pointee.next_out = buffer.baseAddress
                    stream.pointee.avail_out = UInt32(Self.bufferSize)
                    _ = deflate(stream, isLast ? Z_FINISH : Z_NO_FLUSH)
                    count = Self.bufferSize - Int(stream.pointee.avail_out)
                }
                room = stream.pointee.avail_out
            } while room == 0
        }
        return output
    }
}
