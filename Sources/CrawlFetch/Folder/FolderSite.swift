package import CrawlCore

/// A folder of files that stands for a web site: what a static server would answer to requests for URLs under a base.
///
/// It answers for the whole host of the base, under `http` and `https`, so that no server is asked in its place. Nothing outside the
/// folder is ever read: symbolic links are followed to where they lead, and refused there. The rules are those of common servers:
///
/// - `dir` is redirected to `dir/`, and `dir/` is its `index.html`.
/// - The query does not count, and capitals do.
/// - `%2F` is part of a name, and no file has it in its name.
package struct FolderSite: Sendable {
    /// The URL that the folder has; its path ends with a slash.
    package let base: WebURL
    /// Whether `page` is answered by `page.html`.
    let hasCleanURLs: Bool
    let tree: FileTree
    /// The names in the path of the base.
    private let baseNames: [[UInt8]]

    /// The base of a folder for which none is said.
    package static let defaultBase = "http://localhost/"

    /// A folder, which has to be there.
    ///
    /// - Parameters:
    ///   - path: the folder.
    ///   - base: the URL that it has, or will have; the path may lack its last slash.
    ///   - cleanURLs: whether `page` is answered by `page.html`, as GitHub Pages and others do.
    /// - Throws: ``FolderSiteError``, which says what is wrong.
    package init(root path: String, base: String = defaultBase, cleanURLs: Bool = false)
        throws(FolderSiteError)
    {
        tree = try FileTree(path)
        hasCleanURLs = cleanURLs
        let url: WebURL
        do throws(WebURL.ParseFailure) {
            url = try WebURL(parsing: base)
        } catch {
            throw FolderSiteError("the base \(base) is no URL: \(error)")
        }
        guard url.isHTTP else {
            throw FolderSiteError("the base \(base) has to begin with https:// or http://")
        }
        guard url.query == nil, url.fragment == nil, !url.hasCredentials else {
            throw FolderSiteError("the base \(base) must have no query, fragment, user name or password")
        }
        let names = URLPath(url.path).names
        guard names.allSatisfy(URLPath.canBeFileName) else {
            throw FolderSiteError("the path of the base \(base) is none of a folder")
        }
        baseNames = names
        // Adding a slash to a URL without query and fragment leaves a URL.
        self.base =
            url.path.utf8.last == UInt8(ascii: "/") ? url : (try? WebURL(parsing: url.href + "/")) ?? url
    }

    /// What the folder answers to a request.
    package enum Answer: Sendable {
        /// A file.
        case file(FolderFile)
        /// A redirect that is meant to last.
        case redirect(to: String)
        /// There is nothing to send.
        case fault(Fault)
        /// The URL is of the base's host and not under the base, so that nothing is known of it.
        case outside
    }

    /// Why the folder has nothing to send.
    package enum Fault: Sendable, Equatable {
        /// There is no such file.
        case noFile
        /// It is a folder without an index.
        case isDirectory
        /// There is a file of another spelling: other capitals, or the same letters composed otherwise. Its path, from the folder on.
        case caseDiffers(String)
        /// It is there, and no server would send it; the text says why.
        case refused(String)
    }

    /// Whether it answers in the place of a URL's host.
    package func stands(for url: WebURL) -> Bool {
        url.isHTTP && url.host == base.host && url.port == base.port
    }

    /// Whether it answers in the place of a host.
    ///
    /// - Parameter hostKey: scheme, name and port.
    package func stands(forHost hostKey: String) -> Bool {
        (try? WebURL(parsing: hostKey + "/")).map(stands(for:)) ?? false
    }

    /// What a server of the folder would answer to a GET; nil where the folder does not stand for the URL's host.
    package func answer(to url: WebURL) -> Answer? {
        guard stands(for: url) else { return nil }
        let path = URLPath(url.path)
        guard path.names.starts(with: baseNames) else { return .outside }
        guard url.scheme == base.scheme else {
            return .redirect(to: base.scheme + url.withoutCredentialsAndFragment.dropFirst(url.scheme.count))
        }
        let names = Array(path.names.dropFirst(baseNames.count))
        guard names.allSatisfy(URLPath.canBeFileName) else { return .fault(.noFile) }
        switch find(names, isFolder: path.endsWithSlash) {
        case .redirectToFolder:
            return .redirect(to: url.hostKey + url.path + "/" + (url.query.map { "?" + $0 } ?? ""))
        case .file(let file): return .file(file)
        case .fault(let fault): return .fault(fault)
        }
    }

    private enum Found {
        case file(FolderFile)
        case redirectToFolder
        case fault(Fault)
    }

    /// Finds what a path names.
    ///
    /// - Parameter isFolder: whether it ends with a slash.
    private func find(_ names: [[UInt8]], isFolder: Bool) -> Found {
        switch tree.entry(names) {
        case .file(let file): return isFolder ? .fault(.noFile) : .file(file)
        case .refused(let reason): return .fault(.refused(reason))
        case .folder where isFolder: return index(of: names)
        case .folder: return page(names) ?? .redirectToFolder
        case .none: return (isFolder ? nil : page(names)) ?? .fault(missing(names))
        }
    }

    private func index(of folder: [[UInt8]]) -> Found {
        switch tree.entry(folder + [Array(FolderSite.indexName.utf8)]) {
        case .file(let file): .file(file)
        case .refused(let reason): .fault(.refused(reason))
        case .folder, .none: .fault(.isDirectory)
        }
    }

    /// The page that a path without its ending names; nil for none.
    private func page(_ names: [[UInt8]]) -> Found? {
        guard hasCleanURLs, let last = names.last,
            case .file(let file) = tree.entry(names.dropLast() + [last + FolderSite.pageEnding])
        else { return nil }
        return .file(file)
    }

    private func missing(_ names: [[UInt8]]) -> Fault {
        guard let other = tree.otherSpelling(of: names) else { return .noFile }
        return .caseDiffers(other.map(URLPath.escaping).joined(separator: "/"))
    }

    /// The file that a folder is answered with.
    static let indexName = "index.html"
    /// What clean URLs leave out.
    static let pageEnding = Array(".html".utf8)
}

/// Why a folder cannot stand for a site.
package struct FolderSiteError: Error, CustomStringConvertible {
    /// One sentence for people.
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}

extension FolderSite.Fault: CustomStringConvertible {
    /// What it is, for people.
    package var description: String {
        switch self {
        case .noFile: "the folder has no such file"
        case .isDirectory: "the folder has a folder of that name, and no \(FolderSite.indexName) in it"
        case .caseDiffers(let path): "the folder has no such file, but one that is spelled \(path)"
        case .refused(let reason): reason
        }
    }

    /// The status that a server would send.
    var status: Int {
        switch self {
        case .noFile, .isDirectory, .caseDiffers: 404
        case .refused: 403
        }
    }
}
