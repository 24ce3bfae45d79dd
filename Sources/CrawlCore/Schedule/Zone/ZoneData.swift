/// What the tz database says of a zone: when its clocks were changed, and the rule by which they go on.
package struct ZoneData: TimeZoneOffsets, Equatable {
    /// Instants of changes in seconds since 1970, rising.
    private let changes: [Int64]
    /// Seconds east of UTC from each change on.
    private let offsets: [Int64]
    /// Seconds east of UTC before the first change.
    private let first: Int64
    /// What holds after the last change; nil where that one's offset stays.
    private let rule: ZoneRule?

    /// A zone that has always gone by a rule.
    package init(rule: ZoneRule) {
        changes = []
        offsets = []
        first = rule.standard
        self.rule = rule
    }

    /// The zone of a file of the tz database (TZif: RFC 9636, of any version).
    ///
    /// Nil for anything else, and for a file that counts leap seconds, by which no clock of a computer goes.
    package init?(file: some Collection<UInt8>) {
        let bytes = Array(file)
        guard let old = Header(bytes, at: 0) else { return nil }
        // Since version 2 what counts comes after a part with instants of 32 bits.
        guard old.version >= 2 else {
            guard let table = Table(bytes, old, width: 4) else { return nil }
            self.init(table, rule: nil)
            return
        }
        guard let header = Header(bytes, at: old.end(width: 4)),
            let table = Table(bytes, header, width: 8)
        else { return nil }
        let end = header.end(width: 8)
        guard end < bytes.count, bytes[end] == 0x0a,
            let last = bytes[(end + 1)...].firstIndex(of: 0x0a)
        else { return nil }
        let footer = String(decoding: bytes[(end + 1)..<last], as: UTF8.self)
        guard !footer.isEmpty else {
            self.init(table, rule: nil)
            return
        }
        guard let rule = ZoneRule(parsing: footer) else { return nil }
        self.init(table, rule: rule)
    }

    private init(_ table: Table, rule: ZoneRule?) {
        changes = table.changes
        offsets = table.offsets
        first = table.first
        self.rule = rule
    }

    /// Seconds east of UTC at an instant, in seconds since 1970.
    package func offset(at instant: Int64) -> Int64 {
        var low = 0
        var high = changes.count
        while low < high {
            let middle = (low + high) / 2
            if changes[middle] <= instant { low = middle + 1 } else { high = middle }
        }
        if low == changes.count, let rule { return rule.offset(at: instant) }
        return low == 0 ? first : offsets[low - 1]
    }

    /// The sizes of what follows a header.
    private struct Header {
        let start: Int
        let version: Int
        let leaps: Int
        let changes: Int
        let types: Int
        private let standardFlags: Int
        private let universalFlags: Int
        private let characters: Int

        init?(_ bytes: [UInt8], at start: Int) {
            guard start >= 0, bytes.count - start >= 44, bytes[start..<start + 4].elementsEqual("TZif".utf8)
            else { return nil }
            self.start = start
            let mark = bytes[start + 4]
            version = mark == 0 ? 1 : Int(mark) - 0x30
            func number(_ index: Int) -> Int {
                let at = start + 20 + index * 4
                return bytes[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
            }
            universalFlags = number(0)
            standardFlags = number(1)
            leaps = number(2)
            changes = number(3)
            types = number(4)
            characters = number(5)
        }

        /// Where the part ends.
        ///
        /// - Parameter width: bytes of an instant.
        func end(width: Int) -> Int {
            start + 44 + changes * (width + 1) + types * 6 + characters + leaps * (width + 4)
                + standardFlags + universalFlags
        }
    }

    /// The changes of a part.
    private struct Table {
        let changes: [Int64]
        let offsets: [Int64]
        let first: Int64

        init?(_ bytes: [UInt8], _ header: Header, width: Int) {
            guard header.types > 0, header.leaps == 0, header.end(width: width) <= bytes.count else {
                return nil
            }
            let instants = header.start + 44
            let indexes = instants + header.changes * width
            let types = indexes + header.changes
            func number(at index: Int, _ width: Int) -> Int64 {
                let bits = bytes[index..<index + width].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
                return width == 4 ? Int64(Int32(truncatingIfNeeded: bits)) : Int64(bitPattern: bits)
            }
            func offset(_ type: Int) -> Int64 { number(at: types + type * 6, 4) }
            changes = (0..<header.changes).map { number(at: instants + $0 * width, width) }
            let kinds = bytes[indexes..<types].map { Int($0) }
            guard kinds.allSatisfy({ $0 < header.types }),
                zip(changes, changes.dropFirst()).allSatisfy({ $0 < $1 })
            else { return nil }
            offsets = kinds.map(offset)
            // RFC 9636, section 3.2: the first type is that of all times before the first change.
            first = offset(0)
        }
    }
}
