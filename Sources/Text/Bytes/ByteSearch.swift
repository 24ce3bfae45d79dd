// Public, because the search below is inlined where it is called.
public import Glibc

extension UnsafeRawBufferPointer {
    /// The first index at or after `start` of a byte, found by the C library's vectorised search; nil where there is none.
    @inlinable @inline(__always)
    package func firstIndex(of byte: UInt8, from start: Int) -> Int? {
        guard let baseAddress, start < count else { return nil }
        guard let found = memchr(baseAddress + start, Int32(byte), count - start) else { return nil }
        return UnsafeRawPointer(found) - baseAddress
    }

    /// The first index at or after `start` of a byte that is not ASCII; `count` where there is none.
    package func firstNonASCII(from start: Int = 0) -> Int {
        var position = start
        while position + 8 <= count,
            loadUnaligned(fromByteOffset: position, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
        {
            position += 8
        }
        while position < count, self[position] < 0x80 { position += 1 }
        return position
    }

    /// Whether all bytes are ASCII.
    package var isASCII: Bool { firstNonASCII() == count }
}
