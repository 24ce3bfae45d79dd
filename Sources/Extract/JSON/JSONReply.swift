/// The reply of an API, as it is kept.
package enum JSONReply {
    /// The text, in which NUL and the halves of surrogate pairs became U+FFFD.
    package static func text(_ bytes: UnsafeRawBufferPointer) -> String {
        guard bytes.contains(where: { $0 == 0 || $0 == UInt8(ascii: "\\") }) else {
            return String(decoding: bytes, as: UTF8.self)
        }
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        JSONString.append(json: bytes, to: &output)
        return String(decoding: output, as: UTF8.self)
    }
}
