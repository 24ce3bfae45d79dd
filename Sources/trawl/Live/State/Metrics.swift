internal import CrawlCore
internal import CrawlEngine
internal import Foundation
internal import Glibc

/// Metrics in the text format of Prometheus (0.0.4). Names and labels are never changed.
struct Metrics {
    private var text = ""

    /// The metrics of this process and its jobs.
    static func text(_ state: LiveState) -> String {
        let values = state.current
        var metrics = Metrics()
        metrics.add("trawl_build_info", "The program's version.", "gauge", [("version", Product.version)], 1)
        if values.turnedAt != nil {
            metrics.family("trawl_jobs", "Jobs in the database.", "gauge")
            metrics.sample("trawl_jobs", [("state", "active")], Double(values.jobCount - values.pausedCount))
            metrics.sample("trawl_jobs", [("state", "paused")], Double(values.pausedCount))
        }
        let jobs = values.jobs.sorted { $0.key < $1.key }
        metrics.addTotals(jobs)
        metrics.addTallies(jobs.map { ($0.key, $0.value.tally.read { $0 }) })
        metrics.addRuns(jobs)
        metrics.addFile("trawl_database_bytes", "Size of the database.", state.file)
        metrics.addFile("trawl_wal_bytes", "Size of its write-ahead log.", state.file + "-wal")
        metrics.addProcess()
        return metrics.text
    }

    private typealias Jobs = [(key: String, value: LiveState.Job)]

    /// What counts up as runs go on.
    private mutating func addTotals(_ jobs: Jobs) {
        family("trawl_pages_total", "Pages settled since the process started.", "counter")
        for (name, job) in jobs {
            for (state, pages) in [
                ("done", job.total.done), ("failed", job.total.failed), ("skipped", job.total.skipped),
            ] {
                sample("trawl_pages_total", [(Self.job, name), ("state", state)], Double(pages))
            }
        }
        each("trawl_requests_total", "Requests sent, redirects and retries included.", "counter", jobs) {
            Double($0.total.requests)
        }
        each("trawl_download_bytes_total", "Bytes received on the wire.", "counter", jobs) {
            Double($0.total.sizeDownload)
        }
    }

    /// What the tries at pages came to.
    private mutating func addTallies(_ tallies: [(job: String, tally: CrawlTally)]) {
        family("trawl_failures_total", "Pages that failed, by kind of error.", "counter")
        addKinds("trawl_failures_total", tallies) { $0.failed }
        family("trawl_retries_total", "Tries that failed and are repeated, by kind of error.", "counter")
        addKinds("trawl_retries_total", tallies) { $0.retried }
        family("trawl_responses_total", "Answers, by the hundred of their status.", "counter")
        for (job, tally) in tallies {
            for hundred in 1...5 {
                sample(
                    "trawl_responses_total", [(Self.job, job), ("code", "\(hundred)xx")],
                    Double(tally.answers[hundred]))
            }
        }
        histogram(
            "trawl_fetch_duration_seconds", "Time of a try at a page, redirects included.",
            tallies.map { ($0.job, $0.tally.times) })
        histogram(
            "trawl_first_byte_seconds", "Time of a try until the first byte of its answer.",
            tallies.map { ($0.job, $0.tally.firstByteTimes) })
    }

    private mutating func addKinds(
        _ name: String, _ tallies: [(job: String, tally: CrawlTally)],
        _ counts: (CrawlTally) -> [ErrorKind: Int64]
    ) {
        for (job, tally) in tallies {
            for (kind, count) in counts(tally).sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                sample(name, [(Self.job, job), ("error_kind", kind.rawValue)], Double(count))
            }
        }
    }

    /// What runs and due times came to, and where the runs under way stand.
    private mutating func addRuns(_ jobs: Jobs) {
        family("trawl_runs_total", "Runs that ended, by result.", "counter")
        for (name, job) in jobs {
            for (result, count) in job.runs.sorted(by: { $0.key < $1.key }) {
                sample("trawl_runs_total", [(Self.job, name), ("result", result)], Double(count))
            }
        }
        family("trawl_starts_total", "Due times, by outcome.", "counter")
        for (name, job) in jobs {
            for (outcome, count) in job.starts.sorted(by: { $0.key < $1.key }) {
                sample("trawl_starts_total", [(Self.job, name), ("outcome", outcome)], Double(count))
            }
        }
        each("trawl_next_start_timestamp_seconds", "When the job starts next.", "gauge", jobs) {
            $0.nextStartAt.map { Double($0) / 1000 }
        }
        each(
            "trawl_run_start_timestamp_seconds", "When this process took up the run under way.", "gauge", jobs
        ) {
            $0.current.map { Double($0.since) / 1000 }
        }
        each("trawl_pages_pending", "Pages of the run under way that are pending.", "gauge", jobs) {
            $0.current.map { Double($0.snapshot.progress.pending) }
        }
        each("trawl_requests_in_flight", "Requests under way.", "gauge", jobs) {
            $0.current.map { Double($0.snapshot.inFlight) }
        }
        each(
            "trawl_hosts_waiting", "Leased hosts that wait for a delay, a Retry-After or a probe.", "gauge",
            jobs
        ) {
            $0.current.map { Double($0.snapshot.waitingHosts) }
        }
    }

    /// The label for a job's name. Prometheus has a label `job` of its own, for what it scrapes, and would rename ours to `exported_job`.
    private static let job = "trawl_job"

    /// A histogram for each job (Prometheus' text format 0.0.4): how many times were at most so long, for each bound.
    private mutating func histogram(
        _ name: String, _ help: String, _ jobs: [(job: String, times: TimeHistogram)]
    ) {
        family(name, help, "histogram")
        for (job, times) in jobs {
            var count: Int64 = 0
            for (bound, number) in zip(TimeHistogram.bounds.map(Optional.some) + [nil], times.counts) {
                count += number
                let limit = bound.map { "\(Double($0) / 1_000_000)" } ?? "+Inf"
                sample(name + "_bucket", [(Self.job, job), ("le", limit)], Double(count))
            }
            sample(name + "_sum", [(Self.job, job)], Double(times.sum) / 1_000_000)
            sample(name + "_count", [(Self.job, job)], Double(count))
        }
    }

    private mutating func family(_ name: String, _ help: String, _ type: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
    }

    private mutating func sample(_ name: String, _ labels: [(String, String)], _ value: Double) {
        let list = labels.map { "\($0)=\"\(Metrics.escaped($1))\"" }.joined(separator: ",")
        text += name + (list.isEmpty ? "" : "{\(list)}")
        text += value == value.rounded() && abs(value) < 1e15 ? " \(Int64(value))\n" : " \(value)\n"
    }

    private mutating func add(
        _ name: String, _ help: String, _ type: String, _ labels: [(String, String)], _ value: Double
    ) {
        family(name, help, type)
        sample(name, labels, value)
    }

    private mutating func each(
        _ name: String, _ help: String, _ type: String, _ jobs: Jobs,
        _ value: (LiveState.Job) -> Double?
    ) {
        family(name, help, type)
        for (job, entry) in jobs {
            if let value = value(entry) { sample(name, [(Self.job, job)], value) }
        }
    }

    private mutating func addFile(_ name: String, _ help: String, _ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return }
        add(name, help, "gauge", [], Double(status.st_size))
    }

    /// CPU time, memory and descriptors, by the names that Prometheus' own clients use.
    private mutating func addProcess() {
        if let fields = Metrics.processStatus(), fields.count > 21 {
            let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
            if let user = Double(fields[11]), let system = Double(fields[12]) {
                add(
                    "process_cpu_seconds_total", "CPU time of user and system.", "counter", [],
                    (user + system) / ticks)
            }
            if let pages = Double(fields[21]) {
                add(
                    "process_resident_memory_bytes", "Resident memory.", "gauge", [],
                    pages * Double(sysconf(Int32(_SC_PAGESIZE))))
            }
            if let threads = Double(fields[17]) {
                add("process_threads", "Threads.", "gauge", [], threads)
            }
        }
        if let files = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
            // One of them was opened for this list.
            add("process_open_fds", "Open descriptors.", "gauge", [], Double(files.count - 1))
        }
    }

    /// The fields of `/proc/self/stat` from the third on.
    private static func processStatus() -> [Substring]? {
        guard let text = try? String(contentsOfFile: "/proc/self/stat", encoding: .utf8),
            let end = text.lastIndex(of: ")")
        else { return nil }
        return text[text.index(after: end)...].split(separator: " ")
    }

    /// A label's value with the format's escapes.
    private static func escaped(_ value: String) -> String {
        var text = ""
        for character in value.unicodeScalars {
            switch character {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.unicodeScalars.append(character)
            }
        }
        return text
    }
}
