import CrawlCore
import Testing

/// What an outcome says of the links to its page.
@Suite struct LinkVerdictTests {
    private func outcome(
        _ verdict: PageOutcome.Verdict, status: Int? = nil, check: CheckContext?,
        _ change: (inout PageOutcome) -> Void = { _ in }
    ) -> PageOutcome {
        let page = ClaimedPage(
            id: PageID(rawValue: 1), host: HostID(rawValue: 1), batch: BatchID(rawValue: 1),
            url: "http://a.test/x",
            attempts: 0, name: nil, kind: check == nil ? .page : .check, check: check)
        var outcome = PageOutcome(page: page, startedAt: 0)
        outcome.verdict = verdict
        outcome.response.statusCode = status
        change(&outcome)
        return outcome
    }

    private func words(_ outcome: PageOutcome) -> String {
        guard let (verdict, reason) = outcome.linkVerdict else { return "" }
        return [verdict.rawValue, reason?.rawValue].compactMap { $0 }.joined(separator: " ")
    }

    @Test func `a page that redirects to what is only checked has no verdict of its own`() {
        let left = outcome(.skipped(.scope), check: nil)
        let checked = outcome(.skipped(.scope), check: nil) {
            $0.discovery = PageDiscovery(
                urls: [DiscoveredURL(url: "http://b.test/", hostKeyLength: 13, kind: .check, depth: 1)])
        }

        #expect(words(left) == "not_checked excluded")
        #expect((words(checked), checked.isCheckedElsewhere) == ("", true))
    }

    private let elsewhere = CheckContext(isOwn: false, asksWithHEAD: true)
    private let own = CheckContext(isOwn: true, asksWithHEAD: true)

    @Test(arguments: [
        (404, "broken gone", "broken gone"), (410, "broken gone", "broken gone"),
        (400, "broken status", "broken status"), (405, "broken status", "broken status"),
        (401, "broken status", "unsure login"), (407, "broken status", "unsure login"),
        (403, "broken status", "unsure refused"), (406, "broken status", "unsure refused"),
        (451, "broken status", "unsure refused"), (429, "unsure rate_limited", "unsure rate_limited"),
        (500, "broken status", "unsure server_error"), (503, "broken status", "unsure server_error"),
        (999, "unsure bot_wall", "unsure bot_wall"), (300, "broken status", "broken status"),
    ])
    func `a status means another thing on one's own site than elsewhere`(
        status: Int, atHome: String, abroad: String
    ) {
        #expect(words(outcome(.failed(.httpStatus), status: status, check: own)) == atHome)
        #expect(words(outcome(.failed(.httpStatus), status: status, check: nil)) == atHome)
        #expect(words(outcome(.failed(.httpStatus), status: status, check: elsewhere)) == abroad)
    }

    @Test(arguments: [
        (ErrorKind.connect, "broken connect"), (.dns, "broken dns"), (.tls, "broken tls"),
        (.timeoutTotal, "unsure timeout"), (.reset, "unsure reset"), (.hostUnavailable, "unsure connect"),
        (.redirectLoop, "broken loop"), (.tooManyRedirects, "broken loop"),
        (.badRedirect, "broken bad_redirect"),
        (.decode, "broken bad_response"), (.tooLarge, "ok"), (.blockedAddress, "not_checked private"),
        (.internal, "unsure internal"),
    ])
    func `each kind of error has its verdict`(kind: ErrorKind, expected: String) {
        #expect(words(outcome(.failed(kind), check: elsewhere)) == expected)
    }

    @Test func `signs tell a wall, a gap in a chain and a moment's trouble`() {
        func words(_ kind: ErrorKind, _ status: Int?, _ signs: PageResponse.Signs) -> String {
            self.words(outcome(.failed(kind), status: status, check: elsewhere) { $0.response.signs = signs })
        }
        #expect(words(.httpStatus, 403, .botWall) == "unsure bot_wall")
        #expect(words(.tls, nil, .incompleteChain) == "unsure tls_chain")
        #expect(words(.dns, nil, .temporaryDNS) == "unsure dns_temporary")
        #expect(words(.hostUnavailable, nil, .refusedByHost) == "unsure rate_limited")
    }

    @Test func `a trouble that may pass is broken the second time`() {
        func words(_ former: (LinkVerdict, LinkReason?)?, _ status: Int) -> String {
            let check = CheckContext(
                isOwn: false, asksWithHEAD: true, former: former.map { (verdict: $0.0, reason: $0.1) })
            return self.words(outcome(.failed(.httpStatus), status: status, check: check))
        }
        #expect(words(nil, 503) == "unsure server_error")
        #expect(words((.ok, nil), 503) == "unsure server_error")
        #expect(words((.unsure, .timeout), 503) == "broken server_error")
        #expect(words((.broken, .serverError), 503) == "broken server_error")
        #expect(words((.unsure, .refused), 503) == "unsure server_error")
        #expect(words((.unsure, .serverError), 403) == "unsure refused")
    }

    @Test func `a permanent redirect is told, another is not`() {
        func words(_ status: Int) -> String {
            self.words(
                outcome(.done, status: 200, check: elsewhere) {
                    var chain = RedirectChain(startedAt: 0)
                    chain.append(
                        url: $0.page.url, statusCode: status, page: $0.page.id, microseconds: 1,
                        sizeDownload: 0)
                    $0.chain = chain
                    $0.response.numRedirects = 1
                    $0.response.finalURL = "http://a.test/y"
                })
        }
        #expect(words(301) == "redirected")
        #expect(words(308) == "redirected")
        #expect(words(302) == "ok")
    }

    @Test func `a redirect to a page to sign in leaves it open what is there`() {
        let led = outcome(.done, status: 200, check: elsewhere) {
            $0.response.numRedirects = 1
            $0.response.finalURL = "http://a.test/users/login?next=/x"
        }
        #expect(words(led) == "unsure login")
    }

    @Test func `a check fails only where links to it are broken`() {
        #expect(outcome(.failed(.httpStatus), status: 403, check: elsewhere).settled?.state == .done)
        #expect(outcome(.failed(.httpStatus), status: 403, check: elsewhere).settled?.kind == .httpStatus)
        #expect(outcome(.failed(.httpStatus), status: 404, check: elsewhere).settled?.state == .failed)
        #expect(outcome(.failed(.httpStatus), status: 403, check: nil).settled?.state == .failed)
        #expect(outcome(.skipped(.robots), check: elsewhere).settled?.state == .skipped)
        #expect(outcome(.retry(.reset, wait: .zero), check: elsewhere).settled == nil)
    }
}
