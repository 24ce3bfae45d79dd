internal import CrawlCore
internal import Curl

/// Requests for tokens, and requests that were refused with what they had to show.
extension PageFetcher {
    /// Whether a request is to be sent again with something newer, in the place of what it came to.
    func mayBeRenewed(_ request: PageRequest, _ outcome: PageOutcome) -> Bool {
        guard let message = request.page?.message, message.isRenewable, request.isAtHome else { return false }
        return outcome.response.statusCode == 401 && outcome.verdict != .done
    }

    /// What the response to a request for a token says.
    func answer(to errand: TokenErrand, _ transfer: Transfer) -> TokenAnswer {
        let reply = TokenReply(
            status: transfer.statusCode ?? 0, contentType: transfer.contentType, body: progress.tokenText,
            location: transfer.location, header: { transfer.headers($0) })
        switch reply.answer(errand.reading) {
        case .failed(let fault):
            // A server may repeat the client's secret in its message.
            return .failed(
                TokenFault(fault.kind, redaction.redacted(fault.reason), isFinal: fault.isFinal))
        case .granted(let grant): return .granted(grant)
        }
    }

    /// Ends a request for a token.
    func finish(_ errand: TokenErrand, _ answer: TokenAnswer, _ signal: HostSignal) {
        guard let request else { return }
        progress.endBody()
        self.request = nil
        receiver.finished(self, .token(errand, answer, from: request.host), signal)
    }
}
