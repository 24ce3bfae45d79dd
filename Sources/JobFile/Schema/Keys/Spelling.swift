/// Finds the known word that a misspelled one is meant to be.
package enum Spelling {
    /// The known word that takes the fewest edits, nil where none is near: a third of the letters may differ.
    package static func nearest(to word: String, in known: [String]) -> String? {
        let limit = max(1, word.utf8.count / 3)
        // Beyond any known word's length there is nothing to find, and the distance is quadratic.
        guard word.utf8.count <= 64 else { return nil }
        let word = Array(word.lowercased().utf8)
        return
            known
            .map { (name: $0, distance: distance(word, Array($0.utf8))) }
            .filter { $0.distance <= limit }
            .min { $0.distance < $1.distance }?
            .name
    }

    /// Letters to insert, remove, replace or swap with their neighbour (optimal string alignment).
    static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...b.count)
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices {
                var best = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                    best = min(best, beforeLast[j - 1] + 1)
                }
                row.append(best)
            }
            (beforeLast, last) = (last, row)
        }
        return last[b.count]
    }
}
