internal import CrawlCore
internal import CrawlEngine

/// What is served: the live page and its data, reports of runs, `/metrics` and `/healthz`.
struct LiveSite: WebSite {
    let gate: RequestGate
    let state: LiveState
    /// Set once both are there, as each needs the server.
    let desks: LiveDesks

    func answer(_ request: WebRequest) -> WebAnswer {
        if case .refuse(let response) = gate.verdict(request) {
            return .now(PageHeaders.added(to: response))
        }
        switch request.path {
        case "/": return now(page(request))
        case "/live.css": return now(file(PackageResources.live_css, "text/css; charset=utf-8"))
        case "/live.js": return now(file(PackageResources.live_js, "text/javascript; charset=utf-8"))
        case "/icon.svg": return now(file(PackageResources.icon_svg, "image/svg+xml"))
        case "/healthz": return now(health)
        case "/metrics":
            return now(
                WebResponse(
                    .ok, type: "text/plain; version=0.0.4; charset=utf-8",
                    body: Array(Metrics.text(state).utf8)))
        case "/session": return now(session(request))
        case "/state.json":
            return .later { reply in desks.reader.inbox.send(.wanted(reply.with(PageHeaders.added(to:)))) }
        case "/events": return events(request)
        default:
            guard let id = reportID(request.path) else {
                return now(WebResponse(.notFound, "there is nothing here"))
            }
            return .later { reply in
                desks.reports.inbox.send(.wanted(id, reply.with(PageHeaders.addedToReport)))
            }
        }
    }

    private func now(_ response: WebResponse) -> WebAnswer { .now(PageHeaders.added(to: response)) }

    /// The page is the same for all: its script asks for what it shows. A client without a token learns that from the status.
    private func page(_ request: WebRequest) -> WebResponse {
        let page = file(PackageResources.live_html, "text/html; charset=utf-8")
        guard gate.isAllowed(request) else {
            var refused = page.with("WWW-Authenticate", "Bearer realm=\"trawl\"")
            refused.status = .unauthorized
            return refused
        }
        return page
    }

    private func file(_ bytes: [UInt8], _ type: String) -> WebResponse {
        WebResponse(.ok, type: type, body: bytes)
    }

    private var health: WebResponse {
        Health.trouble(state.current).map { WebResponse(.unavailable, $0) } ?? WebResponse(.ok, "ok")
    }

    /// Takes a token that the page's script shows in a field, and keeps it in a cookie, as EventSource can send no fields.
    private func session(_ request: WebRequest) -> WebResponse {
        let done = WebResponse(.noContent, type: "text/plain", body: [])
        return gate.cookieField(request).map { done.with("Set-Cookie", $0) } ?? done
    }

    private func events(_ request: WebRequest) -> WebAnswer {
        guard request.method == "GET" else { return now(WebResponse(.badMethod, "events are for GET")) }
        return .events(
            // A proxy such as nginx would hold events back until its buffer is full.
            head: PageHeaders.added(to: WebResponse(.ok, type: "text/event-stream", body: []))
                .with("X-Accel-Buffering", "no"),
            begun: { [desks] in desks.reader.inbox.send(.watched) })
    }

    /// The run of `/report/17`.
    private func reportID(_ path: String) -> RunID? {
        let prefix = "/report/"
        guard path.hasPrefix(prefix) else { return nil }
        let number = path.dropFirst(prefix.count)
        guard !number.isEmpty, number.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
        return Int64(number).map(RunID.init(rawValue:))
    }
}

/// The two threads that answer what needs the database.
final class LiveDesks: Sendable {
    let reader: LiveReader
    let reports: ReportDesk

    init(_ reader: LiveReader, _ reports: ReportDesk) {
        self.reader = reader
        self.reports = reports
    }
}
