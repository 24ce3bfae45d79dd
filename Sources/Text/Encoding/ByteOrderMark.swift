/// A byte order mark, which decides a text's encoding before all else (Encoding Standard, §6).
package struct ByteOrderMark {
    package let encoding: TextEncoding
    /// How many bytes it takes; they are not part of the text.
    package let count: Int

    /// Looks for a mark at the start of a text.
    package init?(_ bytes: UnsafeRawBufferPointer) {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            (encoding, count) = (.utf8, 3)
        } else if bytes.starts(with: [0xFE, 0xFF]) {
            (encoding, count) = (.utf16BE, 2)
        } else if bytes.starts(with: [0xFF, 0xFE]) {
            (encoding, count) = (.utf16LE, 2)
        } else {
            return nil
        }
    }
}
