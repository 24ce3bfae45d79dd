internal import CrawlCore

/// The keys that say who is told when a run has finished.
enum FinishSchema {
    static let type = onFinish.type(defaults: JobSpec.OnFinish())

    static let onFinish = Schema<JobSpec.OnFinish>(
        [
            Field(
                "exec", .list(of: .scalar, atLeast: 1),
                "a program and its arguments, without a shell; the summary comes on standard input",
                example: ["./notify.sh", "docs"]
            ) { cursor, onFinish throws(JobFileError) in
                onFinish.exec = try command(cursor)
            },
            Field(
                "webhook", webhook.type(defaults: nil), "where the summary is sent by POST",
                example: ["url": "https://example.org/hook"], children: webhook.fields.map(\.name)
            ) { cursor, onFinish throws(JobFileError) in
                var request = JobSpec.Webhook()
                try webhook.read(cursor, into: &request)
                guard !request.url.isEmpty else {
                    throw cursor.failure("no url; write {url: \"https://example.org/hook\"}")
                }
                onFinish.webhook = request
            },
            .choice("when", \.when, "after which runs"),
            .duration("timeout", \.timeout, "how long a program or a request may take; 0 is no limit"),
        ], rules: [.anyOf(["exec", "webhook"])])

    private static let webhook = Schema<JobSpec.Webhook>(
        [
            Field("url", .url, "where the summary is sent by POST; may be a secret, as the next two") {
                cursor, webhook throws(JobFileError) in
                webhook.url = try url(cursor)
            },
            Field("headers", HeaderSchema.type, "header fields") { cursor, webhook throws(JobFileError) in
                webhook.headers = try HeaderSchema.fields(cursor)
            },
            Field("json", .any, "another body than the summary, with `${run:message}` and its like") {
                cursor, webhook throws(JobFileError) in
                try cursor.checkTemplates()
                try checkSummaryTemplates(cursor)
                webhook.json = cursor.node.json
            },
        ], rules: [.required(["url"])])

    /// Reads all of it.
    static func read(_ cursor: Cursor) throws(JobFileError) -> JobSpec.OnFinish {
        var onFinish = JobSpec.OnFinish()
        try self.onFinish.read(cursor, into: &onFinish)
        guard !onFinish.actions.isEmpty else {
            throw cursor.failure("nobody is told; write exec: [./notify.sh], or webhook: {url: …}")
        }
        return onFinish
    }

    /// A program with its arguments. The path of a program starts from the job file; a name alone is looked for in `$PATH`.
    private static func command(_ cursor: Cursor) throws(JobFileError) -> [String] {
        var command: [String] = []
        for element in try cursor.elements(example: "[./notify.sh, docs]") {
            if case .text(let text, _) = element.node.content, !TextTemplate.secrets(in: text).isEmpty {
                throw element.failure(
                    "everybody on the machine can see the arguments of a program; let it read the secret itself"
                )
            }
            let word = try element.scalar()
            guard !word.utf8.contains(0) else {
                throw element.failure("no argument of a program holds a NUL")
            }
            command.append(word)
        }
        guard let program = command.first, !program.isEmpty else {
            throw cursor.failure("no program; write [./notify.sh, docs], or remove the key")
        }
        if program.contains("/") { command[0] = cursor.source.resolve(program) }
        return command
    }

    private static func url(_ cursor: Cursor) throws(JobFileError) -> String {
        let text = try cursor.template()
        guard !TextTemplate.hasReferences(text) else { return text }
        guard let url = try? WebURL(parsing: text), ["http", "https"].contains(url.scheme) else {
            throw cursor.failure("not a URL of http or https; write \"https://example.org/hook\"")
        }
        guard text.withoutUserInfo == text else {
            throw cursor.failure(
                "a password in the URL would be stored; write headers: {authorization: \"Basic ${env:NAME}\"}"
            )
        }
        return text
    }

    private static func checkSummaryTemplates(_ cursor: Cursor) throws(JobFileError) {
        switch cursor.node.content {
        case .null, .boolean, .number: return
        case .text(let text, _):
            do throws(TextTemplateError) {
                _ = try SummaryTemplate(text)
            } catch {
                throw cursor.failure(error.message)
            }
        case .list(let nodes):
            for (index, node) in nodes.enumerated() {
                try checkSummaryTemplates(
                    Cursor(node: node, path: "\(cursor.path)[\(index)]", source: cursor.source))
            }
        case .mapping(let entries):
            for entry in entries {
                let value = cursor.child(entry)
                guard !entry.key.contains("${run:") else {
                    throw value.failure("a key refers to nothing; only values do")
                }
                try checkSummaryTemplates(value)
            }
        }
    }
}
