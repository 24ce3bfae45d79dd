/// A reference in a text of a job, whose value is filled in later.
package enum TextReference: Hashable, Sendable, CustomStringConvertible {
    /// `${env:NAME}`: an environment variable, looked up when a request is sent.
    case environment(String)
    /// `${file:PATH}`: the text of a file, read when a request is sent. The path is absolute, or the name of a credential
    /// in the folder that systemd names in `$CREDENTIALS_DIRECTORY` (systemd.exec(5)).
    case file(String)
    /// `${var:NAME}`: a variable of the job, filled in when a run begins.
    case variable(String)
    /// `${auth}`: the token or key that the request's `auth` has at the time when it is sent. It is what stands in the place of one
    /// that a server has sent back, such as in the link to the next page.
    case credential

    /// The reference as it stands in a job.
    package var description: String {
        switch self {
        case .environment(let name): "${env:\(name)}"
        case .file(let path): "${file:\(path)}"
        case .variable(let name): "${var:\(name)}"
        case .credential: "${auth}"
        }
    }

    /// Whether its value is a secret, which is never stored.
    package var isSecret: Bool {
        if case .variable = self { false } else { true }
    }

    /// Reads `env:NAME`, `file:PATH`, `var:NAME` or `auth`; nil where it is none of them.
    init?(_ text: some StringProtocol) {
        if text == "auth" {
            self = .credential
            return
        }
        guard let colon = text.firstIndex(of: ":") else { return nil }
        let value = String(text[text.index(after: colon)...])
        switch text[..<colon] {
        case "env" where Self.isName(value): self = .environment(value)
        case "var" where Self.isName(value): self = .variable(value)
        case "file" where Self.isPath(value): self = .file(value)
        default: return nil
        }
    }

    /// A name as shells take it (POSIX.1-2017, section 3.235).
    package static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, !first.isASCIIDigit else { return false }
        return text.utf8.allSatisfy { $0.isASCIIDigit || $0 == UInt8(ascii: "_") || ($0 | 0x20) &- 97 < 26 }
    }

    private static func isPath(_ text: String) -> Bool {
        guard !text.isEmpty, text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else { return false }
        return text.hasPrefix("/") || !text.contains("/") && text != "." && text != ".."
    }
}
