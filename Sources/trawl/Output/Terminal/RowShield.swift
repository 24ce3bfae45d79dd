/// Rows of JSON and CSV as who reads them may have them: a program gets every text as it is, and a terminal none that acts on it.
struct RowShield {
    /// Whether a terminal reads the rows.
    private let isOn: Bool

    /// - Parameter descriptor: where the rows go.
    init(_ descriptor: Int32) {
        self.init(isOn: Terminal.isTerminal(descriptor))
    }

    init(isOn: Bool) {
        self.isOn = isOn
    }

    /// JSON, in which escapes mean the same as the characters.
    func json(_ json: String) -> String {
        guard isOn else { return json }
        // Line ends and tabs stand between values, never in a string (RFC 8259, section 7).
        return json.split(separator: "\n", omittingEmptySubsequences: false)
            .map { line in
                Terminal.escaped(String(line.map { $0 == "\t" || $0 == "\r" ? " " : $0 }))
            }
            .joined(separator: "\n")
    }

    /// A row of CSV, without its end.
    func csv(_ row: String) -> String {
        isOn ? Terminal.sanitized(row) : row
    }
}
