package import CrawlCore

/// Identifies a delivery: 32 hexadecimal digits that stay the same however often it is tried.
package struct DeliveryID: RawRepresentable, Hashable, Sendable {
    /// The id as it is stored.
    package let rawValue: String
    /// The row of this id.
    package init(rawValue: String) { self.rawValue = rawValue }
}

/// A row of `deliveries`: somebody who is to be told that a run has finished.
package struct DeliveryRecord: Sendable, Equatable {
    /// Its id.
    package let id: DeliveryID
    /// The run that has finished.
    package let run: RunID
    /// How it is told.
    package let action: JobSpec.OnFinish.Action
    /// How often that was tried.
    package let attempts: Int

    /// What it says.
    package init(id: DeliveryID, run: RunID, action: JobSpec.OnFinish.Action, attempts: Int) {
        self.id = id
        self.run = run
        self.action = action
        self.attempts = attempts
    }
}

/// What came of a try to tell somebody that a run has finished.
package enum DeliveryOutcome: Sendable, Equatable {
    /// It was told.
    case delivered
    /// It went wrong, and is tried again.
    case retried(String)
    /// It went wrong, and is not tried again.
    case failed(String)
    /// The job does not want it told of this run.
    case skipped
}
