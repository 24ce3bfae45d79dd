/// The two ways to write the characters that only delimit what comes before a query.
///
/// RFC 9309 would have `/foo/bar?baz=https://foo.bar` compared as `/foo/bar?baz=https%3A%2F%2Ffoo.bar` (section 2.2.2,
/// table of examples). A rule that has one of them after its question mark stands for both.
enum RobotsQueryForm: CaseIterable {
    case escaped
    case plain
}

extension Span<UInt8> {
    /// Whether a normalised query is another in this form.
    func differs(from form: RobotsQueryForm) -> Bool {
        for index in 0..<count {
            switch form {
            case .escaped: if self[index].isQueryText { return true }
            case .plain: if escapedQueryText(at: index) != nil { return true }
            }
        }
        return false
    }

    /// The character that is escaped at an index, if it is one of those that have two forms.
    fileprivate func escapedQueryText(at index: Int) -> UInt8? {
        guard self[index] == ASCII.percent, let byte = escapedByte(at: index + 1), byte.isQueryText else {
            return nil
        }
        return byte
    }
}

extension [UInt8] {
    /// Appends a normalised query in a form.
    mutating func appendQuery(_ query: ArraySlice<UInt8>, in form: RobotsQueryForm) {
        let query = query.span
        var index = 0
        while index < query.count {
            let byte = query[index]
            if form == .escaped, byte.isQueryText {
                appendEscaped(byte)
            } else if form == .plain, let plain = query.escapedQueryText(at: index) {
                append(plain)
                index += 2
            } else {
                append(byte)
            }
            index += 1
        }
    }
}

extension UInt8 {
    /// Whether the byte is a delimiter of URLs that a query may hold as it is (RFC 3986, section 3.4).
    fileprivate var isQueryText: Bool {
        switch self {
        case ASCII.colon, ASCII.slash, ASCII.question, ASCII.at: true
        default: false
        }
    }
}
