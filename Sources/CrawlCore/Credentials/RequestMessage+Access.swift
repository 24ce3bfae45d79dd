extension RequestMessage {
    /// The message with further header fields, which take the place of those of the same name, and perhaps another URL.
    package func adding(_ fields: [JobSpec.HeaderField], url: String? = nil) -> RequestMessage {
        let names = Set(fields.map { $0.name.lowercased() })
        return RequestMessage(
            method: method, url: url ?? self.url,
            headers: headers.filter { !names.contains($0.name.lowercased()) } + fields, body: body,
            isBodySecret: isBodySecret, accept: accept, timeouts: timeouts, retry: retry, extract: extract,
            redaction: redaction, reading: reading, access: access, errand: errand, upload: upload,
            connection: connection)
    }

    /// The message as one that asks for a token.
    package func asking(_ errand: TokenErrand) -> RequestMessage {
        RequestMessage(
            method: method, url: url, headers: headers, body: body, isBodySecret: true, accept: accept,
            timeouts: timeouts, retry: retry, extract: [], redaction: redaction, errand: errand,
            upload: upload, connection: connection)
    }

    /// Whether what is sent shows who sends it, so that the exchange is kept nowhere.
    package var isConfidential: Bool { access != nil || errand != nil }

    /// Whether a request is to be sent again with something newer where it is refused.
    package var isRenewable: Bool { access?.isRenewable ?? false }

    /// The header fields for a request that a redirect leads to, at the same host: without those that are good for the first request only.
    package var redirectedHeaders: [JobSpec.HeaderField] {
        guard access?.isOfRequest == true else { return headers }
        return headers.filter {
            let name = $0.name.lowercased()
            return name != "authorization" && !name.hasPrefix("x-amz-")
        }
    }
}
