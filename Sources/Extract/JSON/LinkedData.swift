/// The JSON-LD of a page: that of all its scripts, as one list.
struct LinkedData {
    /// How deep the values of a script may be nested: one less than in a reply, as the list is around them.
    private static let depthLimit = JSONReader.depthLimit - 1

    /// The list as JSON.
    let json: [UInt8]
    /// Whether there is a script that is not JSON. Its values are left out.
    let hasFault: Bool

    /// Reads the texts of scripts of the type `application/ld+json`.
    init(scripts: [[UInt8]]) {
        var json = [UInt8(ascii: "[")]
        var hasFault = false
        for script in scripts {
            let text = Self.text(of: script)
            guard text.withUnsafeBytes({ JSONFault.find(in: $0, depthLimit: Self.depthLimit) }) == nil else {
                hasFault = true
                continue
            }
            if json.count > 1 { json.append(UInt8(ascii: ",")) }
            json.append(contentsOf: text)
        }
        json.append(UInt8(ascii: "]"))
        self.json = json
        self.hasFault = hasFault
    }

    /// What of a script is JSON.
    ///
    /// Many sites wrap it in a comment or a CDATA section, or end it in a semicolon. Many others have line breaks within strings,
    /// where JSON has none; they become spaces.
    private static func text(of script: [UInt8]) -> [UInt8] {
        let start = script.firstIndex { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "[") }
        let end = script.lastIndex { $0 == UInt8(ascii: "}") || $0 == UInt8(ascii: "]") }
        guard let start, let end, start < end else { return [] }
        return script[start...end].map { max($0, UInt8(ascii: " ")) }
    }
}
