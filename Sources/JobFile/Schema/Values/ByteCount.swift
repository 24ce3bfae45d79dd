/// A number of bytes as job files write it.
enum ByteCount {
    /// Reads a number of bytes such as `10MiB`, `1.5GB`, `100B` or `1000`.
    static func read(_ cursor: Cursor) throws(JobFileError) -> Int64 {
        guard let word = try cursor.word(), let quantity = Quantity(word), let unit = bytes(of: quantity.unit)
        else {
            throw cursor.failure(
                "\(cursor.found) is not a size; write \(ValueHint.size)")
        }
        guard let value = quantity.multiplied(by: unit), value <= largest else {
            throw cursor.failure(
                "\(cursor.found) is not a whole number of bytes up to 1024 TiB; write one that is")
        }
        return value
    }

    /// The number of bytes with the largest unit that divides it.
    static func written(_ count: Int64) -> DocumentNode {
        let zeros = count > 0 ? count.trailingZeroBitCount : 0
        if zeros >= 30 { return .word("\(count >> 30)GiB") }
        if zeros >= 20 { return .word("\(count >> 20)MiB") }
        if zeros >= 10 { return .word("\(count >> 10)KiB") }
        return .number(count)
    }

    /// Larger than any real limit, and small enough that sums do not overflow.
    private static var largest: Int64 { 1 << 50 }

    /// IEC 80000-13's powers of 1024 and SI's of 1000.
    private static func bytes(of unit: Substring) -> Int64? {
        switch unit {
        case "", "B": 1
        case "kB", "KB": 1000
        case "MB": 1_000_000
        case "GB": 1_000_000_000
        case "TB": 1_000_000_000_000
        case "KiB": 1 << 10
        case "MiB": 1 << 20
        case "GiB": 1 << 30
        case "TiB": 1 << 40
        default: nil
        }
    }
}
