extension Cursor {
    /// A number of bytes such as `10MiB`, `1.5GB`, `100B` or `1000`.
    func byteCount() throws(JobFileError) -> Int64 {
        guard let word = try word(), let quantity = Quantity(word), let unit = Self.bytes(of: quantity.unit)
        else {
            throw failure(
                "\(found) is not a size; write bytes, or a number with KiB, MiB or GiB, for example 10MiB")
        }
        guard let value = quantity.multiplied(by: unit), value <= Self.largestByteCount else {
            throw failure("\(found) is not a whole number of bytes up to 1024 TiB; write one that is")
        }
        return value
    }

    /// Far more than anything is, and little enough that sums of such numbers do not overflow.
    private static var largestByteCount: Int64 { 1 << 50 }

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
