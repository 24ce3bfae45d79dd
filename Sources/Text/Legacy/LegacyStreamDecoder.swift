/// Decodes a stream in a legacy encoding that is markup compatible.
struct LegacyStreamDecoder: StreamDecoder {
    private let encoding: TextEncoding
    private let decoder: LegacyDecoder
    /// A character that is not complete.
    private var pending: [UInt8] = []

    init(_ encoding: TextEncoding, decoder: LegacyDecoder) {
        self.encoding = encoding
        self.decoder = decoder
    }

    mutating func decode(_ bytes: UnsafeRawBufferPointer, into output: inout [UInt8]) {
        if pending.isEmpty {
            let count = decoder.decode(bytes, as: encoding, isLast: false, into: &output)
            pending.append(contentsOf: bytes[count...])
        } else {
            pending.append(contentsOf: bytes)
            let count = pending.withUnsafeBytes {
                decoder.decode($0, as: encoding, isLast: false, into: &output)
            }
            pending.removeSubrange(..<count)
        }
    }

    mutating func finish(into output: inout [UInt8]) {
        _ = pending.withUnsafeBytes { decoder.decode($0, as: encoding, isLast: true, into: &output) }
        pending.removeAll(keepingCapacity: true)
    }
}
