import TrawlKit

let store = try Store(path: "titles.db")
let urls = CommandLine.arguments.dropFirst().map { "\"\($0)\"" }.joined(separator: ", ")
let job = try Job(yaml: "{name: titles, urls: [\(urls)], concurrency: {per_host: 2}}")
