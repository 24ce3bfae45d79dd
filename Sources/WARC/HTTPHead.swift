/// Prepares the heads of requests and responses for an archive.
package enum HTTPHead {
    /// The head of a request without its secrets. The values of `Authorization`, `Proxy-Authorization`, `Cookie` and of the
    /// given fields become `redacted`.
    ///
    /// - Parameter secrets: names of more fields, in lower case.
    package static func redacted(_ head: [UInt8], secrets: Set<String> = []) -> [UInt8] {
        var output: [UInt8] = []
        forEachLine(of: head) { line, name in
            guard let name, standardSecrets.contains(name) || secrets.contains(name),
                let colon = line.firstIndex(of: UInt8(ascii: ":"))
            else { return output.append(contentsOf: line) }
            output.append(contentsOf: line[...colon])
            output.append(contentsOf: " redacted\r\n".utf8)
        }
        return output
    }

    /// The head of a response whose body is kept without its chunks. `Transfer-Encoding` is no longer true, and is renamed
    /// to `X-Archive-Orig-Transfer-Encoding`, as pywb and others do.
    package static func withoutTransferCoding(_ head: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        forEachLine(of: head) { line, name in
            if name == "transfer-encoding" { output.append(contentsOf: "X-Archive-Orig-".utf8) }
            output.append(contentsOf: line)
        }
        return output
    }

    private static let standardSecrets: Set<String> = ["authorization", "proxy-authorization", "cookie"]

    /// Calls `body` with each line, which ends with its line break, and the name of its field in lower case; nil for a line
    /// that is no field.
    private static func forEachLine(of head: [UInt8], _ body: (ArraySlice<UInt8>, String?) -> Void) {
        var rest = head[...]
        while !rest.isEmpty {
            let end = rest.firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? rest.endIndex
            let line = rest[..<end]
            rest = rest[end...]
            let name = line.firstIndex(of: UInt8(ascii: ":")).map {
                String(decoding: line[..<$0], as: UTF8.self)
            }
            body(line, name?.lowercased())
        }
    }
}
