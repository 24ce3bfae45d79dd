internal import Foundation

/// Where the text of a job comes from, and what follows from that.
package struct JobSource: Sendable, Equatable {
    /// What messages call the document: the path of the file, or `job "docs" in the database`.
    package let label: String
    /// The absolute folder that relative paths in the document start from.
    package let folder: String
    /// The job's name where the document gives none.
    package let name: String
    /// Whether ``name`` counts even where the document gives another.
    let isNameFixed: Bool

    /// A file, whose stem is the job's name where the file has none: `jobs/docs.yaml` is the job `docs`.
    ///
    /// - Parameter path: the path as the user gave it; it stays so in messages.
    package static func file(_ path: String) -> JobSource {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let last = parts.last ?? ""
        let stem = last.lastIndex(of: ".").map { last[..<$0] } ?? last
        let folder = parts.dropLast().joined(separator: "/")
        return JobSource(
            label: path,
            folder: absolute(path.hasPrefix("/") && folder.isEmpty ? "/" : folder),
            name: String(stem.isEmpty ? last : stem),
            isNameFixed: false)
    }

    /// A spec in the database, whose row names the job whatever the spec says.
    ///
    /// - Parameters:
    ///   - name: the row's `name`.
    ///   - folder: where relative paths start from. Only a job that was inserted with plain SQL has any.
    ///     The default is the working directory.
    package static func database(name: String, folder: String = "") -> JobSource {
        JobSource(
            label: "job \"\(name)\" in the database", folder: absolute(folder), name: name, isNameFixed: true)
    }

    /// A path of the document made absolute; nothing is looked up.
    func resolve(_ path: String) -> String {
        guard !path.hasPrefix("/") else { return path }
        var relative = Substring(path)
        while relative.hasPrefix("./") { relative = relative.dropFirst(2) }
        return folder.hasSuffix("/") ? folder + relative : "\(folder)/\(relative)"
    }

    private static func absolute(_ folder: String) -> String {
        guard !folder.hasPrefix("/") else { return folder }
        let current = FileManager.default.currentDirectoryPath
        guard !folder.isEmpty, folder != "." else { return current }
        return current.hasSuffix("/") ? current + folder : "\(current)/\(folder)"
    }
}

extension JobSource {
    /// The error of one place in the document.
    func failure(at position: TextPosition?, keyPath: String? = nil, _ message: String) -> JobFileError {
        JobFileError(
            source: label, line: position?.line, column: position?.column, keyPath: keyPath, message: message)
    }
}

extension JobSource {
    /// A job that was put together from the command line. Relative paths start from the working directory.
    package static func commandLine(name: String) -> JobSource {
        JobSource(label: "command line", folder: absolute(""), name: name, isNameFixed: true)
    }

    /// A job that a program has the text of. Relative paths start from the working directory.
    ///
    /// - Parameter name: the job's name where the text gives none.
    package static func text(named name: String) -> JobSource {
        JobSource(label: "job", folder: absolute(""), name: name, isNameFixed: false)
    }

    /// A job file on standard input. Relative paths start from the working directory.
    package static var standardInput: JobSource {
        JobSource(label: "standard input", folder: absolute(""), name: "stdin", isNameFixed: false)
    }
}
