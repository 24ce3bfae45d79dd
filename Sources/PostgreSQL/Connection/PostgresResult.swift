internal import CPQ

/// What came of a statement: its rows, and how many it changed.
final class PostgresResult {
    private let pointer: OpaquePointer
    /// How many rows it has.
    let count: Int

    /// Takes over a result of libpq.
    init(_ pointer: OpaquePointer) {
        self.pointer = pointer
        count = Int(PQntuples(pointer))
    }

    deinit { PQclear(pointer) }

    /// How many columns its rows have.
    var columns: Int { Int(PQnfields(pointer)) }

    /// How many rows a statement that writes has written.
    var affected: Int {
        Int(String(cString: PQcmdTuples(pointer))) ?? 0
    }

    /// The rows, which are valid as long as the result is kept.
    var rows: [PostgresRow] {
        (0..<count).map { PostgresRow(result: self, pointer: pointer, row: Int32($0)) }
    }

    /// The first row; nil where there is none.
    var first: PostgresRow? { count > 0 ? PostgresRow(result: self, pointer: pointer, row: 0) : nil }

    /// The place of a column, by its name.
    ///
    /// - Precondition: there is one.
    func column(_ name: String) -> Int { Int(PQfnumber(pointer, name)) }
}

/// A row of a result. Columns are counted from 0, or named.
///
/// Numbers are read from as many bytes as they came in, so that `integer` and `bigint` are the same here. A number that is null reads
/// as 0 where it is not asked for as an optional one.
struct PostgresRow {
    private let result: PostgresResult
    private let pointer: OpaquePointer
    private let row: Int32

    fileprivate init(result: PostgresResult, pointer: OpaquePointer, row: Int32) {
        self.result = result
        self.pointer = pointer
        self.row = row
    }

    func isNull(_ column: Int) -> Bool { PQgetisnull(pointer, row, Int32(column)) != 0 }

    func optionalInt(_ column: Int) -> Int64? { isNull(column) ? nil : int(column) }

    func int(_ column: Int) -> Int64 {
        withBytes(column) { bytes in
            var value: Int64 = bytes.first.map { $0 & 0x80 != 0 && bytes.count > 1 ? -1 : 0 } ?? 0
            for byte in bytes { value = value << 8 | Int64(byte) }
            return value
        }
    }

    func bool(_ column: Int) -> Bool { int(column) != 0 }

    func optionalReal(_ column: Int) -> Double? { isNull(column) ? nil : real(column) }

    func real(_ column: Int) -> Double {
        withBytes(column) { bytes in
            let bits = bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            return bytes.count == 4 ? Double(Float(bitPattern: UInt32(bits))) : Double(bitPattern: bits)
        }
    }

    func optionalText(_ column: Int) -> String? { isNull(column) ? nil : text(column) }

    func text(_ column: Int) -> String { withBytes(column) { String(decoding: $0, as: UTF8.self) } }

    func optionalBytes(_ column: Int) -> [UInt8]? { isNull(column) ? nil : bytes(column) }

    func bytes(_ column: Int) -> [UInt8] { withBytes(column) { Array($0) } }

    private func withBytes<Value>(_ column: Int, _ body: (UnsafeRawBufferPointer) -> Value) -> Value {
        let length = Int(PQgetlength(pointer, row, Int32(column)))
        return body(UnsafeRawBufferPointer(start: PQgetvalue(pointer, row, Int32(column)), count: length))
    }
}

/// The same by the names of columns, for what is read seldom.
extension PostgresRow {
    subscript(name: String) -> Int64 { int(result.column(name)) }
    subscript(name: String) -> Int64? { optionalInt(result.column(name)) }
    subscript(name: String) -> Int { Int(int(result.column(name))) }
    subscript(name: String) -> Int? { optionalInt(result.column(name)).map(Int.init) }
    subscript(name: String) -> Bool { bool(result.column(name)) }
    subscript(name: String) -> Double? { optionalReal(result.column(name)) }
    subscript(name: String) -> String { text(result.column(name)) }
    subscript(name: String) -> String? { optionalText(result.column(name)) }
    subscript(name: String) -> [UInt8]? { optionalBytes(result.column(name)) }
}
