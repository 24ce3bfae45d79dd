internal import JobFile

/// A job made of command line flags. It is written as a job file and read by the same code, so that a flag means the
/// same as its key.
struct CommandLineJob {
    let name: String
    var urls: [String]
    var urlsFrom: String?
    var settings: [Setting] = []

    /// A flag that stands for a key of job files.
    struct Setting {
        let flag: String
        /// The mapping that contains the key; nil for the top level.
        let section: String?
        let key: String
        let value: Value
    }

    enum Value {
        case number(Int)
        case text(String)
        case flag(Bool)
        case list([String])
        /// Header fields as curl's -H takes them: `Name: value`.
        case fields([String])
        /// Fields to extract: `NAME=KIND:EXPRESSION`, where the kind is a key of job files.
        case extraction([ExtractionArgument])
    }

    /// - Throws: `CommandFailure`, which names the flag that is wrong.
    func document() throws -> JobDocument {
        do throws(JobFileError) {
            return try JobDocument(yaml: json(), source: .commandLine(name: name))
        } catch {
            let setting = settings.first { setting in
                let path = [setting.section, setting.key].compactMap { $0 }.joined(separator: ".")
                return error.keyPath == path || error.keyPath?.hasPrefix(path + ".") == true
                    || error.keyPath?.hasPrefix(path + "[") == true
            }
            let place = setting?.flag ?? error.keyPath
            throw CommandFailure(.usage, (place.map { "\($0): " } ?? "") + error.message)
        }
    }

    private func json() throws(JobFileError) -> String {
        var document = JSONLine()
        if !urls.isEmpty { document.add("urls", json: JSONLine.array(urls)) }
        if let urlsFrom { document.add("urls_from", urlsFrom) }
        for setting in settings where setting.section == nil { add(setting, to: &document) }
        var sections: [String] = []
        for section in settings.compactMap(\.section) where !sections.contains(section) {
            sections.append(section)
        }
        for section in sections {
            var mapping = JSONLine()
            for setting in settings where setting.section == section { add(setting, to: &mapping) }
            document.add(section, json: mapping.line)
        }
        return document.line
    }

    private func add(_ setting: Setting, to mapping: inout JSONLine) {
        switch setting.value {
        case .number(let number): mapping.add(setting.key, number)
        case .text(let text): mapping.add(setting.key, text)
        case .flag(let flag): mapping.add(setting.key, json: flag ? "true" : "false")
        case .list(let texts): mapping.add(setting.key, json: JSONLine.array(texts))
        case .fields(let fields):
            var headers = JSONLine()
            for field in fields {
                let parts = field.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
                let value = parts.count > 1 ? parts[1].drop { $0 == " " } : ""
                headers.add(String(parts[0]), String(value))
            }
            mapping.add(setting.key, json: headers.line)
        case .extraction(let arguments):
            var fields = JSONLine()
            for field in arguments {
                var source = JSONLine()
                source.add(field.kind, field.expression)
                if field.isMany { source.add("many", json: "true") }
                fields.add(field.name, json: source.line)
            }
            mapping.add(setting.key, json: fields.line)
        }
    }
}
