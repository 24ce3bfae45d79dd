/// A number with a unit behind it, such as `1.5h`.
struct Quantity {
    /// The digits without the point; `Int64.max` where they are more than fit.
    private let digits: Int64
    /// The power of ten that ``digits`` is to be divided by.
    private let divisor: Int64
    /// What follows the number.
    let unit: Substring

    /// Splits a text; nil where it does not begin with a number.
    init?(_ text: String) {
        var digits: Int64 = 0
        var divisor: Int64 = 1
        var hasPoint = false
        var last: UInt8 = 0
        var rest = text[...].utf8
        scan: while let byte = rest.first {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                let (tens, tooMany) = digits.multipliedReportingOverflow(by: 10)
                let (sum, tooMuch) = tens.addingReportingOverflow(Int64(byte - UInt8(ascii: "0")))
                digits = tooMany || tooMuch ? .max : sum
                if hasPoint {
                    guard divisor < 1_000_000_000 else { return nil }
                    divisor *= 10
                }
            case UInt8(ascii: ".") where !hasPoint && last != 0:
                hasPoint = true
            default:
                break scan
            }
            last = byte
            rest.removeFirst()
        }
        guard last != 0, last != UInt8(ascii: ".") else { return nil }
        self.digits = digits
        self.divisor = divisor
        self.unit = Substring(rest)
    }

    /// Whether the number is zero.
    var isZero: Bool { digits == 0 }

    /// The number in a unit of which one is `scale`; nil where that is not whole or does not fit.
    func multiplied(by scale: Int64) -> Int64? {
        let (product, overflow) = digits.multipliedReportingOverflow(by: scale)
        guard !overflow, digits != .max, product % divisor == 0 else { return nil }
        return product / divisor
    }
}
