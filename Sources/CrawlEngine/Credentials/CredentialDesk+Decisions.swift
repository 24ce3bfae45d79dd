internal import CrawlCore
internal import CrawlFetch
internal import TrawlStore

/// What is sent for pages whose turn has come.
extension CredentialDesk {
    /// Whether the job has credentials at all.
    var isUsed: Bool { !entries.isEmpty }

    /// The request of a page that is a plain GET, where it needs one to show who asks; nil where it does not.
    func plainRequest(of page: ClaimedPage) -> StoredRequest? {
        guard job.hasAccessPerPage else { return nil }
        var request = StoredRequest(method: "GET", url: page.url, details: nil, idempotencyKey: nil)
        request.name = page.name
        return request
    }

    /// What a loop is to do with a page.
    ///
    /// - Throws: `SecretFailure`, or what is wrong with what is stored.
    mutating func decision(
        _ start: SendOnce.Start, _ stored: StoredRequest, _ composer: RequestComposer, now: Int64
    ) throws -> SendDecision {
        let template = try composer.template(of: stored)
        let host = (try? WebURL(parsing: stored.url))?.hostKey ?? ""
        let decision = try decide(
            composer.credential(of: template, stored), page: start.page, loop: start.loop, host: host,
            now: now)
        switch decision {
        case .wait: return .park
        case .fail(let kind, let reason): return .refuse(kind, reason)
        case .open: return .send(try composer.message(of: stored, page: start.page, template: template))
        case .granted(let grant):
            let message = try composer.message(of: stored, page: start.page, template: template, grant)
            return .send(sign(message, grant, now: now))
        }
    }
}

extension AccessGrant {
    /// Puts its header fields among those of a request.
    func put(into fields: inout [JobSpec.HeaderField]) {
        let names = Set(headers.map { $0.name.lowercased() })
        fields.removeAll { names.contains($0.name.lowercased()) }
        fields += headers
        guard let cookie else { return }
        let pair = "\(cookie.name)=\(cookie.value)"
        if let index = fields.firstIndex(where: { $0.name.lowercased() == "cookie" }) {
            fields[index].value += "; \(pair)"
        } else {
            fields.append(.init(name: "Cookie", value: pair))
        }
    }
}

extension RequestComposer {
    /// The credentials of the job, of which none has a token yet.
    var desk: CredentialDesk { CredentialDesk(job, environment: environment) }
}
