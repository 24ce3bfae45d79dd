extension PageOutcome {
    /// Replaces the secrets in all that is stored or shown of the attempt, since a server may send them back.
    package mutating func redact(_ redaction: Redaction) {
        guard !redaction.isEmpty else { return }
        error = error.map(redaction.redacted)
        chain?.mapURLs(redaction.redacted)
        response.finalURL = response.finalURL.map(redaction.redacted)
        response.title = response.title.map(redaction.redacted)
        response.contentType = response.contentType.map(redaction.redacted)
        response.etag = response.etag.map(redaction.redacted)
        response.lastModified = response.lastModified.map(redaction.redacted)
        discovery = discovery?.without(redaction)
        response.content = response.content.map { content in
            PageContent(
                canonicalURL: content.canonicalURL.map(redaction.redacted),
                language: content.language.map(redaction.redacted),
                description: content.description.map(redaction.redacted), linkCount: content.linkCount,
                extracted: content.extracted.map(redaction.redactedJSON),
                reply: content.reply.map(redaction.redactedJSON))
        }
    }
}

extension PageDiscovery {
    /// The discovery without the URLs that hold secrets. A URL to request is stored, and a masked URL would lead
    /// elsewhere. These URLs count as out of scope.
    fileprivate func without(_ redaction: Redaction) -> PageDiscovery {
        let others = urls.filter { !redaction.isMentioned(in: $0.url) }
        guard others.count < urls.count else { return self }
        var skipped = skipped
        skipped[.scope, default: 0] += urls.count - others.count
        return PageDiscovery(urls: others, skipped: skipped, sitemap: sitemap)
    }
}
