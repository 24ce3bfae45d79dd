import Foundation
import LoopbackServer
import Synchronization

/// A server with a list of 25 items, in pages by whatever way is asked for.
final class ListServer: Sendable {
    static let count = 25
    private let requests = Mutex<[LoopbackServer.Request]>([])

    /// What was asked for, as path and query.
    var targets: [String] { requests.withLock { $0.map(\.target) } }

    func requests(to path: String) -> [LoopbackServer.Request] {
        requests.withLock { $0.filter { $0.path == path } }
    }

    func answer(_ request: LoopbackServer.Request) -> LoopbackServer.Response {
        requests.withLock { $0.append(request) }
        let query = URLComponents(string: request.target)?.queryItems ?? []
        func value(_ name: String) -> Int? { query.first { $0.name == name }?.value.flatMap { Int($0) } }
        let base = "http://\(request.headers["host"] ?? "")"
        switch request.path {
        case "/link":
            let page = value("page") ?? 1
            let links =
                page < 3
                ? [("Link", "<\(base)/link?page=\(page + 1)>; title=\"a, b\"; rel=\"last next\"")] : []
            return json(items(from: (page - 1) * 10, 10), headers: links)
        case "/cursor":
            let start = (value("after") ?? -1) + 1
            return json("{\"data\":\(items(from: start, 10)),\"more\":\(start + 10 < Self.count)}")
        case "/offset":
            let start = value("offset") ?? 0
            return json("{\"total\":\(Self.count),\"data\":\(items(from: start, value("limit") ?? 5))}")
        case "/body":
            let text = String(decoding: request.body, as: UTF8.self)
            let start = text.firstMatch(of: /"after":"(\d+)"/).flatMap { Int($0.1) } ?? 0
            let end = start + 10 < Self.count ? "\"\(start + 10)\"" : "null"
            return json("{\"data\":\(items(from: start, 10)),\"end\":\(end)}")
        case "/loop":
            let page = value("page") ?? 0
            return json("{\"data\":[{\"id\":\(page)}],\"next\":\"/loop?page=\(page % 2 + 1)\"}")
        case "/elsewhere": return json("{\"data\":[{\"id\":1}],\"next\":\"http://localhost:1/\"}")
        case "/error": return json("{\"ok\":false,\"error\":\"no quota\"}")
        case "/expires":
            if request.target.contains("page=2"), request.hit < 2 { return .status(404) }
            let next = request.target.contains("page") ? "null" : "\"/expires?page=2\""
            return json("{\"data\":[{\"id\":\(request.target.contains("page") ? 2 : 1)}],\"next\":\(next)}")
        case "/csv":
            return LoopbackServer.Response(
                headers: [("Content-Type", "text/csv")], body: Array("id;name\r\n1;".utf8) + [0xE4, 0x0A])
        case "/echo/deep": return json("{}")
        case let path where path.hasPrefix("/echo/"): return json("[\(path.dropFirst(6))]")
        default: return .status(404)
        }
    }

    private func items(from start: Int, _ count: Int) -> String {
        let ids = start..<max(start, min(start + count, Self.count))
        return "[" + ids.map { "{\"id\":\($0)}" }.joined(separator: ",") + "]"
    }

    private func json(_ text: String, headers: [(String, String)] = []) -> LoopbackServer.Response {
        LoopbackServer.Response(
            headers: [("Content-Type", "application/json")] + headers, body: Array(text.utf8))
    }
}
