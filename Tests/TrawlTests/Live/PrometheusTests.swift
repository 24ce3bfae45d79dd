import Foundation
import Testing

/// The metrics as a Prometheus server sees them. They are read by the same script that people can call.
@Suite(.enabled(if: Prometheus.isHere, "without Debian's package prometheus"), .timeLimit(.minutes(15)))
struct PrometheusTests {
    @Test func `every query of the dashboard finds something in what Prometheus has scraped`() async throws {
        let bench = try Workbench()
        let script = URL(filePath: #filePath).appending(path: "../../../../scripts/live/metrics.py")
            .standardizedFileURL
        let end = try await bench.shell("python3 '\(script.path)'")
        #expect(end.code == 0, "\(end.output)\(end.errors)")
        #expect(end.output.contains("0 faults"))
    }
}

private enum Prometheus {
    static let isHere = ["/usr/bin", "/usr/local/bin"].contains {
        FileManager.default.isExecutableFile(atPath: $0 + "/prometheus")
    }
}
