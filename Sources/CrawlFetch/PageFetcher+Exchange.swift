internal import CrawlCore
internal import Curl
internal import WARC

/// What is kept of a request and its answer, where a run keeps them.
extension PageFetcher {
    /// Hands over what a transfer has sent and received, without secrets.
    ///
    /// - Parameter isCut: whether the answer did not come to its end.
    func keep(_ request: PageRequest, _ transfer: Transfer, isCut: Bool, now: Int64) {
        // A server may send secrets back, anywhere in what it answers.
        guard policy.redaction.isEmpty, request.page?.message == nil else { return }
        guard let keeper = policy.exchangeKeeper, let recorder = transfer.recorder, transfer.head.isComplete
        else { return }
        var exchange = HTTPExchange(
            url: request.url, startedAt: now - transfer.totalMicroseconds / 1000,
            address: transfer.remoteIP,
            requestHead: HTTPHead.redacted(recorder.requestHead, secrets: policy.secretFields),
            responseHead: HTTPHead.withoutTransferCoding(recorder.responseHead), responseBody: recorder.body)
        exchange.isTruncated = recorder.isTruncated || isCut
        exchange.isNotModified = transfer.head.status == 304
        keeper.keep(exchange)
    }
}

extension JobSpec.RequestDefaults {
    /// Names, in lower case, of the job's header fields whose values may be secrets: all that are not known to be none.
    var secretFields: Set<String> {
        let harmless: Set = [
            "accept", "accept-language", "accept-encoding", "user-agent", "from", "referer", "dnt",
        ]
        return Set(headers.map { $0.name.lowercased() }).subtracting(harmless)
    }
}
