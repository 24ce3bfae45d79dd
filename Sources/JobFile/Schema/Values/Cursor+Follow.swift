internal import CrawlCore
internal import Extract

extension Cursor {
    /// One of a few words.
    func choice<Choice: RawRepresentable<String> & CaseIterable>() throws(JobFileError) -> Choice {
        if let choice = try word().flatMap(Choice.init(rawValue:)) { return choice }
        let words = Choice.allCases.map(\.rawValue)
        let last = words.last ?? ""
        throw failure(
            "\(found) is not known here; write \(words.dropLast().joined(separator: ", ")) or \(last)")
    }

    /// Regular expressions, each tried for whether it is one.
    func regularExpressions() throws(JobFileError) -> [String] {
        var expressions: [String] = []
        for element in try elements(example: #"["/docs/", "[.]html$"]"#) {
            let expression = try element.text()
            guard !expression.isEmpty else {
                throw element.failure(
                    "the expression is empty and matches everything; write one, or remove it")
            }
            if let mistake = URLFilter.mistake(in: expression) {
                throw element.failure("not a regular expression (RE2): \(mistake)")
            }
            expressions.append(expression)
        }
        return expressions
    }

    /// Kinds of links, at least one.
    func linkKinds() throws(JobFileError) -> Set<JobSpec.LinkKind> {
        var kinds: Set<JobSpec.LinkKind> = []
        for element in try elements(example: "[a, area, frame, refresh]") {
            kinds.insert(try element.choice())
        }
        guard !kinds.isEmpty else { throw failure("the list is empty; write what is followed, or remove it") }
        return kinds
    }

    /// Names of a query's parameters, in which `*` stands for any text.
    func parameterNames() throws(JobFileError) -> [String] {
        var names: [String] = []
        for element in try elements(example: "[utm_*, sid]") {
            let name = try element.text()
            guard !name.isEmpty, !name.utf8.contains(where: { "=&?#".utf8.contains($0) }) else {
                throw element.failure(
                    "not the name of a parameter; write it without =, &, ? and #, for example utm_*")
            }
            names.append(name)
        }
        return names
    }

    /// URLs of sitemaps.
    func sitemaps() throws(JobFileError) -> [String] {
        var urls: [String] = []
        for element in try elements(example: "[\"https://example.org/sitemap.xml\"]") {
            let text = try element.text()
            let url: WebURL
            do {
                url = try WebURL(parsing: text)
            } catch {
                throw element.failure("not a URL: \(error.description)")
            }
            guard url.isHTTP else {
                throw element.failure("a sitemap is read over http or https; write such a URL")
            }
            urls.append(text)
        }
        return urls
    }
}
