internal import CrawlCore

/// The URLs of all pages in a folder, one at a time and in the order of their names, folder by folder.
///
/// A page that is a folder's index has the URL of the folder, and where URLs are clean a page has none of its ending: links name them
/// so. Left out are names that begin with a dot, which no server means to publish (but for `.well-known`), and what is in folders that
/// symbolic links lead to: it is read where it lies. In memory are the names of pages and folders of one folder, and of those above
/// it.
package struct FolderPages: Sequence, IteratorProtocol {
    private let site: FolderSite
    private var levels: [Level]
    /// How many Markdown files were met. They are not read.
    package private(set) var markdownFiles = 0
    /// Folders that could not be read, as paths from the folder on.
    package private(set) var unreadable: [String] = []

    /// A folder, and what of it is still to come, the last first.
    private struct Level {
        let names: [[UInt8]]
        var left: [(name: [UInt8], isFolder: Bool)]
    }

    init(_ site: FolderSite) {
        self.site = site
        levels = []
        enter([])
    }

    /// The next URL; nil at the end.
    package mutating func next() -> String? {
        while let level = levels.last {
            guard let (name, isFolder) = levels[levels.count - 1].left.popLast() else {
                levels.removeLast()
                continue
            }
            let names = level.names + [name]
            if isFolder {
                enter(names)
            } else if let url = url(of: names) {
                return url
            }
        }
        return nil
    }

    private mutating func enter(_ folder: [[UInt8]]) {
        var left: [(name: [UInt8], isFolder: Bool)] = []
        var markdownFiles = 0
        let isRead = site.tree.forEachName(in: folder) { bytes, kind in
            let name = Array(bytes)
            guard name.first != UInt8(ascii: ".") || name.elementsEqual(".well-known".utf8) else {
                return true
            }
            let type = FileType(ofName: name)
            switch kind {
            case .folder: left.append((name, true))
            case .file where type.isHTML: left.append((name, false))
            case .file: if type.isMarkdown { markdownFiles += 1 }
            case .other:
                switch site.tree.entry(folder + [name]) {
                // Some file systems do not say what is a folder.
                case .folder where !site.tree.isSymbolicLink(folder + [name]): left.append((name, true))
                case .file where type.isHTML: left.append((name, false))
                default: break
                }
            }
            return true
        }
        self.markdownFiles += markdownFiles
        guard isRead else {
            unreadable.append(folder.map(URLPath.escaping).joined(separator: "/") + "/")
            return
        }
        // From behind, so that the first is taken off the end.
        left.sort { $1.name.lexicographicallyPrecedes($0.name) }
        levels.append(Level(names: folder, left: left))
    }

    private func url(of names: [[UInt8]]) -> String? {
        var names = names
        guard var last = names.popLast() else { return nil }
        if last.elementsEqual(FolderSite.indexName.utf8) {
            last = []
        } else if site.hasCleanURLs, last.count > FolderSite.pageEnding.count,
            last.suffix(FolderSite.pageEnding.count).elementsEqual(FolderSite.pageEnding)
        {
            last.removeLast(FolderSite.pageEnding.count)
        }
        let path = (names + [last]).map(URLPath.escaping).joined(separator: "/")
        return (try? WebURL(parsing: site.base.href + path))?.href
    }
}

extension FolderSite {
    /// The URLs of all its pages, whether anything links to them or not.
    package func pages() -> FolderPages { FolderPages(self) }
}
