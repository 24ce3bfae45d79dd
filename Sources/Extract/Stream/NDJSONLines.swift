/// Reads JSON values, one a line; blank lines are passed over.
final class NDJSONLines {
    private let found: ItemReader.Found
    private var line: [UInt8] = []
    private var number = 0
    private(set) var fault: String?

    init(_ found: ItemReader.Found) {
        self.found = found
    }

    func feed(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var rest = bytes[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            line.append(contentsOf: rest[..<end])
            rest = rest[(end + 1)...]
            guard take() else { return false }
        }
        line.append(contentsOf: rest)
        guard line.count <= ItemReader.longestItem else {
            fault = "line \(number + 1) is longer than \(ItemReader.longestItem) bytes"
            return false
        }
        return true
    }

    func finish() {
        if fault == nil { _ = take() }
    }

    private func take() -> Bool {
        number += 1
        defer { line.removeAll(keepingCapacity: line.capacity <= 1 << 20) }
        while let last = line.last, last.isJSONSpace { line.removeLast() }
        guard let first = line.firstIndex(where: { !$0.isJSONSpace }) else { return true }
        if first > 0 { line.removeFirst(first) }
        if let wrong = line.withUnsafeBytes({ JSONFault.find(in: $0, depthLimit: JSONGrammar.depthLimit) }) {
            fault = "line \(number) is \(wrong)"
            return false
        }
        return found.add(line)
    }
}
