/// Recognises links into endless sets of URLs. The rule looks only at the URL and its depth, so that a resumed run
/// judges as it did before the kill.
///
/// ``TrapCounts`` finds the traps that only counting shows.
package struct TrapRule: Sendable, Equatable {
    private let limits: JobSpec.TrapLimits

    /// The rule of a job.
    package init(_ limits: JobSpec.TrapLimits) {
        self.limits = limits
    }

    /// Whether a link is to be skipped as a trap.
    ///
    /// - Parameter depth: Links from the job's own URLs to this one.
    package func isTrap(_ url: WebURL, depth: Int) -> Bool {
        if limits.hops > 0, depth > limits.hops { return true }
        let path = url.href.utf8.span.extracting(Int(url.offsets.pathStart)..<Int(url.offsets.queryStart))

        var folders = PathFolders()
        var start = 1
        for index in 1..<max(1, path.count) where path[index] == ASCII.slash {
            folders.append(path.extracting(start..<index))
            start = index + 1
        }
        // As many as there are slashes, the first one included.
        if limits.segments > 0, folders.total + 1 > limits.segments { return true }
        return limits.repeats > 0 && folders.repeats(moreThan: limits.repeats)
    }
}

/// The folders of a path, as hashes.
private struct PathFolders {
    /// The hashes of the first folders; the others are not compared.
    private var hashes = InlineArray<48, UInt64>(repeating: 0)
    private var count = 0
    /// How many there are.
    private(set) var total = 0

    mutating func append(_ folder: Span<UInt8>) {
        total += 1
        guard count < hashes.count else { return }
        var hash = KeyedHash()
        hash.combine(folder)
        hashes[count] = hash.value
        count += 1
    }

    /// Whether a series of folders follows itself more than so many times (Heritrix's PathologicalPathDecideRule:
    /// `/a/b/a/b/a/b/`), or a folder comes back after each other one (Nutch's regex-urlfilter: `/a/x/a/y/a/`).
    func repeats(moreThan limit: Int) -> Bool {
        guard count > limit else { return false }
        for period in 1...count where period * limit < count {
            // How many folders in a row are the same as the one a period before.
            var run = 0
            for index in period..<count {
                run = hashes[index] == hashes[index - period] ? run + 1 : 0
                if run == period * limit { return true }
            }
        }
        guard count > 2 * limit else { return false }
        for first in 0..<count - 2 * limit {
            var times = 1
            while times <= limit, hashes[first + 2 * times] == hashes[first] { times += 1 }
            if times > limit { return true }
        }
        return false
    }
}
