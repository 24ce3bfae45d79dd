/// Paths in job files, which are relative to the file they stand in.
enum RelativePaths {
    /// A job with the paths of its connections and requests made absolute.
    static func absolute(job: DocumentNode, _ source: JobSource) -> DocumentNode {
        var job = job
        job.mapEntry("request") { absolute(connection: $0, source) }
        job.mapEntry("requests") { $0.mappingElements { absolute(request: $0, source) } }
        return job
    }

    /// A request with its paths made absolute.
    static func absolute(request: DocumentNode, _ source: JobSource) -> DocumentNode {
        var request = absolute(connection: request, source)
        request.mapEntry("body_file") { absolute($0, source) }
        request.mapEntry("multipart") {
            $0.mappingValues { part in
                var part = part
                part.mapEntry("path") { absolute($0, source) }
                return part
            }
        }
        request.mapEntry("for_each") { forEach in
            var forEach = forEach
            forEach.mapEntry("file") { absolute($0, source) }
            return forEach
        }
        request.mapEntry("expect") {
            $0.mappingElements { test in
                var test = test
                test.mapEntry("schema") { absolute($0, source) }
                return test
            }
        }
        return request
    }

    private static func absolute(connection: DocumentNode, _ source: JobSource) -> DocumentNode {
        var connection = connection
        for key in ["cacert", "cert", "key", "pinned_public_key"] {
            connection.mapEntry(key) { absolute($0, source) }
        }
        return connection
    }

    private static func absolute(_ path: DocumentNode, _ source: JobSource) -> DocumentNode {
        guard case .text(let text, let isQuoted) = path.content, !text.isEmpty, !text.hasPrefix("sha256//"),
            !text.contains("${")
        else { return path }
        return DocumentNode(content: .text(source.resolve(text), isQuoted: isQuoted), position: path.position)
    }
}

extension DocumentNode {
    /// Replaces the value of a key of a mapping, where it has one.
    fileprivate mutating func mapEntry(_ key: String, _ transform: (DocumentNode) -> DocumentNode) {
        guard case .mapping(var entries) = content, let index = entries.firstIndex(where: { $0.key == key })
        else { return }
        entries[index].value = transform(entries[index].value)
        content = .mapping(entries)
    }

    /// The list with each element replaced; anything else as it is.
    fileprivate func mappingElements(_ transform: (DocumentNode) -> DocumentNode) -> DocumentNode {
        guard case .list(let elements) = content else { return self }
        return DocumentNode(content: .list(elements.map(transform)), position: position)
    }

    /// The mapping with each value replaced; anything else as it is.
    fileprivate func mappingValues(_ transform: (DocumentNode) -> DocumentNode) -> DocumentNode {
        guard case .mapping(let entries) = content else { return self }
        let mapped = entries.map { entry in
            Entry(key: entry.key, position: entry.position, value: transform(entry.value))
        }
        return DocumentNode(content: .mapping(mapped), position: position)
    }
}
