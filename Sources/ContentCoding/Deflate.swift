internal import CZlib

/// Compresses bodies that are kept.
package enum Deflate {
    /// Bytes in the zlib format (RFC 1950), or unchanged when that is no longer. `sqlar_uncompress` in SQLite's shell undoes
    /// both (<https://sqlite.org/sqlar.html>).
    package static func compress(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.count > 1 else { return bytes }
        var count = compressBound(uLong(bytes.count))
        let deflated = [UInt8](unsafeUninitializedCapacity: Int(count)) { buffer, initialized in
            let status = compress2(buffer.baseAddress, &count, bytes, uLong(bytes.count), level)
            initialized = status == Z_OK ? Int(count) : 0
        }
        return deflated.isEmpty || deflated.count >= bytes.count ? bytes : deflated
    }

    /// Undoes ``compress(_:)``.
    ///
    /// - Parameters:
    ///   - data: the compressed bytes.
    ///   - size: how many bytes there were before.
    /// - Returns: nil when the data is damaged.
    package static func decompress(_ data: [UInt8], size: Int) -> [UInt8]? {
        guard data.count != size else { return data }
        var count = uLong(size)
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, initialized in
            let status = uncompress(buffer.baseAddress, &count, data, uLong(data.count))
            initialized = status == Z_OK ? Int(count) : 0
        }
        return bytes.count == size ? bytes : nil
    }

    /// For text this level takes a third of the time of zlib's default, and its output is a tenth longer.
    private static let level: Int32 = 3
}
