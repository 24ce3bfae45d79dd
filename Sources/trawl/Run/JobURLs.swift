internal import CrawlCore
internal import CrawlEngine
internal import JobFile

/// The URLs of a job, one at a time: its patterns expanded, then its list read line by line.
struct JobURLs: PageSource, ~Copyable {
    private var patterns: ArraySlice<String>
    private var expansion: IndexingIterator<URLPattern>?
    private var list: URLListReader?

    /// Opens the list, where the job has one.
    init(_ spec: JobSpec) throws(URLListError) {
        patterns = spec.urls[...]
        switch spec.urlsFrom {
        case .file(let path): list = try URLListReader(path: path)
        case .standardInput: list = URLListReader(fileDescriptor: 0)
        case nil: list = nil
        }
    }

    mutating func next() throws -> SourceEntry? {
        while true {
            if let url = expansion?.next() { return .url(url, name: nil, line: nil) }
            guard let pattern = patterns.popFirst() else { break }
            expansion = try URLPattern(pattern).makeIterator()
        }
        while let line = try list?.next() {
            switch URLListLine.parse(line) {
            case .blank: continue
            case .url(let url): return .url(url, name: nil, line: line.number)
            case .request(let request): return .url(request.url, name: request.name, line: line.number)
            case .failure(let reason): return .unusable(line.text, line: line.number, reason: reason)
            }
        }
        return nil
    }
}
