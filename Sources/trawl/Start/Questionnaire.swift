internal import Glibc

/// Asks the three questions of `trawl init` on the terminal.
struct Questionnaire {
    /// The next line that the user types, without its end; nil where there are no more.
    let readLine: () -> String?
    let write: (String) -> Void

    /// A choice among some, the usual one of which an empty line takes.
    private struct Choice<Value> {
        let value: Value
        let text: String
    }

    /// What the answers come to; nil where the input ended before the last of them.
    func draft() -> JobDraft? {
        write("What is to be fetched? The URL of a page or a site, or a file with one URL a line.\n")
        guard let source = source() else { return nil }
        let reach: JobDraft.Reach?
        switch source {
        case .url:
            reach = choose(
                "\nWhich links are to be followed?",
                [
                    Choice(value: .host, text: "all within this host"),
                    Choice(value: .folder, text: "those to this folder and below it"),
                    Choice(value: .none, text: "none: just this page"),
                ])
        case .list:
            reach = choose(
                "\nAre links of these pages to be followed?",
                [
                    Choice(value: .none, text: "no: just the list"),
                    Choice(value: .host, text: "all within their hosts"),
                    Choice(value: .folder, text: "those to their folders and below them"),
                ])
        }
        guard let reach else { return nil }
        let pace = choose(
            "\nHow polite?",
            [
                Choice(value: JobDraft.Pace.usual, text: "as usual: two starts a second to one host"),
                Choice(value: .gentle, text: "gentle: one request at a time, two seconds apart"),
                Choice(value: .own, text: "a server of my own: eight at a time, without a pause"),
            ])
        return pace.map { JobDraft(source: source, reach: reach, pace: $0) }
    }

    /// Asks until there is an answer that can be used.
    private func source() -> JobDraft.Source? {
        while true {
            write("> ")
            guard let answer = line() else { return nil }
            if answer.isEmpty { continue }
            do {
                return try JobDraft.source(of: answer)
            } catch {
                write("\((error as? CommandFailure)?.message ?? "\(error)")\n")
            }
        }
    }

    private func choose<Value>(_ question: String, _ choices: [Choice<Value>]) -> Value? {
        write("\(question)\n")
        for (index, choice) in choices.enumerated() { write("  \(index + 1)  \(choice.text)\n") }
        while true {
            write("[1] > ")
            guard let answer = line() else { return nil }
            if answer.isEmpty { return choices[0].value }
            if let number = Int(answer), choices.indices.contains(number - 1) {
                return choices[number - 1].value
            }
            write("Type a number from 1 to \(choices.count), or nothing for 1.\n")
        }
    }

    private func line() -> String? {
        guard let text = readLine() else { return nil }
        let trimmed = text.drop { $0.isWhitespace }
        return String(
            trimmed.prefix(
                upTo: (trimmed.lastIndex { !$0.isWhitespace }).map(trimmed.index(after:))
                    ?? trimmed.startIndex))
    }
}
