extension PageOutcome {
    /// Takes secrets out of all that is stored or shown of the attempt: a server may send them back.
    public mutating func redact(_ redaction: Redaction) {
        guard !redaction.isEmpty else { return }
        error = error.map(redaction.redacted)
        chain?.mapURLs(redaction.redacted)
        response.finalURL = response.finalURL.map(redaction.redacted)
        response.title = response.title.map(redaction.redacted)
        response.contentType = response.contentType.map(redaction.redacted)
        response.etag = response.etag.map(redaction.redacted)
        response.lastModified = response.lastModified.map(redaction.redacted)
        response.content = response.content.map { content in
            PageContent(
                canonicalURL: content.canonicalURL.map(redaction.redacted),
                language: content.language.map(redaction.redacted),
                description: content.description.map(redaction.redacted), linkCount: content.linkCount,
                extracted: content.extracted.map(redaction.redacted),
                reply: content.reply.map(redaction.redacted))
        }
    }
}
