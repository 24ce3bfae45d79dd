internal import CCurl
internal import ContentCoding
internal import CrawlCore

/// The body's way to the delegate.
///
/// curl undoes the transfer coding, but no content coding: the version in Debian 12 takes half a gzip stream for a
/// whole one, and stops after the first member of a gzip file that has two.
extension Transfer {
    /// How many bytes may come out between two content codings when the body has no limit of its own: 64 MiB.
    private static let defaultIntermediateLimit: Int64 = 64 << 20
    /// How many bytes a coded body may be longer than what it decodes to. Data that cannot be compressed grows by less.
    private static let codedSlack: Int64 = 64 << 10

    /// Takes bytes of the body as they come; false when no more of them are wanted.
    func receiveBodyBytes(_ bytes: UnsafeRawBufferPointer) -> Bool {
        running.lastActivity = loop.now
        recorder?.received(body: bytes)
        guard let contentEncoding = running.head.contentEncoding else {
            return delegate.received(bytes, self)
        }
        guard !bytes.isEmpty else { return true }
        do throws(ContentDecodingFailure) {
            return try decode(bytes, contentEncoding)
        } catch {
            running.stop = .fault(ResponseFault(error))
            return false
        }
    }

    private func decode(
        _ bytes: UnsafeRawBufferPointer, _ contentEncoding: String
    ) throws(ContentDecodingFailure) -> Bool {
        let bodyLimit = settings.bodyLimit
        let decoder = decoder ?? ContentDecoder()
        if !running.isDecoding {
            self.decoder = decoder
            running.isDecoding = true
            let limit = bodyLimit > 0 ? bodyLimit + Self.codedSlack : Self.defaultIntermediateLimit
            try decoder.begin(contentEncoding, intermediateLimit: Int(limit))
        }
        running.codedBytes += Int64(bytes.count)
        guard bodyLimit == 0 || running.codedBytes <= bodyLimit + bodyLimit >> 6 + Self.codedSlack else {
            // A coded body can go on for ever without a decoded byte that the delegate could count.
            running.stop = .fault(
                ResponseFault(.tooLarge, "the body is larger than \(bodyLimit) bytes before it is decoded"))
            return false
        }
        return try decoder.decode(bytes) { slice in
            guard delegate.received(slice, self) else { return false }
            running.slices += 1
            return running.slices & 0xFF != 0 || !isOverdue()
        }
    }

    /// Whether the request has used up its time. curl looks only between two calls, and decoding a few bytes may take
    /// minutes when `limits.body` is off.
    private func isOverdue() -> Bool {
        let limit = settings.totalTimeout
        guard limit > .zero, running.startedAt + limit <= .now else { return false }
        running.stop = .fault(ResponseFault(.timeoutTotal, "not finished within \(limit)"))
        return true
    }

    /// Checks that a body that came whole ends where its coding does. A body without a single byte has no coding to
    /// check, whatever the header says: answers to HEAD, 204 and 304 are like that.
    func checkCodingEnd() {
        guard running.stop == nil, running.isDecoding, let decoder else { return }
        do throws(ContentDecodingFailure) {
            try decoder.checkEnd()
        } catch {
            running.stop = .fault(ResponseFault(error))
        }
    }

    /// Ends the decoding of the body, and frees what is not worth keeping for the next.
    func endDecoding() {
        guard running.isDecoding else { return }
        running.isDecoding = false
        decoder?.end()
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
