/// The pairs of a `Cookie` field (RFC 6265, section 4.2.1), whatever order they stand in.
package struct CookieField: Sendable, Equatable {
    private let pairs: Set<Substring>

    /// No cookies.
    package init() { pairs = [] }

    /// The pairs of fields, as they are sent: `a=1; b=2`.
    package init(_ values: some Sequence<String>) {
        var pairs = Set<Substring>()
        for value in values {
            for pair in value.split(separator: ";") {
                let name = pair.drop { $0 == " " || $0 == "\t" }
                if !name.isEmpty { pairs.insert(name) }
            }
        }
        self.pairs = pairs
    }
}
