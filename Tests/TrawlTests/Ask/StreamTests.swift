import LoopbackServer
import Testing

@Suite(.serialized, .timeLimit(.minutes(15)))
struct StreamTests {
    let bench: Workbench
    let site: LoopbackServer

    init() throws {
        bench = try Workbench()
        site = try Site.pages()
        try bench.job("docs", urls: [site.numbered(400)], "concurrency: {per_host: 8}")
    }

    @Test func `a reader of results that has had enough is no error`() async throws {
        _ = try await bench.trawl("run", "-q", "docs.yaml")

        let head = try await bench.shell("$TRAWL results docs | head -1; echo ${PIPESTATUS[0]}")

        #expect(head.lines.last == "0")
        #expect(head.errors.isEmpty)
    }

    @Test func `a reader of rows that has had enough stops the run, which can go on`() async throws {
        let head = try await bench.shell(
            "$TRAWL run -q --format ndjson docs.yaml | head -1; echo ${PIPESTATUS[0]}")
        let rest = try await bench.trawl("run", "-q", "docs")

        #expect(head.lines.count == 2)
        #expect(head.lines.last == "7")
        #expect(head.errors.isEmpty)
        rest.expectSuccess()
        for number in [1, 200, 400] { #expect(site.hits("/\(number)") == 1) }
    }

    @Test(arguments: [
        "results docs", "results docs --format json", "results docs -o /dev/full", "jobs", "runs docs",
        "status",
    ])
    func `output that cannot be written is an error`(line: String) async throws {
        try bench.job("docs", urls: site.urls("/a"))
        _ = try await bench.trawl("run", "-q", "docs.yaml")

        let full = try await bench.shell("$TRAWL \(line) > /dev/full")
        let closed = try await bench.shell("$TRAWL \(line) >&-")

        #expect(full.code == 3)
        #expect(full.errors.contains("No space left"))
        if !line.contains("-o") { #expect(closed.code == 3) }
    }

    @Test func `rows of a run that cannot be written are an error, and the run can go on`() async throws {
        let full = try await bench.shell("$TRAWL run -q --format ndjson docs.yaml > /dev/full")
        let rest = try await bench.trawl("run", "-q", "docs")

        #expect(full.code == 3)
        #expect(full.errors.contains("No space left"))
        rest.expectSuccess()
    }

    @Test(arguments: ["2>&-", "<&-", ">&-", "<&- >&- 2>&-"])
    func `closed streams put nothing into the wrong file or connection`(redirections: String) async throws {
        let run = try await bench.shell("$TRAWL run -v docs.yaml \(redirections)")

        #expect(run.code == 0)
        #expect(site.counters.malformedRequests == 0)
        #expect(try bench.value("SELECT count(*) FROM results WHERE state = 'done'") == 400)
        #expect(try await bench.trawl("db", "check").code == 0)
    }

    @Test func `a list from a standard input that is closed is an error`() async throws {
        try bench.write("urls_from: \"-\"", to: "list.yaml")

        for line in ["run list.yaml", "run -", "fetch -i -", "add --name x -i -"] {
            let closed = try await bench.shell("$TRAWL \(line) <&-")
            #expect(closed.code == 2)
            #expect(closed.errors.contains("standard input: cannot be read: Bad file descriptor"))
        }
    }

    @Test func `an empty environment is enough`() async throws {
        let run = try await bench.shell("env -i \"$TRAWL\" run -q docs.yaml")

        #expect(run.code == 0)
    }

    @Test(.enabled(if: Privileges.canMount, "needs root and the right to mount"))
    func `a working folder that cannot be written is named, or not needed`() async throws {
        let mount = try Mount(in: bench, options: "size=1m")
        try mount.remount("ro")

        let run = try await bench.shell("cd mnt; $TRAWL run ../docs.yaml")
        let elsewhere = try await bench.shell("cd mnt; $TRAWL run -q ../docs.yaml --db ../trawl.db")
        let fetch = try await bench.shell("cd mnt; $TRAWL fetch -q \(site.url("/a"))")

        #expect(run.code == 3)
        #expect(run.errors.contains("trawl.db cannot be opened"))
        elsewhere.expectSuccess()
        fetch.expectSuccess()
    }

    @Test func `output goes on where the other side makes it non-blocking`() async throws {
        let site = try Site.pages()
        try bench.job("docs", urls: [site.url("/[1-1500]")])
        try await bench.trawl("run", "-q", "docs.yaml").expectSuccess()

        let read = try await bench.shell(
            """
            python3 -c '
            import array, fcntl, os, subprocess, termios, time
            ours, theirs = os.pipe()
            waiting = array.array("i", [0])
            def full():
                before = waiting[0]
                fcntl.ioctl(ours, termios.FIONREAD, waiting)
                return waiting[0] == before > 0
            fcntl.fcntl(theirs, fcntl.F_SETFL, os.O_NONBLOCK)
            rows = subprocess.Popen(["'$TRAWL'", "results", "docs", "--format", "ndjson"], stdout=theirs)
            os.close(theirs)
            for attempt in range(600):
                if full(): break
                time.sleep(0.05)
            print(len(os.fdopen(ours).read().splitlines()), rows.wait())
            '
            """)

        #expect(read.output == "1500 0\n")
    }
}
