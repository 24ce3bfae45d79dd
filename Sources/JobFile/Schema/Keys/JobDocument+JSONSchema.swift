internal import CrawlCore

extension JobDocument {
    /// The JSON Schema (2020-12) of job files, as text that ends with a line break.
    ///
    /// It refuses what the parser refuses, but for what takes more than a pattern to tell: whether an expression, a time
    /// zone or a range of a URL is one, what a duration comes to, and where references may stand.
    package static var jsonSchema: String {
        var schema: DocumentNode = [
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "Job file of trawl",
            "description":
                "What is fetched, how fast, and what is kept. docs/job-file.md explains the keys.",
        ]
        schema.add(JobSchema.root.type(defaults: JobSpec(name: "")).keywords)
        return schema.indentedJSON() + "\n"
    }
}

extension Schema {
    /// What a mapping of these keys may be.
    ///
    /// - Parameter defaults: a target whose values are the defaults; nil where others count.
    func type(defaults: Target?) -> ValueType {
        var keywords: DocumentNode = [
            "type": "object",
            "properties": .mapping(fields.map { ($0.name, $0.jsonSchema(defaults: defaults)) }),
            "additionalProperties": false,
        ]
        for rule in rules {
            var value = rule.keyword.value
            // Several rules of what needs what are one keyword.
            if case .needs = rule, var before = keywords[rule.keyword.name] {
                before.add(value)
                value = before
            }
            keywords.set(rule.keyword.name, to: value)
        }
        return ValueType(keywords)
    }

    /// The values of a target as job files write them.
    func written(_ target: Target) -> DocumentNode {
        .mapping(fields.compactMap { field in field.written(target).map { (field.name, $0) } })
    }
}

extension Field {
    fileprivate func jsonSchema(defaults: Target?) -> DocumentNode {
        let type = type(defaults)
        var schema: DocumentNode = ["description": .text(description(of: type))]
        schema.add(type.keywords)
        if let value = defaults.flatMap(written) {
            // The keys of a mapping have defaults of their own.
            if case .mapping = value.content {} else { schema.set("default", to: value) }
        }
        if let example { schema.set("examples", to: [example]) }
        return schema
    }

    /// The meaning and the unit as sentences.
    private func description(of type: ValueType) -> String {
        [meaning, type.hint].filter { !$0.isEmpty }
            .map { $0.prefix(1).uppercased() + $0.dropFirst() + "." }.joined(separator: " ")
    }
}

extension DocumentNode {
    /// Adds the keys of another mapping.
    fileprivate mutating func add(_ other: DocumentNode) {
        guard case .mapping(let entries) = other.content else { return }
        for entry in entries { set(entry.key, to: entry.value) }
    }
}
