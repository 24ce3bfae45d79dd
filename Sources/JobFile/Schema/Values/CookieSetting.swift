internal import CrawlCore

/// What becomes of cookies: a word, or a file.
enum CookieSetting {
    static let type = ValueType.words(
        "ignore", "keep", or: file.type(defaults: JobSpec.CookieFile(path: "")))

    static let file = Schema<JobSpec.CookieFile>(
        [
            Field(
                "file", .someText,
                "cookies to begin with, in Netscape's format as `curl -b` and `-c` use it, relative to the job file; they are kept as with `keep`",
                example: "cookies.txt", written: { $0.path.isEmpty ? nil : .text($0.path) }
            ) { cursor, file throws(JobFileError) in
                let path = try cursor.text()
                guard !path.isEmpty, !path.utf8.contains(0) else {
                    throw cursor.failure("not a path; write that of a file")
                }
                file.path = cursor.source.resolve(path)
            },
            .boolean(
                "save", \.isSaved,
                "write the cookies back whenever trawl ends its work on a run, to a new file that only you can read (mode 0600); the file need not be there before the first run"
            ),
        ], rules: [.required(["file"])])

    /// The setting as job files write it.
    static func written(_ request: JobSpec.RequestDefaults) -> DocumentNode? {
        request.cookieFile.map(file.written) ?? .word(request.keepsCookies ? "keep" : "ignore")
    }

    static func read(
        _ cursor: Cursor, into request: inout JobSpec.RequestDefaults
    ) throws(JobFileError) {
        request.cookieFile = nil
        request.keepsCookies = true
        if case .mapping = cursor.node.content {
            var file = JobSpec.CookieFile(path: "")
            try self.file.read(cursor, into: &file)
            guard !file.path.isEmpty else {
                throw cursor.failure("no file; write {file: cookies.txt}, or keep to have them in memory")
            }
            request.cookieFile = file
            return
        }
        switch try cursor.word() {
        case "keep": break
        case "ignore": request.keepsCookies = false
        default: throw cursor.failure("cookies is keep, ignore, or a file: {file: cookies.txt, save: true}")
        }
    }
}
