internal import CZlib

/// Compression for what is kept.
package enum Deflate {
    /// Bytes as zlib deflates them (RFC 1950), or as they are where that is no shorter: what `sqlar_uncompress` of SQLite's
    /// shell undoes (<https://sqlite.org/sqlar.html>).
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
    ///   - data: what it gave.
    ///   - size: how many bytes it was given.
    /// - Returns: nil where the data is not of that.
    package static func decompress(_ data: [UInt8], size: Int) -> [UInt8]? {
        guard data.count != size else { return data }
        var count = uLong(size)
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, initialized in
            let status = uncompress(buffer.baseAddress, &count, data, uLong(data.count))
            initialized = status == Z_OK ? Int(count) : 0
        }
        return bytes.count == size ? bytes : nil
    }

    /// A third of the time of zlib's default, for text a tenth longer.
    private static let level: Int32 = 3
}
