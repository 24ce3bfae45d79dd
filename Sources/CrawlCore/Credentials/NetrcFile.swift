/// The user names and passwords of a `.netrc`, by host: `machine NAME login USER password SECRET`, or `default` for all others.
///
/// Words are divided by white space; one in double quotes may hold any, with a backslash before quotes and backslashes, as curl reads them.
/// `account` is passed over, and so are `macdef` up to a blank line and what is behind `#` at the beginning of a word.
package struct NetrcFile: Sendable {
    private var machines: [String: Credentials] = [:]
    private var others: Credentials?

    /// Reads the text of a file. What is not known in it is passed over; of two entries for a host the first counts.
    package init(_ text: String) {
        var words = NetrcFile.words(text)[...]
        var name: String?
        var isOpen = false
        var (user, password) = ("", "")
        func close(_ file: inout NetrcFile) {
            guard isOpen, !user.isEmpty || !password.isEmpty else { return }
            let credentials = Credentials(user: user, password: password)
            if let name {
                if file.machines[name] == nil { file.machines[name] = credentials }
            } else if file.others == nil {
                file.others = credentials
            }
        }
        while let word = words.popFirst() {
            switch word {
            case "default", "machine":
                close(&self)
                (isOpen, user, password) = (true, "", "")
                name = word == "machine" ? (words.popFirst() ?? "").lowercased() : nil
            case "login": user = words.popFirst() ?? ""
            case "password": password = words.popFirst() ?? ""
            case "account": _ = words.popFirst()
            default: break
            }
        }
        close(&self)
    }

    /// What is sent to a host, by its name or address alone; nil for nothing.
    package func credentials(for host: String) -> Credentials? { machines[host.lowercased()] ?? others }

    /// The words of all lines but those of macros.
    private static func words(_ text: String) -> [String] {
        var words: [String] = []
        var isMacro = false
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            let found = NetrcFile.words(of: line)
            if isMacro {
                isMacro = !found.isEmpty
            } else if let macro = found.firstIndex(of: "macdef") {
                words += found[..<macro]
                isMacro = true
            } else {
                words += found
            }
        }
        return words
    }

    private static func words(of line: Substring) -> [String] {
        var words: [String] = []
        var rest = line
        while let start = rest.firstIndex(where: { !$0.isWhitespace }) {
            rest = rest[start...]
            if rest.first == "#" { return words }
            var word = ""
            if rest.first == "\"" {
                rest.removeFirst()
                while let next = rest.popFirst(), next != "\"" {
                    word.append(next == "\\" ? rest.popFirst() ?? next : next)
                }
            } else {
                word = String(rest.prefix { !$0.isWhitespace })
                rest.removeFirst(word.count)
            }
            words.append(word)
        }
        return words
    }
}
