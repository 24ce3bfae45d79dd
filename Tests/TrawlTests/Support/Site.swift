import LoopbackServer

/// The sites that commands are tried on.
enum Site {
    /// Every path is a page with the path for its title; `/missing…` is not there.
    static func pages() throws -> LoopbackServer {
        try LoopbackServer { page($0) }
    }

    static func page(_ request: LoopbackServer.Request) -> LoopbackServer.Response {
        var response = LoopbackServer.Response.html(title: request.path)
        if request.path.hasPrefix("/missing") { response.status = 404 }
        return response
    }
}

extension LoopbackServer {
    /// URLs of this server by their paths.
    func urls(_ paths: String...) -> [String] { paths.map { url($0) } }

    /// `/1` to `/count`.
    func numbered(_ count: Int) -> String { url("/[1-\(count)]") }
}
