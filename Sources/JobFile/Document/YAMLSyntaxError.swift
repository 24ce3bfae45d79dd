internal import Yams

/// What Yams finds wrong with a text, in the words and places of a job file.
enum YAMLSyntaxError {
    static func describe(_ error: any Error, in text: YAMLText, source: JobSource) -> JobFileError {
        guard let error = error as? YamlError else { return source.failure(at: nil, "\(error)") }
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _):
            return source.failure(at: TextPosition(mark), message(problem, context))
        case .composer(_, _, let mark, _):
            // Aliases are resolved elsewhere, so that only one error of the composer is left.
            return source.failure(
                at: TextPosition(mark), "a second document begins here; put each job in a file of its own")
        case .duplicatedKeysInMapping(let keys, let context):
            let key = keys.first.map(YAMLText.unmark) ?? ""
            return source.failure(
                at: TextPosition(context.mark),
                "the key \"\(key)\" is given more than once; remove all but one")
        case .reader(let problem, _, _, _):
            guard let (scalar, position) = text.firstIllegalCharacter else {
                return source.failure(at: nil, "not valid YAML: \(problem)")
            }
            let digits = String(scalar.value, radix: 16, uppercase: true)
            let code = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
            return source.failure(
                at: position,
                "the character U+\(code) is not allowed in YAML; remove it, or write \"\\u\(code)\"")
        default:
            return source.failure(at: nil, "not valid YAML: \(error)")
        }
    }

    private static func message(_ problem: String, _ context: YamlError.Context?) -> String {
        // libYAML names a C function that would raise its limit of 1,000.
        if problem.hasPrefix("Maximum nesting level") { return YAMLComposer.nestingMessage }
        guard let context else { return "not valid YAML: \(problem)" }
        return "not valid YAML: \(problem) \(context.text) that begins in line \(context.mark.line)"
    }
}

extension TextPosition {
    init(_ mark: Mark) {
        self.init(line: mark.line, column: mark.column)
    }
}
