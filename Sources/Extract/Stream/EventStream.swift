internal import CrawlCore

/// Reads server-sent events (HTML Standard, section 9.2.6). An event is an object with `event`, `data` and `id`; data that is
/// JSON is a value, any other a text. An event that no blank line ends is dropped, as the standard says.
final class EventStream {
    private let found: ItemReader.Found
    private let until: String?
    private var line: [UInt8] = []
    private var data: [UInt8] = []
    private var hasData = false
    private var type: [UInt8] = []
    private var id: [UInt8] = []
    private var wasCR = false
    private(set) var fault: String?
    private(set) var isOver = false

    init(_ found: ItemReader.Found, until: String?) {
        self.found = found
        self.until = until
    }

    func feed(_ bytes: UnsafeRawBufferPointer) -> Bool {
        for byte in bytes {
            defer { wasCR = byte == UInt8(ascii: "\r") }
            if byte == UInt8(ascii: "\n"), wasCR { continue }
            guard byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") else {
                line.append(byte)
                guard line.count + data.count <= ItemReader.longestItem else {
                    fault = "an event is longer than \(ItemReader.longestItem) bytes"
                    return false
                }
                continue
            }
            guard endLine() else { return false }
        }
        return true
    }

    private func endLine() -> Bool {
        defer { line.removeAll(keepingCapacity: true) }
        guard !line.isEmpty else { return dispatch() }
        let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
        var value = line[min(colon + 1, line.endIndex)...]
        if value.first == UInt8(ascii: " ") { value.removeFirst() }
        switch String(decoding: line[..<colon], as: UTF8.self) {
        case "data":
            if hasData { data.append(UInt8(ascii: "\n")) }
            data.append(contentsOf: value)
            hasData = true
        case "event": type = Array(value)
        case "id" where !value.contains(0): id = Array(value)
        default: break
        }
        return true
    }

    private func dispatch() -> Bool {
        defer { (data, type, hasData) = ([], [], false) }
        guard hasData else { return true }
        if let until, data.elementsEqual(until.utf8) {
            isOver = true
            return false
        }
        var object = Array("{\"event\":".utf8)
        (type.isEmpty ? Array("message".utf8) : type).withUnsafeBytes {
            JSONText.append($0, .stored, to: &object)
        }
        object.append(contentsOf: ",\"data\":".utf8)
        let isJSON = data.withUnsafeBytes {
            JSONFault.find(in: $0, depthLimit: JSONGrammar.depthLimit - 1) == nil
        }
        if isJSON {
            object.append(contentsOf: data)
        } else {
            data.withUnsafeBytes { JSONText.append($0, .stored, to: &object) }
        }
        if !id.isEmpty {
            object.append(contentsOf: ",\"id\":".utf8)
            id.withUnsafeBytes { JSONText.append($0, .stored, to: &object) }
        }
        object.append(UInt8(ascii: "}"))
        return found.add(object)
    }
}
