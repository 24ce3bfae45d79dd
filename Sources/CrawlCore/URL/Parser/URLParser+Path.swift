// The states that read path, query and fragment (URL Standard, section 4.4).
extension URLParser {
    /// Begins after the authority.
    mutating func pathStartState(_ input: Span<UInt8>) {
        if isSlash(c(input)) {
            pointer += 1
            pathState(input)
        } else if url.specialScheme != nil {
            // A special URL always has a path, "/" at least.
            pathState(input)
        } else {
            // "c" is "?", "#" or the end: the authority ended at it.
            url.endPath()
            queryState(input)
        }
    }

    /// Begins at the first byte of a segment, and appends segments to the path that is there.
    mutating func pathState(_ input: Span<UInt8>) {
        while true {
            let start = pointer
            while pointer < input.count, !isSlash(input[pointer]), input[pointer] != ASCII.question,
                input[pointer] != ASCII.hash
            {
                pointer += 1
            }
            let segment = input.extracting(start..<pointer)
            let hasMore = isSlash(c(input))
            switch segment.dotCount {
            case 2:
                url.shortenPath()
                if !hasMore { url.appendEmptyPathSegment() }
            case 1:
                if !hasMore { url.appendEmptyPathSegment() }
            default:
                url.appendPathSegment(segment)
            }
            guard hasMore else { break }
            pointer += 1
        }
        url.endPath()
        queryState(input)
    }

    /// Begins after the scheme.
    mutating func opaquePathState(_ input: Span<UInt8>) {
        let start = pointer
        while let c = c(input), c != ASCII.question, c != ASCII.hash { pointer += 1 }
        // A space before the query or the fragment would be lost if either were removed.
        if pointer > start, pointer < input.count, input[pointer - 1] == ASCII.space {
            url.appendOpaquePath(input.extracting(start..<pointer - 1))
            url.appendEscapedSpace()
        } else {
            url.appendOpaquePath(input.extracting(start..<pointer))
        }
        url.endPath()
        queryState(input)
    }

    /// Begins at the question mark, or where it is missing.
    mutating func queryState(_ input: Span<UInt8>) {
        if c(input) == ASCII.question {
            let start = pointer + 1
            while let c = c(input), c != ASCII.hash { pointer += 1 }
            url.setQuery(input.extracting(start..<pointer))
        }
        fragmentState(input)
    }

    /// Begins at the hash sign, or at the end of the input.
    mutating func fragmentState(_ input: Span<UInt8>) {
        if c(input) == ASCII.hash {
            url.setFragment(input.extracting(pointer + 1..<input.count))
        }
    }
}

extension Span<UInt8> {
    /// 1 for a single-dot path segment, 2 for a double-dot one, 0 for any other; "%2e" counts as a dot (section 4.2).
    fileprivate var dotCount: Int {
        guard count <= 6, let first = dotLength(at: 0) else { return 0 }
        if first == count { return 1 }
        guard let second = dotLength(at: first) else { return 0 }
        return first + second == count ? 2 : 0
    }

    private func dotLength(at position: Int) -> Int? {
        guard position < count else { return nil }
        if self[position] == ASCII.dot { return 1 }
        guard position + 3 <= count else { return nil }
        return extracting(position..<position + 3).equalsIgnoringCase("%2e") ? 3 : nil
    }
}
