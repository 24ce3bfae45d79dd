/// What the demo site answers to a request.
struct DemoAnswer: Equatable {
    var status = 200
    var type = "text/html; charset=utf-8"
    var fields: [String: String] = [:]
    var body = ""
    /// How long it takes.
    var delay: Duration = .zero

    static func page(_ title: String, _ content: String) -> DemoAnswer {
        DemoAnswer(
            body: """
                <!doctype html>
                <html lang="en">
                <head><meta charset="utf-8"><title>\(title)</title><link rel="stylesheet" href="/style.css"></head>
                <body>
                <nav><a href="/">Bean Shop</a> <a href="/beans/">Beans</a> <a href="/guide/">Guide</a></nav>
                <h1>\(title)</h1>
                \(content)
                </body>
                </html>

                """)
    }

    static func json(_ text: String, status: Int = 200) -> DemoAnswer {
        DemoAnswer(status: status, type: "application/json", body: text + "\n")
    }

    static func text(_ text: String, type: String = "text/plain; charset=utf-8") -> DemoAnswer {
        DemoAnswer(type: type, body: text)
    }

    static func moved(to path: String) -> DemoAnswer { DemoAnswer(status: 301, fields: ["Location": path]) }

    /// Its entity tag: the length and a sum of the body (FNV-1a).
    var entityTag: String {
        var sum: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in body.utf8 { sum = (sum ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return "\"\(String(body.utf8.count, radix: 36))-\(String(sum, radix: 36))\""
    }
}
