import CrawlCore
import JobFile
import Testing

/// API calls in job files and in lines of lists.
@Suite struct RequestTests {
    private func job(_ yaml: String, variables: [String: String] = [:]) throws -> JobSpec {
        let document = try JobDocument(yaml: yaml, source: .database(name: "api"))
        return try document.fillingVariables(variables).spec
    }

    private func mistake(_ request: String, more: String = "") -> String {
        do {
            _ = try job("requests:\n  - \(request)\n\(more)")
            return "accepted"
        } catch {
            return "\(error)".replacing("job \"api\" in the database:", with: "")
        }
    }

    @Test func `a request has what the job says where it says nothing itself`() throws {
        let spec = try job(
            """
            requests:
              - {name: a, url: http://a/, timeouts: {total: 5s}, retry: {unsafe: true}}
              - {name: b, url: http://b/, accept: [404], extract: {id: {json: "$.id"}}}
            timeouts: {read: 3s}
            accept: [200]
            """)

        #expect(spec.requests.map(\.timeouts.read) == [.seconds(3), .seconds(3)])
        #expect(spec.requests.map(\.timeouts.total) == [.seconds(5), .seconds(60)])
        #expect(spec.requests.map(\.retry.unsafe) == [true, false])
        #expect(spec.requests.map { $0.accept.contains(404) } == [false, true])
        #expect(spec.requests.map(\.extract.count) == [0, 1])
        #expect(spec.robots == .ignore)
    }

    @Test func `robots of a request job are obeyed where it says so`() throws {
        #expect(try job("robots: obey\nrequests: [{url: http://a/}]").robots == .obey)
    }

    @Test func `the method is POST where there is a body`() throws {
        let spec = try job(
            """
            requests:
              - {url: http://a/, json: {a: 1}}
              - {url: http://a/, form: {a: 1}, method: put}
              - {url: http://a/}
              - {url: http://a/, method: purge}
            """)

        #expect(spec.requests.map(\.effectiveMethod) == ["POST", "PUT", "GET", "PURGE"])
        #expect(spec.requests.map(\.isPlain) == [false, false, true, false])
    }

    @Test func `a query is encoded and goes before the fragment, references as they are`() throws {
        let spec = try job(
            "requests: [{url: 'http://a/p?x=1#f', query: {q: 'a b&c', n: [1, 2], k: '${env:KEY} é'}}]")

        #expect(
            spec.requests[0].fullURL == "http://a/p?x=1&q=a+b%26c&n=1&n=2&k=${env:KEY}+%C3%A9#f")
    }

    @Test func `variables fill requests and urls, numbers staying numbers in JSON`() throws {
        let spec = try job(
            """
            vars: {id: 7, word: "5", yes: true}
            urls: ["http://a/${var:id}/[1-2]"]
            requests:
              - {name: "user-${var:id}", url: "http://a/${var:id}", json: {id: "${var:id}", t: "n${var:id}", w: "${var:word}", y: "${var:yes}"}}
            """)

        #expect(spec.urls == ["http://a/7/[1-2]"])
        #expect(spec.requests[0].name == "user-7")
        #expect(spec.requests[0].body == .json(#"{"id":7,"t":"n7","w":"5","y":true}"#))
    }

    @Test func `variables fill ranges and lists`() throws {
        let file = """
            vars: {n: 3, other: c}
            urls: ["http://a/[1-${var:n}]/{b,${var:other}}", "http://a/[00${var:n}-100:${var:n}]"]
            """
        #expect(try job(file).urls == ["http://a/[1-3]/{b,c}", "http://a/[003-100:3]"])

        let error = #expect(throws: JobFileError.self) { try job(file, variables: ["n": "x"]) }
        #expect(error?.keyPath == "urls[0]")
        #expect(error?.message.contains("\"[1-x]\" is not a range") == true)
    }

    @Test func `a value from the command line goes before the job's`() throws {
        let spec = try job(
            "vars: {id: 7}\nrequests: [{url: 'http://a/${var:id}', json: ['${var:id}', '${var:other}']}]",
            variables: ["id": "x", "other": "1"])

        #expect(spec.requests[0].url == "http://a/x")
        #expect(spec.requests[0].body == .json(#"["x",1]"#))
    }

    @Test func `a variable without a value is named`() {
        let error = #expect(throws: JobFileError.self) {
            try job("requests: [{url: 'http://a/${var:id}'}]", variables: ["other": "1"])
        }
        #expect(error?.keyPath == "requests[0].url")
        #expect(error?.message == "${var:id} has no value; give it one with vars: {id: …} or --var id=…")
    }

    @Test(arguments: [
        ("{name: a}", "2:5: requests[0]: no url; write {\"url\": \"https://example.org/\"}"),
        (
            "{url: http://a/, body: x, json: 1}",
            "2:37: requests[0].json: a request has one of body, json, form, body_file and multipart; remove the others"
        ),
        (
            "{url: http://a/, method: 'A B'}",
            "2:30: requests[0].method: \"A B\" is not a method; write GET, POST, PUT, PATCH or DELETE"
        ),
        (
            "{url: http://a/, name: errors}",
            "2:28: requests[0].name: trawl merge puts the errors there; write another name"
        ),
        (
            "{url: 'http://${env:HOST}/'}",
            "2:5: requests[0]: url: a secret may stand in the query, in headers and in the body; not here"
        ),
        (
            "{url: http://a/, headers: {x: '${env:a b}'}}",
            "2:35: requests[0].headers.x: \"${env:a b}\" takes a name of letters, digits and underscores"
        ),
        (
            "{url: http://a/, body: '${file:a/b}'}",
            "2:28: requests[0].body: \"${file:a/b}\" takes an absolute path, or the name of a file in $CREDENTIALS_DIRECTORY"
        ),
        (
            "{url: http://a/, json: {'${env:A}': 1}}",
            "2:28: requests[0].json: \"${env:A}\": a key refers to nothing; only values do"
        ),
        (
            "{url: http://a/, timeout: 1s}",
            "2:22: requests[0].timeout: unknown key \"timeout\"; did you mean \"timeouts.total\"?"
        ),
        (
            "{url: 'http://a/[x'}",
            "2:5: requests[0]: \"[x\" is not a range; write [1-50], [001-100:3] or [a-z], or \\[ for the character itself (at byte 10)"
        ),
    ])
    func `a request that cannot be made says why`(request: String, message: String) {
        #expect(mistake(request) == message)
    }

    @Test func `a secret in a plain URL is refused`() {
        #expect(
            mistake("{url: http://a/}", more: "urls: ['http://a/?k=${env:K}']").hasSuffix(
                "write it among requests"))
    }

    @Test func `a line has the same keys, its JSON kept as it is written`() throws {
        let line = #"{"url":"http://a/","json":{"n":1.50,"s":"\u00e9\ud83d\ude00\/"},"retry":{"attempts":2}}"#

        guard case .request(let request) = URLListLine.parse(line) else {
            Issue.record("no request")
            return
        }

        #expect(request.body == .json(#"{"n":1.50,"s":"é😀/"}"#))
        #expect(request.retry.attempts == 2)
        let details = try #require(request.details)
        let stored = try RequestTemplate(details: details, job: JobSpec(name: ""))
        #expect(stored.body == request.body && stored.retry == request.retry)
    }

    @Test func `what is stored of a job has no user names and passwords of its requests`() throws {
        let document = try JobDocument(
            yaml: "requests: [{name: a, url: 'http://me:secret@a/'}]", source: .database(name: "api"))

        #expect(!document.json.contains("secret"))
        #expect(document.spec.requests[0].url.contains("secret"))
    }
}
