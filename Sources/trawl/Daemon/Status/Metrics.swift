internal import CrawlCore
internal import CrawlEngine
internal import Foundation
internal import Glibc

/// Metrics in the text format of Prometheus (0.0.4). Names and labels are never changed.
struct Metrics {
    private var text = ""

    /// The metrics of a daemon.
    static func text(_ state: DaemonState) -> String {
        let values = state.current
        var metrics = Metrics()
        let jobs = values.jobs.sorted { $0.key < $1.key }
        metrics.add("trawl_build_info", "The program's version.", "gauge", [("version", Product.version)], 1)
        metrics.family("trawl_jobs", "Jobs in the database.", "gauge")
        metrics.sample("trawl_jobs", [("state", "active")], Double(values.jobCount - values.pausedCount))
        metrics.sample("trawl_jobs", [("state", "paused")], Double(values.pausedCount))
        metrics.family("trawl_pages_total", "Pages settled since the daemon started.", "counter")
        for (name, job) in jobs {
            for (state, pages) in [
                ("done", job.total.done), ("failed", job.total.failed), ("skipped", job.total.skipped),
            ] {
                metrics.sample("trawl_pages_total", [("job", name), ("state", state)], Double(pages))
            }
        }
        metrics.each("trawl_requests_total", "Requests sent since the daemon started.", "counter", jobs) {
            Double($0.total.requests)
        }
        metrics.each("trawl_download_bytes_total", "Bytes received on the wire.", "counter", jobs) {
            Double($0.total.sizeDownload)
        }
        metrics.each(
            "trawl_request_seconds_total", "Time that all requests took together.", "counter", jobs
        ) { Double($0.total.requestMicroseconds) / 1_000_000 }
        metrics.family("trawl_runs_total", "Runs that ended, by result.", "counter")
        for (name, job) in jobs {
            for (result, count) in job.runs.sorted(by: { $0.key < $1.key }) {
                metrics.sample("trawl_runs_total", [("job", name), ("result", result)], Double(count))
            }
        }
        metrics.family("trawl_starts_total", "Due times, by outcome.", "counter")
        for (name, job) in jobs {
            for (outcome, count) in job.starts.sorted(by: { $0.key < $1.key }) {
                metrics.sample("trawl_starts_total", [("job", name), ("outcome", outcome)], Double(count))
            }
        }
        metrics.each("trawl_next_start_timestamp_seconds", "When the job starts next.", "gauge", jobs) {
            $0.nextStartAt.map { Double($0) / 1000 }
        }
        metrics.each("trawl_pages_pending", "Pages of the run under way that are pending.", "gauge", jobs) {
            $0.snapshot.map { Double($0.progress.pending) }
        }
        metrics.each("trawl_requests_in_flight", "Requests under way.", "gauge", jobs) {
            $0.snapshot.map { Double($0.inFlight) }
        }
        metrics.each(
            "trawl_hosts_waiting", "Leased hosts that wait for a delay, a Retry-After or a probe.", "gauge",
            jobs
        ) {
            $0.snapshot.map { Double($0.waitingHosts) }
        }
        metrics.addFile("trawl_database_bytes", "Size of the database.", state.file)
        metrics.addFile("trawl_wal_bytes", "Size of its write-ahead log.", state.file + "-wal")
        metrics.addProcess()
        return metrics.text
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
        _ name: String, _ help: String, _ type: String, _ jobs: [(key: String, value: DaemonState.Job)],
        _ value: (DaemonState.Job) -> Double?
    ) {
        family(name, help, type)
        for (job, entry) in jobs {
            if let value = value(entry) { sample(name, [("job", job)], value) }
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
