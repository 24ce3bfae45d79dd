internal import ArgumentParser
internal import CrawlFetch
internal import Glibc
internal import Logging

/// Flags of `trawl check` for a folder in the place of a site.
struct CheckFolderOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The URL that a folder has, or will have: URLs under it are files of the folder.",
            discussion: "Default: http://localhost/.", valueName: "url"))
    var base: String?

    @Flag(
        name: .customLong("clean-urls"),
        help: "In a folder, page is answered by page.html, as GitHub Pages does.")
    var hasCleanURLs = false

    @Flag(help: "For a folder, also check what lies elsewhere. Otherwise no server is asked for anything.")
    var external = false
}

extension CheckFolderOptions {
    /// The folder that arguments name; nil where they name none.
    ///
    /// - Throws: `CommandFailure` where the folder cannot be read, is one of several arguments, or has no page.
    func site(for arguments: [String], _ logger: Logger) throws -> FolderSite? {
        guard let folder = arguments.first(where: Self.isFolder) else {
            guard base == nil, !hasCleanURLs, !external else {
                throw CommandFailure(.usage, "--base, --clean-urls and --external are for a folder")
            }
            return nil
        }
        guard arguments.count == 1 else {
            throw CommandFailure(.usage, "\(folder) is a folder, and a folder is checked by itself")
        }
        let site: FolderSite
        do throws(FolderSiteError) {
            site = try FolderSite(root: folder, base: base ?? FolderSite.defaultBase, cleanURLs: hasCleanURLs)
        } catch {
            throw CommandFailure(.usage, error.description)
        }
        try announce(site, folder, logger)
        return site
    }

    /// The name of the job that checks a folder: `check-public`, also where it is written as `.`.
    static func jobName(ofFolder path: String) -> String {
        guard let real = realpath(path, nil) else { return "check-folder" }
        defer { free(real) }
        return "check-\(String(cString: real).split(separator: "/").last ?? "root")"
    }

    /// Says what of the folder is not read.
    private func announce(_ site: FolderSite, _ folder: String, _ logger: Logger) throws {
        var pages = site.pages()
        var count = 0
        while pages.next() != nil { count += 1 }
        guard count > 0 else {
            throw CommandFailure(
                .usage,
                pages.markdownFiles == 0
                    ? "\(folder) has no HTML page"
                    : "\(folder) has no HTML page; Markdown is not read: make the pages, and check their folder"
            )
        }
        if pages.markdownFiles > 0 {
            let files = Wording.count(Int64(pages.markdownFiles), "file")
            logger.notice("\(folder): Markdown is not read (\(files)); check the HTML that is made of it")
        }
        for path in pages.unreadable.prefix(10) { logger.warning("\(folder): \(path) cannot be read") }
        if pages.unreadable.count > 10 {
            logger.warning(
                "\(folder): \(Wording.count(Int64(pages.unreadable.count - 10), "more folder")) cannot be read"
            )
        }
    }

    private static func isFolder(_ argument: String) -> Bool {
        var info = stat()
        return !argument.contains("://") && stat(argument, &info) == 0 && info.st_mode & S_IFMT == S_IFDIR
    }
}
