import TrawlKit

let store = try Store(path: "titles.db")

try store.forEachOutcome(ofJob: "titles") { page in
    print(page.state, page.url, page.title ?? page.error ?? "")
}
