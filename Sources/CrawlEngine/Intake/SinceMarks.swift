internal import CrawlCore
internal import TrawlStore

/// The largest values that a job's runs have had, by the names of the requests that ask for what is newer.
///
/// They are settled as a run begins, and kept with it: a run that goes on asks for what it began with.
struct SinceMarks {
    private(set) var values: [String: String] = [:]

    /// Those of a job's run that is about to begin.
    ///
    /// A list that the last run did not read to its end says nothing of what is newest, so that its request begins where that run did.
    init(of job: JobRecord, _ spec: JobSpec, _ store: any CrawlDatabase) throws {
        var rules: [String: Since] = [:]
        for request in spec.requests {
            if let name = request.name, let since = request.since { rules[name] = since }
        }
        guard !rules.isEmpty else { return }
        values = try store.read { transaction in
            guard let last = try transaction.finishedRun(of: job.id) else { return [:] }
            var values = Self.values(last.marks).filter { rules[$0.key] != nil }
            let incomplete = try transaction.incompleteNames(of: last.id)
            try transaction.forEachItem(of: last.id) { item in
                guard let name = item.name, !incomplete.contains(name), let since = rules[name],
                    let value = since.value(of: item.value)
                else { return }
                if let known = values[name], !SinceValue.isLarger(value, than: known) { return }
                values[name] = value
            }
            return values
        }
    }

    /// The requests with what they ask for.
    func applied(to requests: [RequestTemplate]) -> [RequestTemplate] {
        requests.map { request in
            guard let name = request.name, let since = request.since, let value = since.sent(values[name])
            else { return request }
            var request = request
            // What a server sent must not become a reference to a secret.
            guard values[name] == nil || !TextTemplate.hasReferences(value) else { return request }
            request.query.removeAll { $0.name == since.parameter }
            request.query.append(RequestTemplate.Parameter(name: since.parameter, value: value))
            return request
        }
    }

    /// As they are stored; nil for none.
    var json: String? {
        guard !values.isEmpty else { return nil }
        let members = values.sorted { $0.key < $1.key }.map { name, value in
            "\"\(JSONText.escaped(name))\":\"\(JSONText.escaped(value))\""
        }
        return "{\(members.joined(separator: ","))}"
    }

    private static func values(_ json: String?) -> [String: String] {
        guard case .object(let members)? = json.flatMap(JSONTree.init) else { return [:] }
        var values: [String: String] = [:]
        for member in members {
            guard let name = JSONTree.string(member.name), case .scalar(let text) = member.value,
                let value = JSONTree.string(text)
            else { continue }
            values[name] = value
        }
        return values
    }
}
