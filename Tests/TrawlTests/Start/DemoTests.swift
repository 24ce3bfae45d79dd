import Foundation
import Testing
import TrawlTestSupport

@testable import trawl

/// The site that `trawl demo` serves, and crawls of it.
@Suite(.serialized, .timeLimit(.minutes(15))) struct DemoTests {
    let site = DemoSite(origin: "http://127.0.0.1:8137")

    @Test func `each page of the list and the sitemap is there`() {
        let list = site.answer(path: "/urls.txt").body.split(separator: "\n")
        let sitemap = site.answer(path: "/sitemap.xml").body

        #expect(list.count == 16)
        for url in list {
            #expect(site.answer(path: String(url.dropFirst(site.origin.count))).status == 200, "\(url)")
            #expect(sitemap.contains("<loc>\(url)</loc>"))
        }
    }

    @Test func `the list and the API have as many pages as beans need`() throws {
        for page in 1...3 {
            let api = site.answer(path: "/api/beans", page: "\(page)")
            let object = try #require(
                JSONSerialization.jsonObject(with: Data(api.body.utf8)) as? [String: Any])

            #expect((object["beans"] as? [Any])?.count == [4, 4, 2][page - 1])
            #expect(object["next"] is NSNull == (page == 3))
            #expect(site.answer(path: "/beans/", page: "\(page)").body.contains("rel=\"next\"") == (page < 3))
        }
        for page in ["0", "4", "x", "-1", "99999999999999999999"] {
            #expect(site.answer(path: "/api/beans", page: page).status == 404)
            #expect(site.answer(path: "/beans/", page: page).status == 404)
        }
        #expect(site.answer(path: "/api/beans/huila").body.contains("\"price\": 7.50"))
    }

    @Test func `the stock changes with the minute, and nothing else does`() {
        #expect(site.answer(path: "/stock.html", minute: 1) != site.answer(path: "/stock.html", minute: 2))
        #expect(site.answer(path: "/beans/", minute: 1) == site.answer(path: "/beans/", minute: 2))
        #expect(site.answer(path: "/slow.html").delay == .seconds(2))
    }

    @Test func `a crawl finds what the site has, and nothing of what robots.txt forbids`() async throws {
        let bench = try Workbench()
        let port = try freePort()
        let demo = try bench.start("demo", "--port", "\(port)")
        defer { kill(demo.pid, SIGTERM) }
        try await eventually("the demo listens") { try demo.outputSoFar().contains("until you press Ctrl-C") }
        try bench.job(
            "shop", urls: ["http://127.0.0.1:\(port)/"], "follow: {scope: host}\ndelay: 0s\nrobots: obey")
        let crawl = try await bench.trawl("run", "-q", "shop.yaml")

        #expect(crawl.code == 4, "\(crawl.errors)")
        #expect(
            try bench.value("SELECT count(*) FROM results WHERE status_code = 200", as: Int.self) ?? 0 > 20)
        #expect(
            try bench.values("SELECT status_code || ' ' || url FROM failures ORDER BY 1", as: String.self)
                == ["404 http://127.0.0.1:\(port)/offers.html", "500 http://127.0.0.1:\(port)/till.html"])
        let requests = try demo.errorsSoFar()
        #expect(requests.contains("GET /robots.txt 200\n"))
        #expect(requests.contains("GET /beans/?page=3 200\n"))
        #expect(!requests.contains("/private/"))

        let second = try await bench.trawl("demo", "--port", "\(port)")
        #expect(second.code == 3)
        #expect(second.errors.contains("choose another port: trawl demo --port \(port &+ 1)"))
        kill(demo.pid, SIGINT)
        #expect(try await demo.finished().code == 0)
    }
}

/// A port that nobody listens at.
func freePort() throws -> UInt16 {
    let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(socket) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    try withUnsafeMutablePointer(to: &address) { pointer in
        try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            try #require(bind(socket, $0, length) == 0)
            try #require(getsockname(socket, $0, &length) == 0)
        }
    }
    return UInt16(bigEndian: address.sin_port)
}
