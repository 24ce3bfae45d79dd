/// A value that a statement is given. Values are sent as the server keeps them, so that nothing is written and read as text.
///
/// A U+0000 in a text becomes U+FFFD, because PostgreSQL has no such character.
enum PostgresValue: Sendable {
    case null
    case int(Int64?)
    case real(Double?)
    case bool(Bool?)
    case text(String?)
    case bytes([UInt8]?)
    case ints([Int64?])
    case reals([Double?])
    case bools([Bool?])
    case texts([String?])
    case blobs([[UInt8]?])

    /// The object identifiers of PostgreSQL's own types, from `pg_type.dat`.
    var type: UInt32 {
        switch self {
        case .null: 0
        case .int: 20
        case .real: 701
        case .bool: 16
        case .text: 25
        case .bytes: 17
        case .ints: 1016
        case .reals: 1022
        case .bools: 1000
        case .texts: 1009
        case .blobs: 1001
        }
    }
}

/// The values of one statement, as libpq takes them.
struct PostgresParameters {
    private(set) var types: [UInt32] = []
    /// Where each value begins and how long it is; nil for NULL.
    private(set) var places: [Range<Int>?] = []
    /// All values, one behind the other.
    private(set) var bytes: [UInt8] = []

    init(_ values: [PostgresValue]) {
        for value in values {
            types.append(value.type)
            let start = bytes.count
            places.append(write(value) ? start..<bytes.count : nil)
        }
    }

    /// - Returns: false for NULL.
    private mutating func write(_ value: PostgresValue) -> Bool {
        switch value {
        case .null, .int(.none), .real(.none), .bool(.none), .text(.none), .bytes(.none): return false
        case .int(.some(let value)): write(value)
        case .real(.some(let value)): write(Int64(bitPattern: value.bitPattern))
        case .bool(.some(let value)): bytes.append(value ? 1 : 0)
        case .text(.some(let text)): write(text)
        case .bytes(.some(let data)): bytes += data
        case .ints(let values): write(values, of: 20) { $0.write($1) }
        case .reals(let values): write(values, of: 701) { $0.write(Int64(bitPattern: $1.bitPattern)) }
        case .bools(let values): write(values, of: 16) { $0.bytes.append($1 ? 1 : 0) }
        case .texts(let values): write(values, of: 25) { $0.write($1) }
        case .blobs(let values): write(values, of: 17) { $0.bytes += $1 }
        }
        return true
    }

    /// An array: dimensions, whether there are nulls, the type, length and lower bound, then each value behind its length
    /// (`array_recv` in `arrayfuncs.c`).
    private mutating func write<Value>(
        _ values: [Value?], of type: Int32, _ body: (inout PostgresParameters, Value) -> Void
    ) {
        write(Int32(values.isEmpty ? 0 : 1))
        write(Int32(values.contains { $0 == nil } ? 1 : 0))
        write(type)
        guard !values.isEmpty else { return }
        write(Int32(values.count))
        write(Int32(1))
        for value in values {
            guard let value else {
                write(Int32(-1))
                continue
            }
            let place = bytes.count
            write(Int32(0))
            body(&self, value)
            let length = UInt32(bytes.count - place - 4)
            for byte in 0..<4 { bytes[place + byte] = UInt8(truncatingIfNeeded: length >> (24 - 8 * byte)) }
        }
    }

    private mutating func write(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    private mutating func write(_ text: String) {
        var text = text
        text.withUTF8 { characters in
            guard characters.contains(0) else {
                bytes.append(contentsOf: characters)
                return
            }
            for character in characters {
                if character == 0 { bytes += [0xef, 0xbf, 0xbd] } else { bytes.append(character) }
            }
        }
    }
}
