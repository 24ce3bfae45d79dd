package import CrawlCore

/// An item that was taken out of a reply.
package struct ItemRow: Sendable, Equatable {
    /// The name of the request; nil for none.
    package let name: String?
    /// The number of its page within the result, from 1.
    package let page: Int
    /// Its page.
    package let pageID: PageID
    /// Its place on the page, from 1.
    package let position: Int
    /// Its key; nil where the job names none, or the item has none.
    package let key: String?
    /// Its JSON text.
    package let value: String
    /// What is said of its page beside the request, or of the first page of its list, a JSON object; nil for nothing.
    package var input: String?

    /// An item; nothing is checked.
    package init(name: String?, page: Int, pageID: PageID, position: Int, key: String?, value: String) {
        self.name = name
        self.page = page
        self.pageID = pageID
        self.position = position
        self.key = key
        self.value = value
    }
}
