internal import Glibc

/// A conversion to UTF-8 by the C library's iconv.
final class Iconv {
    // Safe because only this object knows the descriptor, and closes it in `deinit`.
    private let descriptor: iconv_t

    /// Opens a conversion, or fails where the C library does not know the encoding.
    ///
    /// - Parameter name: The encoding's name in the C library.
    init?(from name: String) {
        // A descriptor of -1 is an error; see iconv_open(3).
        guard let opened = iconv_open("UTF-8", name), Int(bitPattern: opened) != -1 else { return nil }
        descriptor = opened
    }

    deinit { _ = iconv_close(descriptor) }

    /// Converts the bytes of one character and adds it to a text in UTF-8.
    ///
    /// - Returns: Whether the bytes are a character; if not, nothing was added.
    func convert(_ character: UnsafeRawBufferPointer, into output: inout [UInt8]) -> Bool {
        // A few encodings have bytes that stand for two characters, and none for more.
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 16) { buffer in
            var input = UnsafeMutableRawPointer(mutating: character.baseAddress)?.assumingMemoryBound(
                to: CChar.self)
            var inputLeft = character.count
            var target = buffer.baseAddress
            var targetLeft = buffer.count
            let isConverted =
                iconv(descriptor, &input, &inputLeft, &target, &targetLeft) == 0 && inputLeft == 0
            // Brings out what is held back (a letter that an accent might follow) and forgets any state.
            _ = iconv(descriptor, nil, nil, &target, &targetLeft)
            if isConverted {
                output.append(contentsOf: UnsafeRawBufferPointer(buffer).prefix(buffer.count - targetLeft))
            }
            return isConverted
        }
    }
}
