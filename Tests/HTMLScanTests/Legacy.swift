import Glibc

extension String {
    /// The text in an encoding of the C library's; what has no place in it is left out.
    func bytes(in encoding: String) -> [UInt8] {
        guard let descriptor = iconv_open(encoding + "//IGNORE", "UTF-8") else { return [] }
        defer { _ = iconv_close(descriptor) }
        var input = utf8.map { CChar(bitPattern: $0) }
        var output = [CChar](repeating: 0, count: 4 * input.count + 16)
        let capacity = output.count
        var left = capacity
        input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                var source = input.baseAddress
                var sourceLeft = input.count
                var target = output.baseAddress
                _ = iconv(descriptor, &source, &sourceLeft, &target, &left)
            }
        }
        return output.prefix(capacity - left).map { UInt8(bitPattern: $0) }
    }
}
