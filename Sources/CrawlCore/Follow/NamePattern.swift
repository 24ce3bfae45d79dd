/// A name in which `*` stands for any text, also none: `utm_*`.
struct NamePattern: Sendable, Equatable {
    private let pattern: [UInt8]

    /// - Parameter text: the pattern. Every character but `*` stands for itself.
    init(_ text: String) {
        pattern = Array(text.utf8)
    }

    /// Whether all of the name is what the pattern stands for, case included.
    func matches(_ name: Span<UInt8>) -> Bool {
        var at = 0
        var index = 0
        // Where the last star was, and what it stands for ends; only the last one ever has to be tried again.
        var star: (next: Int, end: Int)?
        while index < name.count {
            if at < pattern.count, pattern[at] == UInt8(ascii: "*") {
                star = (at + 1, index)
                at += 1
            } else if at < pattern.count, pattern[at] == name[index] {
                at += 1
                index += 1
            } else if let last = star {
                star = (last.next, last.end + 1)
                at = last.next
                index = last.end + 1
            } else {
                return false
            }
        }
        while at < pattern.count, pattern[at] == UInt8(ascii: "*") { at += 1 }
        return at == pattern.count
    }
}
