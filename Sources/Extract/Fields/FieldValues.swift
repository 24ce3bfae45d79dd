internal import CrawlCore

/// The values of one field on one page, as JSON.
struct FieldValues {
    private let isMany: Bool
    private let room: Int
    private var text: [UInt8] = []
    private var count = 0
    private var isGivenUp = false

    /// - Parameter room: How many bytes there are for them.
    init(isMany: Bool, room: Int) {
        self.isMany = isMany
        self.room = room
    }

    /// The most values that are taken.
    var limit: Int { isMany ? FieldExtractor.matchLimit : 1 }

    /// Gives up all values, since finding them takes too long.
    mutating func giveUp() { isGivenUp = true }

    // Each of these adds a value and returns whether more are wanted.

    mutating func append(_ value: String) -> Bool { add { JSONText.append(value, .stored, to: &$0) } }

    /// Adds UTF-8 as a text, cut off where it is long; nil is a value that is missing.
    mutating func append(_ value: UnsafeRawBufferPointer?) -> Bool {
        add { output in
            guard let value else { return output.append(contentsOf: "null".utf8) }
            var end = min(value.count, FieldExtractor.valueLimit)
            while end > 0, end < value.count, value[end] & 0xC0 == 0x80 { end -= 1 }
            JSONText.append(UnsafeRawBufferPointer(rebasing: value[..<end]), .stored, to: &output)
        }
    }

    mutating func append(_ value: Double) -> Bool {
        add { output in
            if !value.isFinite {
                output.append(contentsOf: "null".utf8)
            } else if value == value.rounded(), abs(value) < 0x1p53 {
                output.append(contentsOf: String(Int(value)).utf8)
            } else {
                output.append(contentsOf: "\(value)".utf8)
            }
        }
    }

    mutating func append(_ value: Bool) -> Bool { add { $0.append(contentsOf: "\(value)".utf8) } }

    /// Adds a value that is JSON already.
    mutating func append(json value: UnsafeRawBufferPointer) -> Bool {
        guard value.count <= room else {
            isGivenUp = true
            return false
        }
        return add { JSONString.append(json: value, to: &$0) }
    }

    private mutating func add(_ append: (inout [UInt8]) -> Void) -> Bool {
        guard count < limit, !isGivenUp else { return false }
        if count > 0 { text.append(UInt8(ascii: ",")) }
        append(&text)
        count += 1
        if text.count + 2 > room { isGivenUp = true }
        return count < limit && !isGivenUp
    }

    /// Adds the values to a result.
    func append(to result: inout [UInt8]) {
        if isGivenUp || count == 0 {
            result.append(contentsOf: "null".utf8)
        } else if isMany {
            result.append(UInt8(ascii: "["))
            result.append(contentsOf: text)
            result.append(UInt8(ascii: "]"))
        } else {
            result.append(contentsOf: text)
        }
    }
}
