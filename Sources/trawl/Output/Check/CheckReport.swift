internal import CrawlCore
internal import TrawlStore

/// The links of a run that are broken or unsure, counted and written.
struct CheckReport {
    let job: String
    let baseline: LinkBaseline
    let rule: FailureRule

    /// Reads the links twice, in one state of the database: to count them, and to write them.
    ///
    /// - Parameters:
    ///   - writer: writes them.
    ///   - known: takes in the lines of a new list of known breakages, of which all that would fail without it are part; nil where none
    ///     is written.
    func write(
        _ run: RunID, in store: any CrawlDatabase, to writer: inout any CheckWriter,
        known: ((String) throws -> Void)? = nil
    ) throws -> CheckTally {
        var tally = CheckTally()
        // An error of the database is a StoreError; one of writing is not.
        var writing: (any Error)?
        var output = writer
        do throws(StoreError) {
            try store.read { transaction in
                try transaction.forEachLinkFault(of: run) {
                    tally.add(fault($0, isNewlyKnown: known != nil))
                    return true
                }
                do {
                    try output.begin(tally)
                    try transaction.forEachLinkFault(of: run) { link in
                        if let known, rule.covers(link) { try known(LinkBaseline.line(link)) }
                        try output.write(fault(link, isNewlyKnown: known != nil))
                        return true
                    }
                    try output.end()
                } catch {
                    writing = error
                    throw error
                }
            }
        } catch {
            throw writing ?? CommandFailure(error)
        }
        writer = output
        return tally
    }

    /// - Parameter isNewlyKnown: whether what would fail is known from now on.
    private func fault(_ link: LinkRow, isNewlyKnown: Bool) -> LinkFault {
        let isCovered = rule.covers(link)
        let isKnown = baseline.contains(link) || isNewlyKnown && isCovered
        return LinkFault(link: link, isKnown: isKnown, fails: isCovered && !isKnown)
    }
}
