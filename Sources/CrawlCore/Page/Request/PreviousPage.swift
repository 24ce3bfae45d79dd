/// A page as the run before found it: what to ask a server by whether it has changed, and what holds if it has not.
///
/// A class, so that a page without one carries no more than a nil.
package final class PreviousPage: Sendable {
    /// Its row in the run before.
    package let id: PageID
    /// What that run found.
    package let response: PageResponse

    /// A page of the run before.
    package init(id: PageID, response: PageResponse) {
        self.id = id
        self.response = response
    }
}
