internal import CrawlCore
internal import Curl

/// Requests that are more than a GET with the job's header fields.
extension PageFetcher {
    /// Sets the transfer up for a message; nil for a GET with the job's header fields.
    func prepare(
        _ message: RequestMessage?, of request: PageRequest, staysHome: Bool, _ transfer: Transfer
    ) throws(CurlSetupFailure) {
        guard let message else {
            try transfer.setMethod("GET", body: nil, isRepeatable: true)
            try transfer.setTimeouts(policy.timeouts)
            transfer.setBodyLimit(policy.limits.body)
            return try transfer.setHeaders(staysHome ? homeHeaders : [])
        }
        let isRewritten = request.chain?.isRewritten ?? false
        let body = isRewritten ? nil : message.body
        let upload = isRewritten ? nil : message.upload
        if let upload {
            try transfer.setMethod(message.method, upload: upload, isRepeatable: !message.isUnsafe)
        } else {
            try transfer.setMethod(
                isRewritten ? "GET" : message.method, body: body,
                isRepeatable: isRewritten || !message.isUnsafe)
        }
        try transfer.setTimeouts(message.timeouts)
        transfer.setBodyLimit(message.reading?.bodyLimit ?? policy.limits.body)
        try transfer.setHeaders(
            (request.chain == nil ? message.headers : message.redirectedHeaders).filter { field in
                let name = field.name.lowercased()
                // These describe the body, and go when it goes (Fetch Standard, section 4.4).
                if name.hasPrefix("content-") {
                    return (body != nil || upload != nil)
                        && (staysHome || name == "content-type" || name == "content-encoding")
                }
                return staysHome
            })
    }

    /// Sets how connections are made for a request, where that is not as libcurl does it.
    func setConnection(of request: PageRequest, _ transfer: Transfer) throws(CurlSetupFailure) {
        let message = request.page?.message
        let tls = message?.connection.tls ?? policy.tls
        if tls != nil || transfer.hasTLS {
            let tls = tls ?? TLSOptions()
            try transfer.setTLS(request.isAtHome ? tls : tls.elsewhere)
        }
        transfer.setProxy(message?.connection.proxy)
    }

    /// Why a redirect must not be followed; nil when it may.
    func refusal(ofRedirectTo target: WebURL, _ chain: RedirectChain) -> String? {
        let redaction = redaction
        guard let page = request?.page, !redaction.isEmpty,
            target.hostKey != (try? WebURL(parsing: page.message?.url ?? page.url))?.hostKey
        else { return nil }
        if page.message?.isBodySecret == true, !chain.isRewritten {
            return "redirected to another host, which must not get the secrets in the body"
        }
        if redaction.isMentioned(in: target.href) {
            return "redirected to another host with a secret in the URL"
        }
        return nil
    }

    /// The secrets that the request is sent with.
    var redaction: Redaction {
        let sent = request?.page?.message?.redaction
        guard let credentials = progress.credentials else { return sent ?? policy.redaction }
        if sent == nil, let known = knownRedaction, known.of == credentials { return known.1 }
        var redaction = sent ?? policy.redaction
        redaction.add(credentials)
        if sent == nil { knownRedaction = (credentials, redaction) }
        return redaction
    }

    // The settings of the page's own request, or else those of the job.
    var retryPolicy: RetryPolicy { request?.page?.message?.retry ?? policy.retry }
    var acceptedStatuses: StatusSet { request?.page?.message?.accept ?? policy.accept }
    var bodyLimit: Int64 { request?.page?.message?.reading?.bodyLimit ?? policy.limits.body }
    var timeouts: JobSpec.Timeouts { request?.page?.message?.timeouts ?? policy.timeouts }

    /// Whether the page must not be tried again, because the server may have acted on the request and must not do so
    /// twice.
    ///
    /// - Parameters:
    ///   - status: of the response, 0 when there was none.
    ///   - wait: what its `Retry-After` asks for; nil when it has none.
    func mustNotRepeat(_ status: Int, _ wait: Duration?) -> Bool {
        guard let request, let message = request.page?.message, message.isUnsafe else { return false }
        // A server that redirects to a GET has already done what the request asked for.
        if let chain = request.chain, chain.isRewritten { return true }
        if RetryPolicy.isRefusal(status, hasRetryAfter: wait != nil) { return false }
        return wasSent || request.chain != nil
    }
}
