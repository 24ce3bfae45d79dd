import TrawlKit

let store = try Store(path: "titles.db")
