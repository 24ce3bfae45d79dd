import CrawlCore
import Curl
import LoopbackServer
import Testing

/// Which requests go through a proxy.
@Suite struct ProxyTests {
    private let loop: TransferLoop
    private let proxy: LoopbackServer

    init() throws {
        loop = try TransferLoop(connections: 8)
        proxy = try LoopbackServer { request in
            request.method == "CONNECT" ? .status(403) : .text("proxied \(request.target)")
        }
    }

    private func viaProxy(_ url: String, job: String? = nil, environment: [String: String] = [:]) throws
        -> Bool
    {
        // Who goes there directly gets nothing.
        let test = try TestTransfer(loop, proxy: job, environment: environment)
        test.mayConnect = { _ in false }
        try test.fetch(url)
        return test.text == "proxied \(url)"
    }

    @Test func `the job's proxy is asked with the whole URL, and with what belongs to the host`() throws {
        #expect(try viaProxy("http://a.localhost/b?c", job: proxy.url("")))

        let exchange = try #require(proxy.log.first)
        #expect(exchange.target == "http://a.localhost/b?c")
        #expect(exchange.headers["Host"] == "a.localhost")
        #expect(exchange.headers["Accept-Encoding"] != nil)
    }

    @Test(arguments: [
        ("http_proxy", true), ("HTTP_PROXY", false), ("all_proxy", true), ("ALL_PROXY", true),
        ("https_proxy", false),
    ])
    func `a variable of the environment names the proxy`(name: String, isUsed: Bool) throws {
        #expect(try viaProxy("http://a.localhost/", environment: [name: proxy.url("")]) == isUsed)
    }

    @Test func `an empty proxy of the job is none, and an empty variable neither`() throws {
        #expect(try !viaProxy("http://a.localhost/", job: "", environment: ["http_proxy": proxy.url("")]))
        #expect(
            try viaProxy("http://a.localhost/", environment: ["http_proxy": "", "all_proxy": proxy.url("")]))
    }

    @Test(arguments: [
        ("a.localhost", "a.localhost"), (".localhost", "a.localhost"), ("localhost", "a.b.localhost"),
        ("*", "a.localhost"),
        ("x, a.localhost.", "A.localhost."), ("127.0.0.1", "127.0.0.1"), ("10.0.0.0/8", "10.1.2.3"),
        ("fe80::/10", "[fe80::1]"), ("::1", "[::1]"), ("x 10.1.2.0/23", "10.1.3.9"),
    ])
    func `hosts in no_proxy are requested without one, whoever named it`(list: String, host: String) throws {
        let url = "http://\(host):1/"
        let environment = ["no_proxy": list, "http_proxy": proxy.url("")]
        for job in [nil, proxy.url("")] {
            let test = try TestTransfer(
                loop, connect: .milliseconds(50), proxy: job, environment: environment)
            test.mayConnect = { _ in false }
            try test.start(url)
            #expect(test.transfer?.isProxied == false)
            loop.cancel(try #require(test.transfer))
        }
        #expect(proxy.counters.requests == 0)
    }

    @Test(arguments: [
        ("a.localhost", "b.a.localhost.example"), ("a.localhost", "xa.localhost"), ("*,x", "a.localhost"),
        ("10.0.0.0/8", "11.0.0.1"),
        ("10.0.0.0/33", "10.0.0.1"), ("0.1", "10.0.0.1"), (",, ", "a.localhost"),
        ("*.localhost", "a.localhost"),
    ])
    func `hosts that are not in no_proxy go through the proxy`(list: String, host: String) throws {
        #expect(
            try viaProxy("http://\(host)/", environment: ["no_proxy": list, "http_proxy": proxy.url("")]))
    }

    @Test func `a proxy that refuses a tunnel is a failure to connect`() throws {
        let test = try TestTransfer(loop, proxy: proxy.url(""))

        let transfer = try test.fetch("https://a.localhost/")

        #expect(test.kind == .connect)
        #expect(proxy.log.first?.method == "CONNECT")
        #expect(transfer.statusCode == nil)
    }

    @Test func `a proxy that is not there is a failure to connect`() throws {
        proxy.stop()
        let test = try TestTransfer(loop, proxy: proxy.url(""))

        try test.fetch("http://a.localhost/")

        #expect(test.kind == .connect)
    }

    @Test func `one transfer asks the proxy and hosts without it in turn`() throws {
        let server = try LoopbackServer { _ in .text("direct") }
        let test = try TestTransfer(
            loop, proxy: nil, environment: ["http_proxy": proxy.url(""), "no_proxy": "127.0.0.1"])
        var texts: [String] = []
        for url in ["http://a.localhost/", server.url("/"), "http://b.localhost/"] {
            try test.fetch(url)
            texts.append(test.text)
        }

        #expect(texts == ["proxied http://a.localhost/", "direct", "proxied http://b.localhost/"])
    }
}
