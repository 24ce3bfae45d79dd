internal import CCurl
internal import ContentCoding
internal import CrawlCore

/// The body's way to the delegate.
///
/// curl undoes the transfer coding, and no content coding: the one of Debian 12 takes half a gzip stream for a whole
/// one and stops at a second member.
extension Transfer {
    /// Between two codings there may be as much as the body may have, or this much where it may have anything: 64 MiB.
    private static let defaultIntermediateLimit: Int64 = 64 << 20
    /// How much longer than what it decodes to a coded body may be: what cannot be compressed grows by less.
    private static let codedSlack: Int64 = 64 << 10

    /// Takes bytes of the body as they come; false for no more of them.
    func receiveBodyBytes(_ bytes: UnsafeRawBufferPointer) -> Bool {
        lastActivity = loop.now
        recorder?.received(body: bytes)
        guard let contentEncoding = head.contentEncoding else { return delegate.received(bytes, self) }
        guard !bytes.isEmpty else { return true }
        do throws(ContentDecodingFailure) {
            return try decode(bytes, contentEncoding)
        } catch {
            fault = ResponseFault(error)
            return false
        }
    }

    private func decode(
        _ bytes: UnsafeRawBufferPointer, _ contentEncoding: String
    ) throws(ContentDecodingFailure) -> Bool {
        if decoder == nil {
            let decoder = takeDecoder()
            self.decoder = decoder
            let limit = bodyLimit > 0 ? bodyLimit + Self.codedSlack : Self.defaultIntermediateLimit
            try decoder.begin(contentEncoding, intermediateLimit: Int(limit))
        }
        guard let decoder else { return false }
        codedBytes += Int64(bytes.count)
        guard bodyLimit == 0 || codedBytes <= bodyLimit + bodyLimit >> 6 + Self.codedSlack else {
            // Without end, and nothing comes out that the delegate could count.
            fault = ResponseFault(
                .tooLarge, "the body is larger than \(bodyLimit) bytes before it is decoded")
            return false
        }
        return try decoder.decode(bytes) { slice in
            guard delegate.received(slice, self) else { return false }
            slices += 1
            return slices & 0xFF != 0 || !isOverdue()
        }
    }

    /// Whether the transfer has taken its time. curl looks only between two calls, and what a few bytes decode to
    /// may take minutes where `limits.body` is off.
    private func isOverdue() -> Bool {
        guard totalTimeout > .zero, startedAt + totalTimeout <= .now else { return false }
        fault = ResponseFault(.timeoutTotal, "not finished within \(totalTimeout)")
        return true
    }

    /// Checks that the coding of a body that came whole is at its end. Without a byte there is none: so are answers
    /// to HEAD, 204 and 304, whatever their fields say.
    func checkCodingEnd() {
        guard fault == nil, let decoder else { return }
        do throws(ContentDecodingFailure) {
            try decoder.checkEnd()
        } catch {
            fault = ResponseFault(error)
        }
    }
}

extension ResponseFault {
    fileprivate init(_ failure: ContentDecodingFailure) {
        switch failure {
        case .truncated: self.init(.truncated, failure.description)
        case .outOfMemory: self.init(.internal, failure.description)
        default: self.init(.decode, failure.description)
        }
    }
}
