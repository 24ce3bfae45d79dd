/// A page as the run before found it: the validators for a conditional request, and the result that stays valid if
/// the page has not changed.
///
/// It is a class, so that a page without one costs one nil.
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
