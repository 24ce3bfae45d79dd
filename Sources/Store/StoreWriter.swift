package import CrawlCore

/// What is changed in a database, in one transaction. Valid only within the closure that it is handed to.
package protocol StoreWriter: StoreReader {
    // MARK: Jobs

    /// Stores a job under its name, in the place of the one that had it.
    ///
    /// - Returns: the job's id, which stays the same for a name.
    @discardableResult
    func saveJob(name: String, spec: String, now: Int64) throws -> JobID
    /// Deletes a job with its runs.
    func forgetJob(_ name: String) throws
    /// Has runners leave a job alone.
    func pause(_ name: String) throws
    /// Keeps how far a job's due times are settled.
    ///
    /// - Parameter previous: what it was when it was read; nil for none.
    /// - Returns: whether it was still so. False: another process was here in between, and has seen to it.
    func save(_ schedule: ScheduleRecord, of job: JobID, previous: ScheduleRecord?) throws -> Bool
    /// Forgets the schedule of a job that has none any more.
    func dropSchedule(of job: JobID) throws
    /// Notes what became of a due time, and forgets the oldest of very many.
    func noteStart(
        of job: JobID, due: Int64, _ outcome: StartOutcome, missed: Int, run: RunID?, now: Int64) throws
    /// Notes that the run of a start could not begin.
    func failStart(of job: JobID, run: RunID, error: String) throws

    // MARK: Runners

    /// Frees what runners that are gone have held, then enters this process as a runner.
    func registerRunner(_ processes: any ProcessTable, now: Int64) throws -> RunnerID
    /// Frees what runners that are gone have held: their runs can be taken up, their hosts be leased, at once.
    func reapRunners(_ processes: any ProcessTable, now: Int64) throws
    /// Gives back everything that a runner holds, and forgets it.
    func removeRunner(_ runner: RunnerID, now: Int64) throws

    // MARK: Runs

    /// Begins a job's next run, without pages yet, and gives it to a runner; with nil the next runner takes it.
    func beginRun(of job: JobRecord, runner: RunnerID?, now: Int64) throws -> RunID
    /// Gives an unfinished run to a runner.
    ///
    /// - Throws: `StoreError` of kind `alreadyRunning` where another has it.
    func takeRun(_ run: RunRecord, runner: RunnerID) throws
    /// Leaves an unfinished run to the next runner.
    func releaseRun(_ run: RunID) throws
    /// Keeps the largest values that the runs before have had, a JSON object by the names of requests.
    func keepMarks(_ marks: String, of run: RunID) throws
    /// Closes the import: the run has all its pages.
    ///
    /// - Parameters:
    ///   - hasCredentials: whether URLs of it carried user names and passwords, which were not stored.
    ///   - hasRequests: whether pages of it are more than a GET of their URL.
    ///   - hasInputs: whether pages of it have an input.
    ///   - secrets: what their requests refer to.
    func finishImport(
        _ run: RunID, hasCredentials: Bool, hasRequests: Bool, hasInputs: Bool,
        secrets: Set<TextReference>) throws
    /// Deletes some of the pages of an import that was cut short.
    ///
    /// - Returns: whether there may be more; once there are none the run itself is gone too.
    func discardImport(_ run: RunID, limit: Int) throws -> Bool
    /// Deletes some of the pages of an import that was cut short, so that it begins anew.
    ///
    /// - Returns: whether there may be more; once there are none the run is as good as new.
    func restartImport(_ run: RunID, of job: JobRecord, limit: Int) throws -> Bool
    /// Gives a runner what is still to be told of runs that have finished and no runner is at.
    ///
    /// - Returns: what it has taken, the oldest first.
    func takeDeliveries(_ runner: RunnerID) throws -> [DeliveryRecord]
    /// Notes what came of a try to tell somebody. What is settled already stays as it is.
    func note(_ outcome: DeliveryOutcome, of delivery: DeliveryID, now: Int64) throws
    /// Puts the failed pages of a run back to pending, with all their tries before them, and opens the run again.
    ///
    /// - Returns: how many pages.
    func retryFailed(_ run: RunID) throws -> Int
}

extension StoreWriter {
    /// Closes the import of a run whose pages are plain.
    package func finishImport(_ run: RunID) throws {
        try finishImport(
            run, hasCredentials: false, hasRequests: false, hasInputs: false, secrets: [])
    }
}
