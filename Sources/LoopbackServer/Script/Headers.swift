extension LoopbackServer {
    /// The header fields of a request. They are kept as bytes, and turned into strings when they are read.
    package struct Headers: Sendable {
        /// The places of a field's name and value.
        struct Field: Sendable {
            let name: Range<Int>
            let value: Range<Int>
        }

        private let bytes: [UInt8]
        private let ranges: [Field]

        /// - Parameters:
        ///   - bytes: the bytes of the whole head.
        ///   - ranges: the places of the fields in them, in order.
        init(_ bytes: [UInt8], _ ranges: [Field]) {
            self.bytes = bytes
            self.ranges = ranges
        }

        /// The first value of a field, without surrounding white space; nil when there is no such field.
        ///
        /// - Parameter name: the field's name, in upper or lower case (RFC 9110 section 5.1).
        package subscript(_ name: String) -> String? {
            value(of: name).map { String(decoding: $0, as: UTF8.self) }
        }

        /// All fields in their order, with their names as they were sent.
        package var fields: [(name: String, value: String)] {
            ranges.map {
                (
                    String(decoding: bytes[$0.name], as: UTF8.self),
                    String(decoding: bytes[$0.value], as: UTF8.self)
                )
            }
        }

        /// Whether a field's first value is a word, in upper or lower case.
        func has(_ name: String, _ word: String) -> Bool {
            value(of: name).map { Self.isSame($0, word) } ?? false
        }

        /// The first value of a field, as bytes.
        func value(of name: String) -> ArraySlice<UInt8>? {
            ranges.first { Self.isSame(bytes[$0.name], name) }.map { bytes[$0.value] }
        }

        private static func isSame(_ bytes: ArraySlice<UInt8>, _ word: String) -> Bool {
            guard bytes.count == word.utf8.count else { return false }
            var index = bytes.startIndex
            for byte in word.utf8 {
                guard lowered(bytes[index]) == lowered(byte) else { return false }
                index += 1
            }
            return true
        }

        private static func lowered(_ byte: UInt8) -> UInt8 {
            byte &- 65 < 26 ? byte | 0x20 : byte
        }
    }
}
