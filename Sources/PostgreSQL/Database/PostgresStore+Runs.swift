package import CrawlCore
package import TrawlStore

extension PostgresStore {
    package func intake(of run: RunID, limits: JobSpec.Limits) -> any RunIntake { UnsupportedIntake() }

    package func runStore(
        _ run: RunRecord, spec: JobSpec, runner: RunnerID, processes: any ProcessTable
    ) throws(StoreError) -> any RunStore {
        throw StoreError(.other, "\(url.description): runs cannot be carried out in PostgreSQL yet")
    }

    package func abandon(_ run: RunID, runner: RunnerID, now: Int64) throws(StoreError) -> Int64 {
        throw StoreError(.other, "\(url.description): runs cannot be carried out in PostgreSQL yet")
    }
}

private struct UnsupportedIntake: RunIntake {
    private static let error = StoreError(.other, "runs cannot be carried out in PostgreSQL yet")

    var chunk: Int { 1_000 }

    mutating func add(_ pages: [ImportedPage], inputs: [Int: String]) throws(StoreError) -> RunProgress {
        throw UnsupportedIntake.error
    }

    mutating func settle(progressed: () -> Bool) throws(StoreError) -> RunProgress? {
        throw UnsupportedIntake.error
    }

    mutating func add(sitemaps: [DiscoveredURL]) throws(StoreError) -> RunProgress {
        throw UnsupportedIntake.error
    }
}
