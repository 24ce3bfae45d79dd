internal import TrawlText

/// The candidates of an image, by the HTML Standard's steps to parse a `srcset` attribute (§4.8.4.2.2).
package struct Srcset: Equatable, Sendable {
    /// The most candidates that are read.
    package static let limit = 1_000

    /// The URLs of the candidates, as they are written. One whose descriptors are not valid is left out, as browsers do.
    package private(set) var urls: [String] = []
    /// Whether there are more candidates than are read.
    package private(set) var isCutShort = false

    private typealias Bytes = Substring.UTF8View

    /// Reads a value whose references are resolved.
    package init(_ value: String) {
        var rest = value.utf8[...]
        while true {
            rest = rest.drop { $0.isASCIIWhitespace || $0 == UInt8(ascii: ",") }
            guard !rest.isEmpty else { return }
            guard urls.count < Self.limit else {
                isCutShort = true
                return
            }
            var url = rest.prefix { !$0.isASCIIWhitespace }
            rest = rest[url.endIndex...]
            if url.last == UInt8(ascii: ",") {
                while url.last == UInt8(ascii: ",") { url = url.dropLast() }
            } else if !Self.areValid(Self.takeDescriptors(&rest)) {
                continue
            }
            urls.append(String(Substring(url)))
        }
    }

    /// Takes the descriptors up to a comma that is not in parentheses.
    private static func takeDescriptors(_ rest: inout Bytes) -> [Bytes] {
        var descriptors: [Bytes] = []
        rest = rest.drop(while: \.isASCIIWhitespace)
        var start = rest.startIndex
        var depth = 0
        var position = start
        func end() {
            // No candidate that is valid has more than two.
            if position > start, descriptors.count < 4 { descriptors.append(rest[start..<position]) }
        }
        while position < rest.endIndex {
            let byte = rest[position]
            let next = rest.index(after: position)
            if depth > 0 {
                if byte == UInt8(ascii: ")") { depth = 0 }
            } else if byte == UInt8(ascii: "(") {
                depth = 1
            } else if byte == UInt8(ascii: ",") {
                end()
                rest = rest[next...]
                return descriptors
            } else if byte.isASCIIWhitespace {
                end()
                start = next
            }
            position = next
        }
        end()
        rest = rest[position...]
        return descriptors
    }

    /// Whether a candidate with these descriptors is one.
    private static func areValid(_ descriptors: [Bytes]) -> Bool {
        var hasWidth = false
        var hasDensity = false
        var hasHeight = false
        for descriptor in descriptors {
            let number = descriptor.dropLast()
            switch descriptor.last {
            case UInt8(ascii: "w"):
                guard !hasWidth, !hasDensity, isPositiveInteger(number) else { return false }
                hasWidth = true
            case UInt8(ascii: "x"):
                guard !hasWidth, !hasDensity, !hasHeight, isDensity(number) else { return false }
                hasDensity = true
            case UInt8(ascii: "h"):
                guard !hasHeight, !hasDensity, isPositiveInteger(number) else { return false }
                hasHeight = true
            default: return false
            }
        }
        return !hasHeight || hasWidth
    }

    private static func isPositiveInteger(_ number: Bytes) -> Bool {
        !number.isEmpty && number.allSatisfy(\.isASCIIDigit) && number.contains { $0 != UInt8(ascii: "0") }
    }

    /// Whether a text is a valid floating-point number (HTML Standard, §2.3.4.3) that is not negative.
    private static func isDensity(_ number: Bytes) -> Bool {
        var rest = number
        if rest.first == UInt8(ascii: "-") {
            // Only -0 is not negative.
            guard number.allSatisfy({ "-0.".utf8.contains($0) }) else { return false }
            rest = rest.dropFirst()
        }
        let whole = rest.prefix(while: \.isASCIIDigit)
        rest = rest.dropFirst(whole.count)
        var hasDigits = !whole.isEmpty
        if rest.first == UInt8(ascii: ".") {
            let fraction = rest.dropFirst().prefix(while: \.isASCIIDigit)
            guard !fraction.isEmpty else { return false }
            rest = rest.dropFirst(fraction.count + 1)
            hasDigits = true
        }
        if let first = rest.first, first | 0x20 == UInt8(ascii: "e") {
            rest = rest.dropFirst()
            if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
            guard !rest.isEmpty else { return false }
            rest = rest.drop(while: \.isASCIIDigit)
        }
        return hasDigits && rest.isEmpty
    }
}
