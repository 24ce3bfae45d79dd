import CrawlCore
import Testing
import TrawlStore

/// The links of a run that are broken or unsure come one after the other, with nothing that is fine.
@Suite(.timeLimit(.minutes(15)))
struct LinkFaultTests {
    private func link(_ url: String, fragment: String? = nil, reason: LinkReason? = nil) -> Link {
        Link(url: url, fragment: fragment, element: "a", attribute: "href", line: 3, reason: reason)
    }

    private func faults(_ runner: TestRunner) throws -> [String] {
        try runner.database.port.read { reader in
            var found: [String] = []
            try reader.forEachLinkFault(of: runner.run) { row in
                let target = row.to + (row.fragment.map { "#\($0)" } ?? "")
                found.append("\(row.verdict ?? "") \(row.reason ?? "") \(target) \(row.element) \(row.from)")
                return true
            }
            return found
        }
    }

    @Test(
        "Faults are grouped by URL, and a page that no link leads to has one too",
        arguments: DatabaseFactory.all)
    func grouped(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(
            factory, pages("http://a.test/", "http://a.test/2", "http://a.test/lost")
        ) {
            $0.followLinks()
            $0.check = JobSpec.Check()
            $0.keepsLinks = true
        }
        let claimed = try runner.open().taken[0].pages
        for page in claimed {
            try runner.record([
                outcome(page, page.url.hasSuffix("lost") ? .failed(.httpStatus) : .done) {
                    guard !page.url.hasSuffix("lost") else {
                        $0.response.statusCode = 404
                        return
                    }
                    let list = [
                        link("http://a.test/"), link("http://a.test/", fragment: "x"),
                        link("http://b.test/gone"),
                        link("http://b.test/wall"), link("http://[", reason: .malformed),
                        link("mailto:a@b.test", reason: .scheme),
                    ]
                    $0.discovery = PageDiscovery(
                        urls: [
                            DiscoveredURL("http://b.test/gone", kind: .check),
                            DiscoveredURL("http://b.test/wall", kind: .check),
                        ],
                        links: PageLinks(
                            list,
                            places: FragmentPlaces(
                                hashes: [FragmentPlaces.hash(Array("y".utf8).span)], isCut: false)))
                }
            ])
        }
        for page in try runner.open().taken.flatMap(\.pages) {
            try runner.record([
                outcome(page, .failed(.httpStatus)) {
                    $0.response.statusCode = page.url.hasSuffix("gone") ? 404 : 403
                }
            ])
        }
        #expect(try runner.store.finish(now: runner.now) {})

        let found = try faults(runner)
        #expect(
            found == [
                "broken malformed http://[ a http://a.test/", "broken malformed http://[ a http://a.test/2",
                "broken no_fragment http://a.test/#x a http://a.test/",
                "broken no_fragment http://a.test/#x a http://a.test/2",
                "broken gone http://a.test/lost job ", "broken gone http://b.test/gone a http://a.test/",
                "broken gone http://b.test/gone a http://a.test/2",
                "unsure refused http://b.test/wall a http://a.test/",
                "unsure refused http://b.test/wall a http://a.test/2",
            ])
    }
}
