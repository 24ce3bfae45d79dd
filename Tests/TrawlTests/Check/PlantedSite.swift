import LoopbackServer

/// A site with breakages of many kinds, and with what is fine although it looks broken. It is at 127.0.0.1; 127.0.0.2 is elsewhere.
struct PlantedSite {
    let server: LoopbackServer

    init() throws {
        server = try LoopbackServer(addresses: ["127.0.0.1", "127.0.0.2"]) { request in
            request.address == "127.0.0.1" ? Self.own(request) : Self.other(request)
        }
    }

    var start: String { server.url("/") }

    /// A URL elsewhere.
    func elsewhere(_ target: String) -> String { server.url(target, on: "127.0.0.2") }

    /// What is broken, by its URL with the fragment: why it is, and the element that has it.
    var broken: [String: String] {
        var found = [
            "http://[": "malformed a", "mailto:": "malformed a", "tel:none": "malformed a",
            "http://127.0.0.2:1/": "connect a", elsewhere("/404"): "gone a",
            elsewhere("/preview.png"): "gone meta",
        ]
        for (target, fault) in [
            "/gone": "gone a", "/gone410": "gone a", "/own403": "status a", "/own500": "status a",
            "/ids#ID": "no_fragment a", "/ids#viewport": "no_fragment a", "/ids#missing": "no_fragment a",
            "/q?id=2": "gone a", "/after-pre": "gone a", "/moved404": "gone a", "/away404": "gone a",
            "/gone.css": "gone css",
            "/style.png": "gone div", "/block.png": "gone style", "/sheet.png": "gone css",
            "/td.png": "gone td",
            "/third.png": "gone img", "/refresh": "gone meta", "/linked": "gone header",
            "/poster.jpg": "gone video",
            "/preload.png": "gone link", "/loop": "loop a", "/bad-redirect": "bad_redirect a",
            "/garbage": "bad_response a", "/gone.js": "gone script", "/frame": "gone iframe",
            "/data.bin": "gone object",
            "/area": "gone area", "/input.png": "gone input", "/symbol.svg": "gone use",
            "/track.vtt": "gone track",
        ] {
            found[server.url(target)] = fault
        }
        return found
    }

    /// What is unsure, by its URL with the fragment.
    var unsure: [String: String] {
        [
            elsewhere("/403"): "refused a", elsewhere("/401"): "login a", elsewhere("/999"): "bot_wall a",
            elsewhere("/challenge"): "bot_wall a", elsewhere("/500"): "server_error a",
            elsewhere("/private"): "robots a", server.url("/ids#/route"): "script_fragment a",
            server.url("/bare#x"): "script_fragment a",
        ]
    }

    // MARK: Pages

    private static func broken(_ port: String) -> String {
        """
        <!DOCTYPE html><html><head><meta charset=utf-8><meta name=viewport content=x><title>broken</title>
        <meta http-equiv=refresh content="9999,url=/refresh">
        <link rel=stylesheet href=/style.css><link rel=preload as=image imagesrcset="/preload.png 1x">
        <style>p { background: url(/block.png) }</style></head><body>
        <a href=/gone>gone</a> <a href=/gone410>x</a> <a href=/own403>x</a> <a href=/own500>x</a>
        <a href=/ids#ID>x</a> <a href=/ids#viewport>x</a> <a href="/q?id=1">x</a> <a href="/q?id=2">x</a>
        <pre><code>text</code></pre><a href=/after-pre>x</a> <a href=/moved404>x</a> <a href="http://[">x</a>
        <a href="mailto:">x</a> <a href="tel:none">x</a> <a href=/loop>x</a> <a href=/bad-redirect>x</a>
        <a href=/garbage>x</a> <div style="background: url(/style.png)"></div><table><tr><td background=/td.png></table>
        <img srcset="/ok.png 1x, /ok.png 1x 2x bad, /third.png 3x"><video poster=/poster.jpg><track src=/track.vtt></video>
        <script src=/gone.js></script><iframe src=/frame></iframe><object data=/data.bin></object>
        <map name=m><area href=/area></map><input type=image src=/input.png>
        <svg><use xlink:href="/symbol.svg#a"></use></svg>
        <a href=http://127.0.0.2:1/>x</a> <a href=http://127.0.0.2:\(port)/404>x</a>
        <a href=/late>late</a> <a href=/away404>x</a><meta property=og:image content=http://127.0.0.2:\(port)/preview.png>
        </body></html>
        """
    }

    private static func unsure(_ port: String) -> String {
        "<title>unsure</title><a href=/ids#/route>x</a> <a href=/bare#x>x</a>"
            + ["401", "403", "500", "999", "challenge", "private"].map {
                "<a href=http://127.0.0.2:\(port)/\($0)>x</a>"
            }.joined(separator: "\n")
    }

    private static func fine(_ port: String) -> String {
        """
        <!DOCTYPE html><meta charset=utf-8><title>fine</title><link rel="Preconnect icon" href=/hint>
        <a href=#TOP>x</a> <a href=#>x</a> <a href="">x</a> <a href=/ids#%E2%82%AC>x</a> <a href="/ids#100%">x</a>
        <a href=/ids#old>x</a> <a href="/ids#id:~:text=x,-y">x</a> <a href=/slash>x</a> <a href=/slash/>x</a>
        <img srcset="/ok.png?q=85,0 1x, /ok.png 2x," usemap=#m><img srcset="data:image/png;base64,AA== 1x, /ok.png 2x">
        <style>/* @import "comment.css"; */ @namespace url(http://ns.example/); p { background: url( "/a\\29 .png" ) }</style>
        <!-- <a href=/comment>x</a> --><script>var a = '<a href="/script">'</script>
        <a href=" /a b.html
        ">x</a> <a href=/%7Euser>x</a> <a href=/~user>x</a> <a href=//127.0.0.1:\(port)/ids>x</a> <a href="?q">x</a>
        <form method=post action=/post></form> <a href=/a.pdf#page=3>x</a> <img src=/sprite.svg#icon>
        <a href="mailto:a@b,c@d?subject=x">x</a> <a href="tel:+1">x</a> <a href="javascript:void(0)">x</a>
        <a href=/204>x</a> <a href=/empty>x</a> <a href=http://127.0.0.9:1/>private</a> <a href=http://api.example/>x</a>
        <a ping=/ping href=/ids>x</a> <a href=/base/>x</a> <a rel=nofollow href=/ids>x</a>
        <a href=/away>x</a> <a href=/own-cookie>x</a>
        """
            + ["404", "403", "405", "500", "501", "reset", "garbage"].map {
                "<a href=http://127.0.0.2:\(port)/head-\($0)>x</a>"
            }.joined(separator: "\n")
            + "<a href=http://127.0.0.2:\(port)/cookie>x</a> <a href=http://127.0.0.2:\(port)/place#there>x</a>"
    }

    private static let pages = [
        "/ids": """
        <!DOCTYPE html><meta charset=utf-8><meta name=viewport content=x><title>ids</title>
        <p id=id><p id="€"><p id="100%"><a name=old></a>
        """,
        "/bare": "<title>bare</title><p>",
        "/late":
            "<title>late</title><p id=a><a href=/ids#missing>to a page that was read before</a><a href=/gone>too</a>",
        "/slash/": "<title>slash</title><p id=a>", "/~user": "<title>user</title>",
        "/%7Euser": "<title>user</title>",
        "/a%20b.html": "<title>a b</title>",
        "/base/": "<title>base</title><base href=/dir/><img src=pic.png>",
        "/empty": "",
    ]

    private static func own(_ request: LoopbackServer.Request) -> LoopbackServer.Response {
        let port = request.headers["host"].map { String($0.split(separator: ":").last ?? "") } ?? ""
        if let page = pages[request.path] { return .text(page, type: "text/html; charset=utf-8") }
        switch request.path {
        case "/":
            return .html(
                title: "start", links: ["/ids", "/bare", "/fine", "/broken", "/unsure"], body: "<p id=a>")
        case "/broken": return .text(broken(port), type: "text/html").header("Link", "<linked>; rel=next")
        case "/unsure": return .text(unsure(port), type: "text/html")
        case "/fine": return .text(fine(port), type: "text/html")
        case "/q" where request.query == "id=1": return .html(title: "q")
        case "/style.css":
            return .text("@import \"gone.css\"; p { background: url(sheet.png) }", type: "text/css")
        case "/ok.png", "/dir/pic.png", "/a).png", "/sprite.svg": return .bytes([1], type: "image/png")
        case "/a.pdf": return .bytes([1], type: "application/pdf")
        case "/slash": return .redirect(to: "/slash/", status: 301)
        case "/moved404": return .redirect(to: "/nowhere", status: 301)
        case "/away404": return .redirect(to: "http://127.0.0.2:\(port)/404")
        case "/away": return .redirect(to: "http://127.0.0.2:\(port)/place")
        case "/own-cookie":
            return request.headers["cookie"] == "a=1"
                ? .html(title: "cookie") : .redirect(to: "/own-cookie").header("Set-Cookie", "a=1; Path=/")
        case "/loop": return .redirect(to: "/loop")
        case "/bad-redirect": return .redirect(to: "http://[")
        case "/garbage": return .raw(Array("nonsense\r\n\r\n".utf8))
        case "/204": return .status(204)
        case "/gone410": return .status(410)
        case "/own403": return .status(403)
        case "/own500": return .status(500)
        default: return .status(404)
        }
    }

    private static func other(_ request: LoopbackServer.Request) -> LoopbackServer.Response {
        let page = LoopbackServer.Response.html(title: "elsewhere", body: "<p id=there>")
        let name = request.path.dropFirst()
        if name.hasPrefix("head-") {
            guard request.method == "HEAD" else { return page }
            switch name.dropFirst("head-".count) {
            case "reset": return .raw([], then: .reset)
            case "garbage": return .raw(Array("nonsense\r\n\r\n".utf8))
            case let status: return .status(Int(status) ?? 0)
            }
        }
        switch name {
        case "robots.txt": return .text("User-agent: *\nDisallow: /private\n")
        case "place": return page
        case "cookie":
            return request.headers["cookie"] == "a=1"
                ? page : .redirect(to: "/cookie").header("Set-Cookie", "a=1; Path=/")
        case "challenge": return .status(403).header("cf-mitigated", "challenge")
        case "401", "403", "500", "999": return .status(Int(name) ?? 0)
        default: return .status(404)
        }
    }
}
