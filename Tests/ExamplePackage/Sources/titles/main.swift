// Prints the title of each URL that it is given. Stopped or killed, it goes on where it was.
import TrawlKit

let urls = CommandLine.arguments.dropFirst().map { "\"\($0)\"" }.joined(separator: ", ")
do throws(TrawlError) {
    let store = try Store(path: "titles.db")
    let job = try Job(yaml: "{name: titles, urls: [\(urls)], concurrency: {per_host: 2}}")

    for try await page in store.run(job) {
        print(page.state, page.statusCode ?? 0, page.url, page.title ?? page.error ?? "")
    }
} catch {
    // error.kind tells .interrupted, which can go on, from .job, which has to be changed.
    print(error)
}
