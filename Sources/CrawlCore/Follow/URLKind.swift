/// The kinds of URLs that traps are made of. Each kind has a key that is the same for all URLs of a host that differ
/// only in a session id or in a date, or that lie below the same folder; nil where the URL is not of that kind.
struct URLKind {
    /// The URL without its session id.
    private(set) var session: UInt64?
    /// The URL without its date; a URL with another number is not of this kind, since it may be an article of that
    /// day.
    private(set) var date: UInt64?
    /// The folder at the top of the host below which the URL lies, ``deep`` folders down or more.
    private(set) var deepFolder: UInt64?

    /// How many folders deep a URL must lie to be of this kind.
    static let deep = 6

    init(_ url: WebURL) {
        let bytes = url.href.utf8.span
        let pathStart = Int(url.offsets.pathStart)
        let queryStart = Int(url.offsets.queryStart)
        let end = Int(url.offsets.fragmentStart)
        var top = KeyedHash()
        top.combine(bytes.extracting(0..<pathStart))

        var folders = -1
        var topFolder = top
        for index in pathStart..<queryStart {
            if bytes[index] == ASCII.slash { folders += 1 }
            if folders == 0 { topFolder.combine(bytes[index]) }
        }
        if folders >= Self.deep { deepFolder = Self.key(topFolder, 1) }
        date = Self.dateKey(bytes.extracting(pathStart..<end), top)
        session = Self.sessionKey(bytes, from: pathStart, to: end, top)
    }

    /// Keys of different kinds are never the same.
    private static func key(_ hash: KeyedHash, _ kind: UInt16) -> UInt64 {
        var hash = hash
        hash.end(with: kind)
        return hash.value
    }
}

// MARK: - Dates

extension URLKind {
    /// The key of path and query where their only numbers are those of a date: a year and a month, perhaps a day, or six or eight
    /// digits together. Digits behind a letter or a point, as in `python3.11`, are text.
    private static func dateKey(_ text: Span<UInt8>, _ top: KeyedHash) -> UInt64? {
        var hash = top
        var numbers = 0
        var isDate = true
        var index = 0
        while index < text.count {
            guard text[index].isASCIIDigit else {
                hash.combine(text[index])
                index += 1
                continue
            }
            let isText = index > 0 && (text[index - 1].isASCIIAlpha || text[index - 1] == ASCII.dot)
            if isText {
                while index < text.count, text[index].isASCIIDigit {
                    hash.combine(text[index])
                    index += 1
                }
                continue
            }
            let start = index
            var value = 0
            while index < text.count, text[index].isASCIIDigit, index - start < 9 {
                value = value * 10 + Int(text[index] - ASCII.zero)
                index += 1
            }
            guard isPart(numbers, of: &isDate, value: value, digits: index - start) else { return nil }
            numbers += 1
            hash.combine(0)
        }
        return numbers > 0 && isDate ? key(hash, 2) : nil
    }

    /// Whether a number can be the first, second or third of a date.
    /// - Parameter isDate: becomes whether the numbers so far are a date.
    private static func isPart(_ place: Int, of isDate: inout Bool, value: Int, digits: Int) -> Bool {
        switch (place, digits) {
        case (0, 4):
            isDate = false
            return isYear(value)
        case (0, 6):
            isDate = true
            return isYear(value / 100) && isMonth(value % 100)
        case (0, 8):
            isDate = true
            return isYear(value / 10_000) && isMonth(value / 100 % 100) && isDay(value % 100)
        case (1, 1...2) where !isDate:
            isDate = true
            return isMonth(value)
        case (2, 1...2):
            return isDay(value)
        default:
            return false
        }
    }

    private static func isYear(_ value: Int) -> Bool { (1000...9999).contains(value) }
    private static func isMonth(_ value: Int) -> Bool { (1...12).contains(value) }
    private static func isDay(_ value: Int) -> Bool { (1...31).contains(value) }
}

// MARK: - Session ids

extension URLKind {
    /// Names of parameters, of the query and of the path, that session ids have: those that Heritrix strips
    /// (StripSessionIDs, StripSessionCFIDs) and those of common shops. In lower case.
    private static let sessionNames: [StaticString] = [
        "sid", "sessionid", "session_id", "session", "sess", "phpsessid", "jsessionid", "cfid", "cftoken",
        "oscsid", "zenid",
    ]

    /// The key of the URL without the values of such parameters; nil where it has none.
    private static func sessionKey(
        _ bytes: Span<UInt8>, from start: Int, to end: Int, _ top: KeyedHash
    ) -> UInt64? {
        var hash = top
        var hasSession = false
        var index = start
        while index < end {
            let byte = bytes[index]
            hash.combine(byte)
            index += 1
            guard byte == UInt8(ascii: "?") || byte == UInt8(ascii: "&") || byte == UInt8(ascii: ";") else {
                continue
            }
            let nameStart = index
            while index < end, bytes[index] != UInt8(ascii: "="), !isDelimiter(bytes[index]) { index += 1 }
            let name = bytes.extracting(nameStart..<index)
            hash.combine(name)
            guard index < end, bytes[index] == UInt8(ascii: "="), isSessionName(name) else { continue }
            hasSession = true
            while index < end, !isDelimiter(bytes[index]) { index += 1 }
        }
        return hasSession ? key(hash, 3) : nil
    }

    private static func isDelimiter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "?"), UInt8(ascii: "&"), UInt8(ascii: ";"), ASCII.slash: true
        default: false
        }
    }

    private static func isSessionName(_ name: Span<UInt8>) -> Bool {
        for known in sessionNames where name.equalsIgnoringCase(known) { return true }
        // Eight letters follow.
        return name.count == 20 && name.extracting(0..<12).equalsIgnoringCase("aspsessionid")
    }
}
