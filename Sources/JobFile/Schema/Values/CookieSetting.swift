internal import CrawlCore

/// What becomes of cookies: a word, or a file.
enum CookieSetting {
    static let file = Schema<JobSpec.CookieFile>([
        Field("file") { cursor, file throws(JobFileError) in
            let path = try cursor.text()
            guard !path.isEmpty, !path.utf8.contains(0) else {
                throw cursor.failure("not a path; write that of a file")
            }
            file.path = cursor.source.resolve(path)
        },
        .boolean("save", \.isSaved),
    ])

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
