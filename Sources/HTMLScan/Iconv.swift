internal import Glibc

/// A conversion to UTF-8 by the C library's iconv.
final class Iconv {
    // Safe because only this object knows the descriptor, and closes it in `deinit`.
    private let descriptor: iconv_t

    /// Opens a conversion, or fails where the C library does not know the encoding.
    ///
    /// - Parameter name: The encoding's name in the C library.
    init?(from name: StaticString) {
        // A descriptor of -1 is an error; see iconv_open(3).
        let opened = name.withUTF8Buffer { bytes in
            bytes.withMemoryRebound(to: CChar.self) { iconv_open("UTF-8", $0.baseAddress) }
        }
        guard let opened, Int(bitPattern: opened) != -1 else { return nil }
        descriptor = opened
    }

    deinit { _ = iconv_close(descriptor) }

    /// Converts bytes up to the first that are invalid or incomplete.
    ///
    /// - Returns: How many bytes were converted.
    func convert(_ bytes: Slice<UnsafeRawBufferPointer>, into output: inout [UInt8]) -> Int {
        var isStopped = false
        var done = 0
        while !isStopped, done < bytes.count {
            withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1024) { buffer in
                let rest = UnsafeRawBufferPointer(rebasing: bytes.dropFirst(done))
                var input = UnsafeMutableRawPointer(mutating: rest.baseAddress)?.assumingMemoryBound(
                    to: CChar.self)
                var inputLeft = rest.count
                var target = buffer.baseAddress
                var targetLeft = buffer.count
                let result = iconv(descriptor, &input, &inputLeft, &target, &targetLeft)
                // Only a full buffer is no reason to stop.
                isStopped = result != -1 || errno != E2BIG
                done += rest.count - inputLeft
                output.append(contentsOf: UnsafeRawBufferPointer(buffer).prefix(buffer.count - targetLeft))
            }
        }
        return done
    }

    /// Adds what the conversion holds back (a letter that an accent might follow) and forgets its state.
    func finish(into output: inout [UInt8]) {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 16) { buffer in
            var target = buffer.baseAddress
            var targetLeft = buffer.count
            // It can fail only for want of room, and one character needs no more than four bytes.
            _ = iconv(descriptor, nil, nil, &target, &targetLeft)
            output.append(contentsOf: UnsafeRawBufferPointer(buffer).prefix(buffer.count - targetLeft))
        }
    }
}
