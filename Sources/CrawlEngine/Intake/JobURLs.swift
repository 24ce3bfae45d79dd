package import CrawlCore
package import CrawlFetch
package import JobFile

/// The URLs and requests of a job, one at a time: its patterns expanded, then its list read line by line. Where a folder stands for the
/// site, they are the pages of the folder and no others.
package struct JobURLs: PageSource, ~Copyable {
    private var patterns: ArraySlice<String>
    private var expansion: IndexingIterator<URLPattern>?
    private var requests: ArraySlice<RequestTemplate>
    /// The request whose pattern is being expanded, and its URLs.
    private var request: (template: RequestTemplate, urls: IndexingIterator<URLPattern>)?
    /// The request that is made for each row of a table, and that table.
    private var table: (request: RequestTemplate, template: ChainTemplate, rows: ItemFile)?
    private var list: URLListReader?
    private var folder: FolderPages?
    private let spec: JobSpec

    /// Opens the list, where the job has one.
    ///
    /// - Parameters:
    ///   - standardInput: the descriptor of a list on standard input; nil where there is none to be read.
    ///   - folder: whose pages take the place of the job's URLs; nil for none.
    /// - Throws: `URLListError` where it cannot be opened.
    package init(_ spec: JobSpec, standardInput: Int32? = 0, folder: FolderSite? = nil) throws(URLListError) {
        self.spec = spec
        self.folder = folder?.pages()
        guard folder == nil else {
            patterns = []
            requests = []
            list = nil
            return
        }
        patterns = spec.urls[...]
        // Those for items of others are made as the items come, those that log in when a token is needed.
        let logins = spec.loginRequests
        requests =
            spec.requests.filter {
                ($0.forEach == nil || $0.forEach?.file != nil) && !logins.contains($0.name ?? "")
            }[...]
        switch spec.urlsFrom {
        case .file(let path): list = try URLListReader(path: path)
        case .standardInput:
            guard let standardInput else {
                throw .noStandardInput
            }
            list = URLListReader(fileDescriptor: standardInput)
        case nil: list = nil
        }
    }

    /// The next URL or request; nil at the end.
    package mutating func next() throws -> SourceEntry? {
        if folder != nil { return folder?.next().map { .url($0, name: nil, line: nil) } }
        while true {
            if let url = expansion?.next() { return .url(url, name: nil, line: nil) }
            guard let pattern = patterns.popFirst() else { break }
            expansion = try URLPattern(pattern).makeIterator()
        }
        if let entry = try nextRequest() { return entry }
        while let line = try list?.next() {
            switch URLListLine.parse(line, job: spec) {
            case .blank: continue
            case .url(let url, let input):
                return .url(url, name: nil, line: line.number, input: input)
            case .request(let request): return .request(request, line: line.number)
            case .failure(let reason):
                return .unusable(URLListLine.remnant(of: line.text), line: line.number, reason: reason)
            }
        }
        return nil
    }

    private mutating func nextRequest() throws -> SourceEntry? {
        while true {
            if let url = request?.urls.next(), var template = request?.template {
                template.url = url
                return .request(template, line: nil)
            }
            if case let (request, template, rows)? = table {
                if let row = try rows.next() { return Self.entry(request, template, row) }
                table = nil
            }
            guard let next = requests.popFirst() else { return nil }
            if let forEach = next.forEach, let path = forEach.file, let template = ChainTemplate(next) {
                table = (next, template, try ItemFile(path: path, column: forEach.column))
            } else {
                request = (next, try URLPattern(next.url).makeIterator())
            }
        }
    }

    /// The request for a row of a table.
    private static func entry(
        _ request: RequestTemplate, _ template: ChainTemplate, _ row: (value: String, number: Int)
    ) -> SourceEntry {
        let page = template.page(for: row.value, of: PageID(rawValue: 0))
        if case .failed(_, let reason)? = page.end {
            return .unusable(row.value, line: row.number, reason: reason)
        }
        var filled = request
        (filled.url, filled.query, filled.details) = (page.url, [], page.details)
        (filled.forEach, filled.input) = (nil, page.input)
        return .request(filled, line: row.number)
    }
}
