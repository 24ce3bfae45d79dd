import TrawlKit

let store = try Store(path: "titles.db")
let urls = CommandLine.arguments.dropFirst().map { "\"\($0)\"" }.joined(separator: ", ")
let job = try Job(yaml: "{name: titles, urls: [\(urls)], concurrency: {per_host: 2}}")

for try await page in store.run(job) {
    print(page.state, page.statusCode ?? 0, page.url, page.title ?? page.error ?? "")
}
