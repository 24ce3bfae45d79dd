internal import CrawlCore

/// The values of one field on one page, as JSON.
struct FieldValues {
    private let isMany: Bool
    private let room: Int
    private let conversion: ValueConversion?
    private var text: [UInt8] = []
    private var count = 0
    private var isGivenUp = false
    /// Why a value is null although something was found, for people; nil where none is.
    private(set) var mistake: String?

    /// - Parameters:
    ///   - room: How many bytes there are for them.
    ///   - conversion: What they are made into; nil where they stay as they are.
    init(isMany: Bool, room: Int, conversion: ValueConversion? = nil) {
        self.isMany = isMany
        self.room = room
        self.conversion = conversion
    }

    /// The most values that are taken.
    var limit: Int { isMany ? FieldExtractor.matchLimit : 1 }
    /// Whether nothing was found.
    var isEmpty: Bool { count == 0 }

    /// Gives up all values.
    ///
    /// - Parameter reason: Why, after the name of the field.
    mutating func giveUp(_ reason: String) {
        isGivenUp = true
        mistake = reason
    }

    // Each of these adds a value and returns whether more are wanted.

    mutating func append(_ value: String) -> Bool {
        guard let conversion else { return add { JSONText.append(value, .stored, to: &$0) } }
        return add(converted: conversion.json(value))
    }

    /// Adds UTF-8 as a text, cut off where it is long; nil is a value that is missing.
    mutating func append(_ value: UnsafeRawBufferPointer?) -> Bool {
        guard let value else { return addNull() }
        var end = min(value.count, FieldExtractor.valueLimit)
        while end > 0, end < value.count, value[end] & 0xC0 == 0x80 { end -= 1 }
        let text = UnsafeRawBufferPointer(rebasing: value[..<end])
        guard let conversion else { return add { JSONText.append(text, .stored, to: &$0) } }
        return add(converted: conversion.json(String(decoding: text, as: UTF8.self)))
    }

    mutating func append(_ value: Double) -> Bool {
        guard value.isFinite else { return addNull() }
        let isWhole = value == value.rounded() && abs(value) < 0x1p53
        let text = isWhole ? String(Int(value)) : "\(value)"
        if let conversion { return add(converted: conversion.json(number: text)) }
        return add { $0.append(contentsOf: text.utf8) }
    }

    mutating func append(_ value: Bool) -> Bool {
        if conversion != nil { return add(converted: nil) }
        return add { $0.append(contentsOf: "\(value)".utf8) }
    }

    /// Adds a value that is JSON already.
    mutating func append(json value: UnsafeRawBufferPointer) -> Bool {
        guard let conversion else {
            guard value.count <= room else {
                giveUp("does not fit")
                return false
            }
            return add { JSONString.append(json: value, to: &$0) }
        }
        switch value.first {
        case UInt8(ascii: "n"): return addNull()
        case UInt8(ascii: "\""):
            let inside = value[1..<(value.count - 1)].prefix(FieldExtractor.valueLimit)
            return add(converted: conversion.json(String(JSONString.unescaped(inside))))
        case .some(let byte) where byte.isOfNumber:
            return add(converted: conversion.json(number: String(decoding: value, as: UTF8.self)))
        default: return add(converted: nil)
        }
    }

    private mutating func addNull() -> Bool { add { $0.append(contentsOf: "null".utf8) } }

    /// Adds a value that was converted; nil where it could not be.
    private mutating func add(converted json: String?) -> Bool {
        if let json { return add { $0.append(contentsOf: json.utf8) } }
        mistake = conversion?.mistake
        return addNull()
    }

    private mutating func add(_ append: (inout [UInt8]) -> Void) -> Bool {
        guard count < limit, !isGivenUp else { return false }
        if count > 0 { text.append(UInt8(ascii: ",")) }
        append(&text)
        count += 1
        if text.count + 2 > room { giveUp("does not fit") }
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
