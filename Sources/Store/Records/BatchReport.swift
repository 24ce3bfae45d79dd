/// A batch of pages that is done with.
package struct BatchReport: Sendable, Equatable {
    /// 1 for the first of its run.
    package let number: Int64
    /// Its pages.
    package let pages: Int64
    /// Those that are done.
    package let done: Int64
    /// Those that failed.
    package let failed: Int64
    /// Those that were not requested.
    package let skipped: Int64
    /// Those that are to be tried again, in a later batch.
    package let retried: Int64
    /// How long it took from its claim, in milliseconds.
    package let milliseconds: Int64

    /// A report.
    package init(
        number: Int64, pages: Int64, done: Int64, failed: Int64, skipped: Int64, retried: Int64,
        milliseconds: Int64
    ) {
        self.number = number
        self.pages = pages
        self.done = done
        self.failed = failed
        self.skipped = skipped
        self.retried = retried
        self.milliseconds = milliseconds
    }
}
