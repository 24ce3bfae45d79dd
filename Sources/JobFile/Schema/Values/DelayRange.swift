internal import CrawlCore

/// The delay between two starts as job files write it.
enum DelayRange {
    /// The delay as job files write it.
    static func written(_ least: Duration, _ spread: Duration) -> String {
        spread > .zero ? "\(least.jobFileText)..\((least + spread).jobFileText)" : least.jobFileText
    }

    /// Reads a duration, or the bounds between which each is chosen: `1s..3s`.
    static func read(_ cursor: Cursor) throws(JobFileError) -> (least: Duration, spread: Duration) {
        let word = try cursor.word() ?? ""
        guard let dots = word.firstRange(of: "..") else { return (try cursor.duration(), .zero) }
        let bounds = [String(word[..<dots.lowerBound]), String(word[dots.upperBound...])]
        var durations: [Duration] = []
        for bound in bounds {
            do throws(DurationTextError) {
                durations.append(try Duration(jobFileText: bound))
            } catch {
                throw cursor.failure("\(cursor.found): \"\(bound)\" \(error.message)")
            }
        }
        guard durations[0] <= durations[1] else {
            throw cursor.failure("\(cursor.found) ends before it begins; write \(bounds[1])..\(bounds[0])")
        }
        return (durations[0], durations[1] - durations[0])
    }
}
