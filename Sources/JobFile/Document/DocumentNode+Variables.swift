internal import CrawlCore

/// The variables of a job, by name.
struct Variables {
    private(set) var values: [String: DocumentNode.Content]

    /// The variables of a mapping `vars`, as ``JobSpec`` keeps them.
    init(_ variables: [String: JobSpec.Variable]) {
        values = variables.mapValues { variable in
            switch variable {
            case .text(let text): .text(text, isQuoted: true)
            case .literal(let literal): DocumentNode.Content(plain: literal)
            }
        }
    }

    /// A text with its variables filled in.
    ///
    /// - Parameter keepsType: whether a text that is nothing but one variable becomes what the variable is, a number
    ///   for one, as within `json`.
    /// - Throws: what is wrong, for people.
    func filled(_ text: String, keepsType: Bool) throws(TextTemplateError) -> DocumentNode.Content? {
        guard TextTemplate.hasReferences(text) else { return nil }
        let template = try TextTemplate(text)
        if keepsType, case .variable(let name)? = template.soleReference {
            return try value(name)
        }
        let filled = try template.filled { reference throws(TextTemplateError) in
            guard case .variable(let name) = reference else { return nil }
            switch try value(name) {
            case .text(let text, _): return text
            case .number(let digits): return digits
            case .boolean(let condition): return "\(condition)"
            case .null, .list, .mapping: return ""
            }
        }
        return .text(filled, isQuoted: true)
    }

    private func value(_ name: String) throws(TextTemplateError) -> DocumentNode.Content {
        if let value = values[name] { return value }
        throw TextTemplateError(
            message: "${var:\(name)} has no value; give it one with vars: {\(name): …} or --var \(name)=…")
    }
}

extension DocumentNode {
    /// Fills in the variables of a job file, and keeps their values.
    ///
    /// - Parameter overrides: values that take precedence over `vars`.
    mutating func fillVariables(_ overrides: [String: String], source: JobSource) throws(JobFileError) {
        var vars = self["vars"] ?? DocumentNode(content: .mapping([]), position: position)
        for (name, value) in overrides.sorted(by: { $0.key < $1.key }) {
            vars.set(name, to: DocumentNode(content: .init(plain: value), position: position))
        }
        if !overrides.isEmpty { set("vars", to: vars) }
        var spec = JobSpec(name: source.name)
        try Schema<JobSpec>([JobSchema.variables]).read(
            Cursor(
                node: DocumentNode(
                    content: .mapping([Entry(key: "vars", position: position, value: vars)]),
                    position: position),
                path: "", source: source), into: &spec)
        try fill(Variables(spec.variables), path: "", source: source)
    }

    /// Fills in the variables of all texts in the value.
    ///
    /// - Throws: ``JobFileError`` where one has no value.
    mutating func fill(
        _ variables: Variables, path: String, source: JobSource, keepsType: Bool = false
    ) throws(JobFileError) {
        switch content {
        case .null, .boolean, .number: break
        case .text(let text, _):
            do throws(TextTemplateError) {
                if let filled = try variables.filled(text, keepsType: keepsType) { content = filled }
            } catch {
                throw source.failure(at: position, keyPath: path, error.message)
            }
        case .list(var elements):
            for index in elements.indices {
                try elements[index].fill(
                    variables, path: "\(path)[\(index)]", source: source, keepsType: keepsType)
            }
            content = .list(elements)
        case .mapping(var entries):
            for index in entries.indices where !(path.isEmpty && entries[index].key == "vars") {
                let key = entries[index].key
                try entries[index].value.fill(
                    variables, path: path.isEmpty ? key : "\(path).\(key)", source: source,
                    keepsType: keepsType || key == "json")
            }
            content = .mapping(entries)
        }
    }

    /// The value of a key of a mapping.
    subscript(key: String) -> DocumentNode? {
        guard case .mapping(let entries) = content else { return nil }
        return entries.first { $0.key == key }?.value
    }

    /// Sets a key of a mapping; a key that is not there yet comes last.
    mutating func set(_ key: String, to value: DocumentNode) {
        guard case .mapping(var entries) = content else { return }
        if let index = entries.firstIndex(where: { $0.key == key }) {
            entries[index].value = value
        } else {
            entries.append(Entry(key: key, position: position, value: value))
        }
        content = .mapping(entries)
    }
}
