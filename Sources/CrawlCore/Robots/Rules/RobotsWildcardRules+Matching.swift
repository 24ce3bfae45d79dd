extension RobotsWildcardRules {
    /// Whether a rule matches a path, from its first byte on (RFC 9309, sections 2.2.2 and 2.2.3).
    ///
    /// - Parameter allowance: is lowered by the steps that it takes to find out.
    func matches(
        _ rule: RobotsRule, _ path: Span<UInt8>, _ pathIndex: RobotsPathIndex, allowance: inout Int
    ) -> Bool {
        allowance -= 12
        guard Int(rule.literalLength) <= path.count else { return false }
        let pattern = text.span.extracting(rule.pattern)
        let prefixLength = Int(rule.prefixLength)
        for index in 0..<prefixLength where pattern[index] != path[index] {
            allowance -= index
            return false
        }

        // What follows the last star of an anchored pattern must end the path.
        var patternEnd = pattern.count
        var pathEnd = path.count
        while rule.isAnchored, pattern[patternEnd - 1] != ASCII.star {
            patternEnd -= 1
            pathEnd -= 1
            guard pattern[patternEnd] == path[pathEnd] else { return false }
        }
        return finds(
            pattern.extracting(prefixLength + 1..<patternEnd), at: Int(rule.start) + prefixLength + 1,
            in: path.extracting(0..<pathEnd), from: prefixLength, pathIndex, allowance: &allowance)
    }

    /// Whether a path has the segments of a pattern, which stars separate, one after the other.
    ///
    /// The first place where a segment fits is as good as any, so that nothing is ever tried again. Within a segment it
    /// is the search of Knuth, Morris and Pratt, helped along by the index.
    ///
    /// - Parameters:
    ///   - start: where the segments are in the text.
    ///   - position: where in the path to begin.
    private func finds(
        _ segments: Span<UInt8>, at start: Int, in path: Span<UInt8>, from position: Int,
        _ pathIndex: RobotsPathIndex, allowance: inout Int
    ) -> Bool {
        var position = position
        var segment = 0
        var state = 0
        while state < segments.count {
            let wanted = segments[state]
            allowance -= 1
            if wanted == ASCII.star {
                state += 1
                segment = state
            } else if state > segment {
                guard position < path.count else { return false }
                if path[position] == wanted {
                    position += 1
                    state += 1
                } else {
                    state = segment + Int(failure[start + state - 1])
                    allowance -= 1
                }
            } else {
                if state + 1 < segments.count, segments[state + 1] != ASCII.star {
                    let next = segments[state + 1]
                    guard
                        let place = pathIndex.first(
                            wanted, next, in: path, from: position, allowance: &allowance)
                    else { return false }
                    position = place
                }
                let scanned = position
                while position < path.count, path[position] != wanted { position += 1 }
                allowance -= position - scanned
                guard position < path.count else { return false }
                position += 1
                state += 1
            }
        }
        return true
    }
}
