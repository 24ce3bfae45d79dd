internal import CrawlCore
internal import TrawlStore

/// What is written to stdout while a run goes on.
struct RowOutput {
    /// How rows look.
    let format: RowFormat
    /// Whether the rows are items that are taken out of replies, instead of pages.
    let isOfItems: Bool
}

extension ItemWriter {
    /// Writes the items of a page that is in the database.
    mutating func write(itemsOf outcome: PageOutcome) throws {
        guard outcome.verdict == .done, let items = outcome.followUp?.items else { return }
        var position = 0
        try items.forEach { key, value in
            position += 1
            try write(
                ItemRow(
                    name: outcome.page.name, page: outcome.page.message?.reading?.request.number ?? 1,
                    pageID: outcome.page.id, position: position, key: key, value: value))
        }
    }
}
