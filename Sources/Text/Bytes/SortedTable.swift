/// A read-only map from byte strings to byte strings, kept in one static string.
///
/// The string holds `key=value` entries, sorted by the bytes of their keys, each followed by one space. Nothing is
/// built at start-up, and a look-up allocates nothing.
struct SortedTable {
    private let table: StaticString

    init(_ table: StaticString) { self.table = table }

    // Safe because a static string lives as long as the program.
    private var start: UnsafePointer<UInt8> { table.utf8Start }
    private var count: Int { table.utf8CodeUnitCount }

    /// Finds the value of a key by binary search.
    ///
    /// - Returns: The value's bytes, or nil where the table has no such key.
    func value(for key: some RandomAccessCollection<UInt8>) -> UnsafeBufferPointer<UInt8>? {
        var low = 0
        var high = count
        while low < high {
            var entry = (low + high) / 2
            while entry > low, start[entry - 1] != UInt8(ascii: " ") { entry -= 1 }
            let (order, end) = compare(key, at: entry)
            if order == 0 { return value(at: end) }
            if order < 0 {
                high = entry
            } else {
                low = end
                while low < high, start[low] != UInt8(ascii: " ") { low += 1 }
                low += 1
            }
        }
        return nil
    }

    /// Compares a key with that of the entry at a position: negative, zero or positive, and where the comparison ended.
    private func compare(_ key: some RandomAccessCollection<UInt8>, at entry: Int) -> (order: Int, end: Int) {
        var position = entry
        for byte in key {
            let other = start[position]
            if other == UInt8(ascii: "=") { return (1, position) }
            if byte != other { return (byte < other ? -1 : 1, position) }
            position += 1
        }
        return (start[position] == UInt8(ascii: "=") ? 0 : -1, position)
    }

    private func value(at equals: Int) -> UnsafeBufferPointer<UInt8> {
        var end = equals + 1
        while end < count, start[end] != UInt8(ascii: " ") { end += 1 }
        return UnsafeBufferPointer(start: start + equals + 1, count: end - equals - 1)
    }
}
