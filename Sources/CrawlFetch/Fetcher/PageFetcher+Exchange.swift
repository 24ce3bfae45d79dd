internal import ContentCoding
internal import CrawlCore
internal import Curl
internal import WARC

/// What is kept of a request and its response, in runs that keep them.
extension PageFetcher {
    /// Hands what a transfer has sent and received to the policy's keeper, without secrets.
    ///
    /// - Parameter result: how the transfer ended.
    func keep(_ request: PageRequest, _ transfer: Transfer, _ result: TransferResult, now: Int64) {
        let message = request.page?.message
        // A server may repeat a secret anywhere in its response, so requests with secrets are not kept.
        guard (message?.redaction ?? policy.redaction).isEmpty, message?.isConfidential != true,
            !progress.showsAccess
        else { return }
        guard let keeper = policy.exchangeKeeper, let recorder = transfer.recorder,
            transfer.running.head.isComplete
        else { return }
        var exchange = HTTPExchange(
            url: request.url, startedAt: now - transfer.totalMicroseconds / 1000,
            address: transfer.remoteIP,
            requestHead: HTTPHead.redacted(
                recorder.requestHead, secrets: message.map { $0.headers.secretNames } ?? policy.secretFields),
            responseHead: HTTPHead.withoutTransferCoding(recorder.responseHead), responseBody: recorder.body)
        if request.chain?.isRewritten != true { exchange.requestBody = message?.body ?? [] }
        if recorder.isTruncated || progress.extent == .tooLarge {
            exchange.truncation = .length
        } else if !transfer.running.cameWhole {
            exchange.truncation = HTTPExchange.Truncation(result)
        }
        exchange.isNotModified = transfer.running.head.status == 304
        guard progress.credentials == nil || !mentionsSecret(exchange, transfer) else { return }
        keeper.keep(exchange)
    }

    /// Whether a response repeats the password of the request's URL. The request's head is kept without it.
    private func mentionsSecret(_ exchange: HTTPExchange, _ transfer: Transfer) -> Bool {
        let redaction = redaction
        guard !redaction.isEmpty else { return false }
        var body = exchange.responseBody
        if let coding = transfer.running.head.contentEncoding {
            body = []
            let decoder = ContentDecoder()
            do {
                try decoder.begin(coding, intermediateLimit: policy.keptBytes)
                _ = try exchange.responseBody.withUnsafeBytes { bytes in
                    try decoder.decode(bytes) { slice in
                        body.append(contentsOf: slice)
                        return body.count < policy.keptBytes
                    }
                }
            } catch {
                // The part before the fault is checked.
            }
        }
        return redaction.redactedBody(body) != nil || redaction.redactedBody(exchange.responseHead) != nil
    }
}

extension HTTPExchange.Truncation {
    /// Why the body is not whole, by the way its transfer ended.
    fileprivate init(_ result: TransferResult) {
        let kind: ErrorKind
        switch result {
        case .readTimeout: kind = .timeoutRead
        case .failed(let fault, _): kind = fault
        case .code(let code): kind = code.errorKind
        case .heldBack, .unwanted: kind = .internal
        }
        switch kind {
        case .tooLarge: self = .length
        case .timeoutConnect, .timeoutRead, .timeoutTotal: self = .time
        case .reset, .truncated, .connect, .tls: self = .disconnect
        default: self = .unspecified
        }
    }
}

extension [JobSpec.HeaderField] {
    /// The names, in lower case, of the fields whose values may be secrets: all but those that never hold one.
    var secretNames: Set<String> {
        let harmless: Set = [
            "accept", "accept-language", "accept-encoding", "content-type", "user-agent", "from", "referer",
            "dnt", "idempotency-key",
        ]
        return Set(map { $0.name.lowercased() }).subtracting(harmless)
    }
}
