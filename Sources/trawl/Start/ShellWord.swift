/// Words of a command line that the user is to type.
enum ShellWord {
    /// A word as a shell takes it: in single quotes where it has more in it than letters, digits and a few signs.
    static func quoted(_ word: String) -> String {
        let isPlain = word.unicodeScalars.allSatisfy {
            $0.properties.isAlphabetic || ("0"..."9").contains($0) || "_-.,/:@%+".unicodeScalars.contains($0)
        }
        if isPlain, !word.isEmpty, !word.hasPrefix("-") { return word }
        let text = Terminal.sanitized(word).split(separator: "'", omittingEmptySubsequences: false)
        return "'" + text.joined(separator: "'\\''") + "'"
    }
}
