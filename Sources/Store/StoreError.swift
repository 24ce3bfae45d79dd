/// A failure of the store, with one sentence that says what is wrong and what to do.
package struct StoreError: Error, Sendable, CustomStringConvertible {
    /// Its kind.
    package let kind: Kind
    /// One sentence for people.
    package let description: String

    /// The kinds of failure.
    package enum Kind: Sendable, Equatable {
        /// There is no such file, or no such database on the server.
        case missing
        /// It is no SQLite database, or not one of trawl's.
        case notADatabase
        /// A newer trawl wrote it.
        case newer
        /// An older trawl wrote it, and it was opened for reading only.
        case older
        case readOnly
        /// Another program kept it locked for longer than the busy time-out.
        case locked
        /// The disk, or the quota, is full.
        case full
        case corrupt
        /// The server that has it does not answer.
        case unreachable
        /// Another runner is at work on the same job.
        case alreadyRunning
        /// The run was ended for good by a command.
        case ended
        /// Nothing has that name.
        case notFound
        /// A condition that rows are to meet is no SQL, or cannot be evaluated.
        case condition
        /// Anything else: the message has the database's words.
        case other
    }

    /// An error of this kind; `description` is one sentence without a full stop.
    package init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}
