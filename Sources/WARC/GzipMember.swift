internal import CZlib

/// Compresses each record as a gzip member of its own, so that it can be read without the others.
final class GzipMember {
    // Safe because nobody else has the pointer. It is allocated because zlib needs the address to stay the same.
    private let stream: UnsafeMutablePointer<z_stream>

    /// - Returns: nil when there is no memory.
    init?() {
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

    /// The bytes as a gzip member.
    func compress(_ bytes: [UInt8]) -> [UInt8] {
        deflateReset(stream)  // Fails only for a stream that was not set up.
        let bound = Int(deflateBound(stream, UInt(bytes.count)))
        return [UInt8](unsafeUninitializedCapacity: bound) { output, count in
            bytes.withUnsafeBytes { input in
                // Safe because zlib only reads its input.
                stream.pointee.next_in = UnsafeMutablePointer(
                    mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
                stream.pointee.avail_in = UInt32(input.count)
                stream.pointee.next_out = output.baseAddress
                stream.pointee.avail_out = UInt32(bound)
                // One call is enough, since there is as much room as deflateBound asks for.
                _ = deflate(stream, Z_FINISH)
            }
            count = bound - Int(stream.pointee.avail_out)
        }
    }
}
