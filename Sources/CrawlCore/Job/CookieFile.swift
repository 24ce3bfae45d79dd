extension JobSpec {
    /// A file of cookies in Netscape's format.
    package struct CookieFile: Sendable, Equatable {
        /// The absolute path.
        package var path: String
        /// Whether the cookies are written back at the end. The default is false.
        package var isSaved = false

        /// A file that is only read.
        package init(path: String) {
            self.path = path
        }
    }
}

/// Why a file of cookies cannot be used.
package struct CookieFileError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file's.
    package let path: String
    /// The line that is wrong, from 1; nil for the file.
    package let line: Int?
    /// What is wrong.
    package let reason: String

    /// Something wrong with a file, or with a line of it.
    package init(path: String, line: Int? = nil, reason: String) {
        self.path = path
        self.line = line
        self.reason = reason
    }

    /// One sentence for people.
    package var description: String { "\(path):\(line.map { "\($0):" } ?? "") \(reason)" }
}
