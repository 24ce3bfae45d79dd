internal import CrawlCore

extension Cursor {
    /// A text that may refer to secrets and variables.
    func template() throws(JobFileError) -> String {
        guard case .text(let text, _) = node.content else { return try self.text() }
        try check(text)
        return text
    }

    /// A text, or a number or truth value as it was written, that may refer to secrets and variables.
    func scalar() throws(JobFileError) -> String {
        switch node.content {
        case .number(let digits): return digits
        case .boolean(let value): return "\(value)"
        default: return try template()
        }
    }

    /// A text of one line that may refer to secrets and variables.
    func lineTemplate() throws(JobFileError) -> String {
        let value = try template()
        guard RequestMessage.isFieldValue(value) else {
            throw failure("a header holds no line breaks or control characters; remove them")
        }
        return value
    }

    private func check(_ text: String) throws(JobFileError) {
        guard TextTemplate.hasReferences(text) else { return }
        do throws(TextTemplateError) {
            _ = try TextTemplate(text)
        } catch {
            throw failure(error.message)
        }
    }

    /// Checks all texts of a JSON value.
    func checkTemplates() throws(JobFileError) {
        switch node.content {
        case .null, .boolean, .number: return
        case .text(let text, _): try check(text)
        case .list(let nodes):
            for (index, node) in nodes.enumerated() {
                try Cursor(node: node, path: "\(path)[\(index)]", source: source).checkTemplates()
            }
        case .mapping(let entries):
            for entry in entries {
                guard !TextTemplate.hasReferences(entry.key) else {
                    throw failure("\"\(entry.key)\": a key refers to nothing; only values do")
                }
                try child(entry).checkTemplates()
            }
        }
    }

    /// Names with one value each, or several: `{tag: [a, b]}`.
    func parameters() throws(JobFileError) -> [RequestTemplate.Parameter] {
        var parameters: [RequestTemplate.Parameter] = []
        for entry in try entries() {
            let value = child(entry)
            guard !TextTemplate.hasReferences(entry.key) else {
                throw value.failure("a name refers to nothing; only values do")
            }
            if case .list = value.node.content {
                for element in try value.elements(example: "[a, b]") {
                    parameters.append(.init(name: entry.key, value: try element.scalar()))
                }
            } else {
                parameters.append(.init(name: entry.key, value: try value.scalar()))
            }
        }
        return parameters
    }
}
