import CrawlCore
import JobFile
import Testing

/// The keys that say who is told when a run has finished.
@Suite struct FinishKeyTests {
    @Test func `every key of it is typed`() throws {
        let document = try job(
            """
            urls: ["http://a/"]
            on_finish:
              exec: [./notify.sh, --level, 3]
              webhook:
                url: "${env:HOOK}"
                headers: {authorization: "Bearer ${file:/run/token}"}
                json: {text: "${run:message}", n: [1, "${run:pages}"]}
              when: change
              timeout: 1m
            """)

        let onFinish = try #require(document.spec.onFinish)
        #expect(onFinish.exec == ["/jobs/notify.sh", "--level", "3"])
        #expect(onFinish.webhook?.url == "${env:HOOK}")
        let headers = onFinish.webhook?.headers ?? []
        #expect(headers == [.init(name: "authorization", value: "Bearer ${file:/run/token}")])
        #expect(onFinish.webhook?.json == #"{"text":"${run:message}","n":[1,"${run:pages}"]}"#)
        #expect((onFinish.when, onFinish.timeout) == (.change, .seconds(60)))
        #expect(onFinish.actions == [.exec, .webhook])
        #expect(onFinish.secrets == [.environment("HOOK"), .file("/run/token")])
        // What is stored is the same wherever it is read again.
        #expect(try JobDocument(yaml: document.json, source: .database(name: "docs")).spec == document.spec)
    }

    @Test func `a program without a slash is looked for in the path`() throws {
        #expect(try job("urls: ['http://a/']\non_finish: {exec: [mail]}").spec.onFinish?.exec == ["mail"])
    }

    @Test func `nobody is told where the job does not say so`() throws {
        #expect(try job("urls: ['http://a/']").spec.onFinish == nil)
    }

    @Test(arguments: [
        ("on_finish: {}", "on_finish: nobody is told; write exec: [./notify.sh], or webhook: {url: …}"),
        ("on_finish: x", "on_finish: \"x\" is not a mapping; write keys and values under it"),
        (
            "on_finish: {exec: notify.sh}",
            "on_finish.exec: \"notify.sh\" is not a list; write one, for example [./notify.sh, docs]"
        ),
        ("on_finish: {exec: []}", "on_finish.exec: no program; write [./notify.sh, docs], or remove the key"),
        (
            "on_finish: {exec: [x, \"${env:KEY}\"]}",
            "on_finish.exec[1]: everybody on the machine can see the arguments of a program; let it read the secret itself"
        ),
        ("on_finish: {webhook: {}}", "on_finish.webhook: no url; write {url: \"https://example.org/hook\"}"),
        (
            "on_finish: {webhook: {url: ftp://a/}}",
            "on_finish.webhook.url: not a URL of http or https; write \"https://example.org/hook\""
        ),
        (
            "on_finish: {webhook: {url: \"https://u:p@a/\"}}",
            "on_finish.webhook.url: a password in the URL would be stored; write headers: {authorization: \"Basic ${env:NAME}\"}"
        ),
        (
            "on_finish: {webhook: {url: \"https://a/\", json: {a: [\"${run:colour}\"]}}}",
            "on_finish.webhook.json.a[0]: ${run:colour} is not known here; known are id, message, job, run, result, exit_code, started, finished, pages, pages_done, pages_failed, pages_skipped, requests, size_download, elapsed_ms"
        ),
        (
            "on_finish: {webhook: {url: \"https://a/\", json: {a: \"${run:id\"}}}",
            "on_finish.webhook.json.a: \"${run:id\" is not closed; write ${run:message}"
        ),
        (
            "on_finish: {exec: [x], when: never}",
            "on_finish.when: \"never\" is not known here; write always, failure or change"
        ),
        (
            "on_finish: {command: x}",
            "on_finish.command: unknown key \"command\"; known here are exec, timeout, webhook, when"
        ),
        (
            "webhook: {url: \"https://a/\"}",
            "webhook: unknown key \"webhook\"; did you mean \"on_finish.webhook\"?"
        ),
    ])
    func `a mistake is named`(key: String, message: String) {
        #expect(mistake(inKey: key) == message)
    }
}
