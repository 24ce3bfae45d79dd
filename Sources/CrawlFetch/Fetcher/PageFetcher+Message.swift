internal import CrawlCore
internal import Curl

/// What a request sends, where that is more than a GET with the job's header fields.
extension PageFetcher {
    /// Sets the transfer up for a message; nil for a GET.
    func prepare(
        _ message: RequestMessage?, of request: PageRequest, staysHome: Bool, _ transfer: Transfer
    ) throws(CurlSetupFailure) {
        guard let message else {
            try transfer.setMethod("GET", body: nil, isRepeatable: true)
            try transfer.setTimeouts(policy.timeouts)
            return try transfer.setHeaders(staysHome ? policy.headers : [])
        }
        let isRewritten = request.chain?.isRewritten ?? false
        let body = isRewritten ? nil : message.body
        try transfer.setMethod(
            isRewritten ? "GET" : message.method, body: body, isRepeatable: isRewritten || !message.isUnsafe)
        try transfer.setTimeouts(message.timeouts)
        try transfer.setHeaders(
            message.headers.filter { field in
                let name = field.name.lowercased()
                // Of the body, and gone with it (Fetch Standard, section 4.4).
                if name.hasPrefix("content-") { return body != nil && (staysHome || name == "content-type") }
                return staysHome
            })
    }

    /// Why a redirect must not be followed; nil where it may.
    func refusal(ofRedirectTo target: WebURL, _ chain: RedirectChain) -> String? {
        guard let message = request?.page?.message, !message.redaction.isEmpty,
            target.hostKey != (try? WebURL(parsing: message.url))?.hostKey
        else { return nil }
        if message.isBodySecret, !chain.isRewritten {
            return "redirected to another host, which must not get the secrets in the body"
        }
        if message.redaction.isMentioned(in: target.href) {
            return "redirected to another host with a secret in the URL"
        }
        return nil
    }

    /// The secrets that the request is sent with.
    var redaction: Redaction {
        let sent = request?.page?.message?.redaction
        guard let credentials else { return sent ?? policy.redaction }
        if sent == nil, let known = credentialRedaction, known.of == credentials { return known.1 }
        var redaction = sent ?? policy.redaction
        redaction.add(credentials)
        if sent == nil { credentialRedaction = (credentials, redaction) }
        return redaction
    }

    /// What the page's request goes by.
    var retryPolicy: RetryPolicy { request?.page?.message?.retry ?? policy.retry }
    var acceptedStatuses: StatusSet { request?.page?.message?.accept ?? policy.accept }
    var timeouts: JobSpec.Timeouts { request?.page?.message?.timeouts ?? policy.timeouts }

    /// Whether another attempt may do what this one has done already: the request may have been acted upon, and must not be
    /// twice.
    ///
    /// - Parameters:
    ///   - status: of the response, 0 where there was none.
    ///   - wait: what its `Retry-After` asks for; nil where there is none.
    func mustNotRepeat(_ status: Int, _ wait: Duration?) -> Bool {
        guard let request, let message = request.page?.message, message.isUnsafe else { return false }
        // A redirect that made a GET of it has done what was asked for.
        if let chain = request.chain, chain.isRewritten { return true }
        if RetryPolicy.isRefusal(status, hasRetryAfter: wait != nil) { return false }
        return wasSent || request.chain != nil
    }
}
