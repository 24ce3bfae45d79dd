/// What a page asks of crawlers that have read it, in its `X-Robots-Tag` fields or its `<meta name="robots">`.
///
/// No standard says how they are written; these are the forms that Google documents, "Robots meta tag, data-nosnippet,
/// and X-Robots-Tag specifications". Directives that are about the presentation of search results are not read.
package struct RobotsDirectives: OptionSet, Sendable {
    /// The directives, one bit each.
    package let rawValue: UInt8

    /// Takes the bits as they are.
    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// The page is not to be kept: `noindex`, or `none`.
    package static let noindex = RobotsDirectives(rawValue: 1)

    /// The page's links are not to be followed: `nofollow`, or `none`.
    package static let nofollow = RobotsDirectives(rawValue: 2)

    // Said in full: the protocol's own are not specialised in other modules, as this type is not public.

    /// Whether there are none.
    package var isEmpty: Bool { rawValue == 0 }

    /// Whether all of some others are among these.
    package func contains(_ others: RobotsDirectives) -> Bool {
        rawValue & others.rawValue == others.rawValue
    }

    /// Adds others.
    package mutating func formUnion(_ others: RobotsDirectives) {
        self = RobotsDirectives(rawValue: rawValue | others.rawValue)
    }

    /// Takes what the value of an `X-Robots-Tag` field says to a crawler. A response may have several; all count.
    ///
    /// - Parameters:
    ///   - fieldValue: such as `noindex, nofollow`, or `otherbot: noindex`, where a name holds for what follows it up
    ///     to the next name.
    ///   - productToken: the crawler's name, as for ``RobotsTxt``.
    package init(fieldValue: Span<UInt8>, productToken: String) {
        self.init(elements: fieldValue, productToken: productToken)
    }

    /// Takes what the `content` of a `<meta>` element says that is named `robots`, or as the crawler is.
    package init(metaContent: Span<UInt8>) {
        self.init(elements: metaContent, productToken: nil)
    }

    /// The directives of a list that commas separate; its elements may begin with a crawler's name where there is a
    /// product token to compare it to.
    private init(elements: Span<UInt8>, productToken: String?) {
        self = []
        var isAddressed = true
        var index = 0
        while index < elements.count {
            var end = index
            while end < elements.count, elements[end] != ASCII.comma { end += 1 }
            var element = index..<end
            index = end + 1

            if let colon = elements.firstColon(in: element) {
                let name = elements.extracting(elements.trimmed(element.lowerBound..<colon))
                if name.isValuedDirective { continue }
                if let productToken, name.isAgentName {
                    isAddressed = name.equals("*") || name.equalsIgnoringCase(productToken)
                    element = colon + 1..<element.upperBound
                }
            }
            if isAddressed { formUnion(RobotsDirectives(words: elements.extracting(element))) }
        }
    }

    /// The directives among words that white space or semicolons separate.
    private init(words: Span<UInt8>) {
        self = []
        var index = 0
        while index < words.count {
            var end = index
            while end < words.count, !words[end].separatesWords { end += 1 }
            let word = words.extracting(index..<end)
            index = end + 1

            if word.equalsIgnoringCase("noindex") {
                insert(.noindex)
            } else if word.equalsIgnoringCase("nofollow") {
                insert(.nofollow)
            } else if word.equalsIgnoringCase("none") {
                formUnion([.noindex, .nofollow])
            }
        }
    }
}

extension Span<UInt8> {
    fileprivate func firstColon(in range: Range<Int>) -> Int? {
        for index in range where self[index] == ASCII.colon { return index }
        return nil
    }

    /// Whether a colon after it begins a value: `unavailable_after: 25 Jun 2010 15:00:00 PST`, `max-snippet: -1`.
    fileprivate var isValuedDirective: Bool {
        equalsIgnoringCase("unavailable_after") || startsIgnoringCase("max-")
    }

    /// Whether it may be a crawler's name. What is left of a date's comma, "25 Jun 2010 15:00:00 GMT", begins with a
    /// digit, and is more than one word.
    fileprivate var isAgentName: Bool {
        if equals("*") { return true }
        guard !isEmpty, !self[0].isASCIIDigit else { return false }
        for index in 0..<count where self[index].separatesWords { return false }
        return true
    }
}

extension UInt8 {
    fileprivate var separatesWords: Bool { isASCIIWhitespace || self == UInt8(ascii: ";") }
}

extension ASCII {
    fileprivate static let comma = UInt8(ascii: ",")
}
