internal import Glibc

extension UnsafeRawBufferPointer {
    /// The first index at or after `start` of a byte, found by the C library's vectorised search; nil where there is none.
    @inline(__always)
    func firstIndex(of byte: UInt8, from start: Int) -> Int? {
        guard let baseAddress, start < count else { return nil }
        guard let found = memchr(baseAddress + start, Int32(byte), count - start) else { return nil }
        return UnsafeRawPointer(found) - baseAddress
    }
}
