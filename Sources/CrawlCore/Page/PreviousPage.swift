/// A page as the run before found it: what to ask a server by whether it has changed, and what holds if it has not.
///
/// A class, so that a page without one carries no more than a nil.
public final class PreviousPage: Sendable {
    /// Its row in the run before.
    public let id: PageID
    /// What that run found.
    public let response: PageResponse

    /// A page of the run before.
    public init(id: PageID, response: PageResponse) {
        self.id = id
        self.response = response
    }
}
