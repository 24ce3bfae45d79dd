import ContentCoding

/// What came of decoding a body.
struct Decoded: Equatable {
    var body: [UInt8] = []
    var failure: ContentDecodingFailure?
    /// The largest slice that was handed on.
    var largestSlice = 0
    /// Whether the receiver's limit was met.
    var isStopped = false

    /// Decodes a body that comes in pieces of a size, and takes no more than a limit.
    init(
        _ body: [UInt8], _ codings: String, pieces: Int = .max, limit: Int = .max,
        intermediateLimit: Int = 64 << 20, by decoder: ContentDecoder = ContentDecoder()
    ) {
        do throws(ContentDecodingFailure) {
            try decoder.begin(codings, intermediateLimit: intermediateLimit)
            defer { decoder.end() }
            var rest = body[...]
            while !rest.isEmpty {
                let piece = Array(rest.prefix(pieces))
                rest = rest.dropFirst(piece.count)
                var decoded = self
                // A typed error does not come out of a closure that is generic over it in this version of Swift.
                let result = piece.withUnsafeBytes { bytes -> Result<Bool, ContentDecodingFailure> in
                    do throws(ContentDecodingFailure) {
                        return .success(
                            try decoder.decode(bytes) { slice in
                                decoded.largestSlice = max(decoded.largestSlice, slice.count)
                                decoded.body.append(contentsOf: slice)
                                return decoded.body.count <= limit
                            })
                    } catch {
                        return .failure(error)
                    }
                }
                self = decoded
                guard try result.get() else {
                    isStopped = true
                    return
                }
            }
            try decoder.checkEnd()
        } catch {
            failure = error
        }
    }

    var text: String { String(decoding: body, as: UTF8.self) }
}
