internal import CrawlCore
internal import JobFile
internal import TrawlStore

/// The replies of a run in one JSON object, by the names of their requests.
struct MergedReplies {
    private var replies = JSONCollection()
    private var errors = JSONCollection()
    /// The names of requests whose replies are taken apart into items.
    private let lists: Set<String>
    /// The names of requests that are made for each item of another, or each row of a file.
    private let grouped: Set<String>
    /// The items of lists that are in no group.
    private var items: [String: [String]] = [:]
    /// By the name of the request, then by the value of the item that it was made for.
    private var groups: [String: JSONCollection] = [:]

    /// - Parameter job: the job's name.
    init(of run: RunRecord, named job: String) {
        let document = try? JobDocument(yaml: run.spec, source: .database(name: job))
        let requests = document?.spec.requests ?? []
        lists = Set(requests.filter { $0.items != nil }.compactMap(\.name))
        grouped = Set(requests.filter { $0.forEach != nil }.compactMap(\.name))
    }

    /// Whether replies are taken apart into items.
    var hasLists: Bool { !lists.isEmpty }

    /// Adds what came of a request.
    mutating func add(_ row: ReplyRow) {
        let name = row.name ?? row.url
        let group = grouped.contains(name) ? Self.item(row.input) : nil
        guard row.state == .done, lists.contains(name) || row.json != nil else {
            errors.add(name, Self.error(row))
            return
        }
        if let group {
            if lists.contains(name) {
                groups[name, default: JSONCollection()].open(group)
            } else if let json = row.json {
                groups[name, default: JSONCollection()].add(group, json)
            }
        } else if lists.contains(name) {
            items[name, default: []] += []
        } else if let json = row.json {
            replies.add(name, json)
        }
    }

    /// Adds an item.
    mutating func add(_ item: ItemRow) {
        guard let name = item.name else { return }
        if grouped.contains(name), let group = Self.item(item.input) {
            groups[name, default: JSONCollection()].add(group, item.value)
        } else {
            items[name, default: []].append(item.value)
        }
    }

    /// All of it.
    var object: String {
        var all = replies
        for (name, values) in items.sorted(by: { $0.key < $1.key }) {
            all.add(name, "[" + values.joined(separator: ",") + "]")
        }
        for (name, group) in groups.sorted(by: { $0.key < $1.key }) {
            all.add(name, lists.contains(name) ? group.lists : group.object)
        }
        all.add("errors", errors.object)
        return all.object
    }

    /// The value of the item that a request was made for, as a text; nil where it is not known.
    private static func item(_ input: String?) -> String? {
        guard let tree = input.flatMap(JSONTree.init), let item = tree["item"] else { return nil }
        guard case .scalar(let json) = item else { return item.text }
        return JSONTree.string(json) ?? json
    }

    private static func error(_ row: ReplyRow) -> String {
        var error = JSONLine()
        error.add("state", row.state.rawValue)
        error.add("status_code", row.statusCode)
        error.add("error_kind", row.errorKind)
        error.add("error", row.error ?? row.absence)
        if let item = row.input.flatMap(JSONTree.init)?["item"] { error.add("item", json: item.text) }
        return error.line
    }
}

extension ReplyRow {
    /// What it comes to; nil where it is no JSON.
    fileprivate var json: String? { extracted ?? reply ?? emptyReply }

    /// `null` in place of an empty reply, such as a 204; nil if the reply was not empty.
    private var emptyReply: String? { (contentLength ?? 0) == 0 ? "null" : nil }

    /// Why a page that is done has no JSON reply.
    fileprivate var absence: String? {
        guard state == .done else { return nil }
        return "the reply is not JSON: \(contentLength ?? 0) bytes of \(contentType ?? "no type")"
    }
}

/// JSON values by name, in the order in which each name came first.
private struct JSONCollection {
    private var names: [String] = []
    private var values: [String: [String]] = [:]

    /// Adds a name without a value.
    mutating func open(_ name: String) {
        guard values[name] == nil else { return }
        names.append(name)
        values[name] = []
    }

    mutating func add(_ name: String, _ json: String) {
        open(name)
        values[name, default: []].append(json)
    }

    /// The value of each name; a list where there are several.
    var object: String {
        written { $0.count == 1 ? $0[0] : "[" + $0.joined(separator: ",") + "]" }
    }

    /// The list of the values of each name.
    var lists: String { written { "[" + $0.joined(separator: ",") + "]" } }

    private func written(_ value: ([String]) -> String) -> String {
        var object = JSONLine()
        for name in names { object.add(name, json: value(values[name] ?? [])) }
        return object.line
    }
}
