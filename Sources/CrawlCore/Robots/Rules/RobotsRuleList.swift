/// Rules as they are found in a file, their patterns one behind the other.
struct RobotsRuleList {
    private(set) var text: [UInt8] = []
    private(set) var rules: [RobotsRule] = []

    /// Adds the rule of an allow or disallow line.
    ///
    /// - Parameter value: the path as it is written, without white space around it.
    mutating func add(_ value: Span<UInt8>, isAllow: Bool, line: Int) {
        // An empty pattern matches nothing, and no path begins with anything but a slash.
        guard !value.isEmpty, value[0] == ASCII.slash || value[0] == ASCII.star else { return }
        let isAnchored = value[value.count - 1] == ASCII.dollar
        let path = isAnchored ? value.extracting(0..<value.count - 1) : value
        append(path, isAnchored: isAnchored, isAllow: isAllow, line: line)

        // A rule that allows "/a/index.html" allows "/a/" too, as in Google's robots.cc.
        if isAllow, let slash = value.lastSlash,
            value.extracting((slash + 1)...).starts(with: "index.htm")
        {
            append(value.extracting(0...slash), isAnchored: true, isAllow: true, line: line)
        }
    }

    private mutating func append(_ path: Span<UInt8>, isAnchored: Bool, isAllow: Bool, line: Int) {
        let start = text.count
        var octets = text.appendNormalizedForRobots(path, keepingStars: true)
        var isAnchored = isAnchored
        if isAnchored { octets += 1 }
        if text.count > start, text[text.count - 1] == ASCII.star {
            // Whatever follows, a star at the end takes it all.
            text.removeLast()
            isAnchored = false
        }
        let rank = UInt32(octets) << 1 | (isAllow ? 1 : 0)
        appendRule(from: start, rank: rank, isAnchored: isAnchored, line: line)

        guard let query = text[start...].firstIndex(of: ASCII.question) else { return }
        let end = text.count
        for form in RobotsQueryForm.allCases where text.span.extracting(query + 1..<end).differs(from: form) {
            let formStart = text.count
            text.append(contentsOf: text[start...query])
            text.appendQuery(text[query + 1..<end], in: form)
            appendRule(from: formStart, rank: rank, isAnchored: isAnchored, line: line)
        }
    }

    /// Appends the rule whose pattern is the text from `start` on.
    private mutating func appendRule(from start: Int, rank: UInt32, isAnchored: Bool, line: Int) {
        var stars = 0
        var prefixLength = text.count - start
        for index in start..<text.count where text[index] == ASCII.star {
            if stars == 0 { prefixLength = index - start }
            stars += 1
        }
        rules.append(
            RobotsRule(
                rank: rank, line: UInt32(line), start: UInt32(start), length: UInt16(text.count - start),
                prefixLength: UInt16(prefixLength), literalLength: UInt16(text.count - start - stars),
                isAnchored: isAnchored))
    }
}

extension Span<UInt8> {
    fileprivate var lastSlash: Int? {
        var index = count
        while index > 0 {
            index -= 1
            if self[index] == ASCII.slash { return index }
        }
        return nil
    }
}
