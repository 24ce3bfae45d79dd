package import CrawlCore

/// A redirect on the way of a page of a run.
package struct RedirectRow: Sendable, Equatable {
    /// The page.
    package let page: PageID
    /// The URL that was requested for the page.
    package let pageURL: String
    /// The URL that answered at last; nil where none did.
    package let finalURL: String?
    /// The status of the last answer; nil where none came.
    package let finalStatusCode: Int?
    /// The URL that redirected.
    package let url: String
    /// The status that it redirected with.
    package let statusCode: Int

    /// What it says.
    package init(
        page: PageID, pageURL: String, finalURL: String?, finalStatusCode: Int?, url: String, statusCode: Int
    ) {
        self.page = page
        self.pageURL = pageURL
        self.finalURL = finalURL
        self.finalStatusCode = finalStatusCode
        self.url = url
        self.statusCode = statusCode
    }
}
