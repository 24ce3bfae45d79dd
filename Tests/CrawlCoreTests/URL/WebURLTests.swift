import CrawlCore
import Testing

/// The parts of a URL, and what is made of them.
@Suite struct WebURLTests {
    @Test func `every part of a full URL is found`() throws {
        let url = try WebURL(parsing: "https://me:secret@example.com:8080/a/b?c=d#e")

        #expect(url.href == "https://me:secret@example.com:8080/a/b?c=d#e")
        #expect(url.scheme == "https")
        #expect(url.username == "me")
        #expect(url.password == "secret")
        #expect(url.host == "example.com")
        #expect(url.port == 8080)
        #expect(url.path == "/a/b")
        #expect(url.query == "c=d")
        #expect(url.fragment == "e")
        #expect(url.pathAndQuery == "/a/b?c=d")
    }

    @Test func `parts that are absent are nil or empty`() throws {
        let url = try WebURL(parsing: "http://example.com")

        #expect(url.username == "")
        #expect(url.password == "")
        #expect(url.port == nil)
        #expect(url.path == "/")
        #expect(url.query == nil)
        #expect(url.fragment == nil)
        #expect(!url.hasCredentials)
    }

    @Test func `an empty query and an empty fragment are not absent ones`() throws {
        let url = try WebURL(parsing: "http://example.com/?#")

        #expect(url.href == "http://example.com/?#")
        #expect(url.query == "")
        #expect(url.fragment == "")
    }

    @Test func `a URL that is normalised already has the same parts as one that is not`() throws {
        let texts = [
            "http://a.example:81/b?c#d", "https://a.example/", "http://a.example/b#d", "http://a.example/b?c",
        ]
        for text in texts {
            let plain = try WebURL(parsing: text)
            let parsed = try WebURL(parsing: " \(text)\n")

            #expect(parsed == plain)
            #expect(parsed.scheme == plain.scheme)
            #expect(parsed.host == plain.host)
            #expect(parsed.port == plain.port)
            #expect(parsed.path == plain.path)
            #expect(parsed.query == plain.query)
            #expect(parsed.fragment == plain.fragment)
        }
    }

    @Test func `a user name may stand without a password and a password without a name`() throws {
        let named = try WebURL(parsing: "ftp://me@example.com/")
        let nameless = try WebURL(parsing: "ftp://:secret@example.com/")

        #expect(named.username == "me")
        #expect(named.password == "")
        #expect(nameless.username == "")
        #expect(nameless.password == "secret")
        #expect(nameless.href == "ftp://:secret@example.com/")
    }

    @Test func `credentials end at the last at sign and are escaped`() {
        #expect(href("http://a@b@c:d|e@host/") == "http://a%40b%40c:d%7Ce@host/")
        #expect(href("http://:@host/") == "http://host/")
        expectFailure(.missingHost, parsing: "http://user@/")
    }

    @Test func `the default port of a scheme is dropped and any other kept`() throws {
        #expect(href("http://example.com:80/") == "http://example.com/")
        #expect(href("https://example.com:00443/") == "https://example.com/")
        #expect(href("wss://example.com:80/") == "wss://example.com:80/")
        #expect(href("http://example.com:/") == "http://example.com/")
        #expect(href("http://example.com:0/") == "http://example.com:0/")
        #expect(try WebURL(parsing: "http://example.com:65535/").port == 65535)
    }

    @Test func `a port that is no number up to 65535 is refused`() {
        expectFailure(.invalidPort, parsing: "http://example.com:65536/")
        expectFailure(.invalidPort, parsing: "http://example.com:99999999999999999999999/")
        expectFailure(.invalidPort, parsing: "http://example.com:8a/")
        expectFailure(.invalidPort, parsing: "http://example.com:-1/")
    }

    @Test func `only http and https are HTTP`() throws {
        #expect(try WebURL(parsing: "HTTP://example.com/").isHTTP)
        #expect(try WebURL(parsing: "https://example.com/").isHTTP)
        #expect(try !WebURL(parsing: "ws://example.com/").isHTTP)
        #expect(try !WebURL(parsing: "httpx://example.com/").isHTTP)
        #expect(try !WebURL(parsing: "file:///x").isHTTP)
    }

    @Test func `the key of a host is scheme and host and a port that is not the default`() throws {
        #expect(try WebURL(parsing: "HTTP://Example.COM:80/a?b#c").hostKey == "http://example.com")
        #expect(try WebURL(parsing: "https://me:pw@example.com:8443/a").hostKey == "https://example.com:8443")
        #expect(try WebURL(parsing: "http://[::1]:81/").hostKey == "http://[::1]:81")
        #expect(try WebURL(parsing: "https://example.com/a").hostKey == "https://example.com")
    }

    @Test func `what is stored has neither fragment nor credentials`() throws {
        let url = try WebURL(parsing: "https://me:pw@example.com/a?b#c")

        #expect(url.withoutFragment == "https://me:pw@example.com/a?b")
        #expect(url.withoutCredentialsAndFragment == "https://example.com/a?b")
    }

    @Test func `what has neither fragment nor credentials is stored as it is`() throws {
        let url = try WebURL(parsing: "https://example.com/a?b")

        #expect(url.withoutFragment == url.href)
        #expect(url.withoutCredentialsAndFragment == url.href)
    }

    @Test func `URLs that differ only in how they are written are equal`() throws {
        let written: Set = [
            try WebURL(parsing: "HTTP://EXAMPLE.com:80/a/../b"), try WebURL(parsing: "http://example.com/b"),
            try WebURL(parsing: "\thttp:\\\\example.com\\./b "),
        ]

        #expect(written.count == 1)
    }

    @Test func `white space around and line ends within a URL are taken out`() {
        #expect(href(" \u{1}\u{0}ht\ntp://exa\tmple.com/a\r\nb \n") == "http://example.com/ab")
    }

    @Test func `a text without a scheme is no URL by itself`() {
        expectFailure(.missingScheme, parsing: "")
        expectFailure(.missingScheme, parsing: "example.com/a")
        expectFailure(.missingScheme, parsing: "//example.com/a")
        expectFailure(.missingScheme, parsing: "1http://example.com/")
    }

    @Test func `every reason for a failure is a message of its own`() {
        let reasons: [WebURL.ParseFailure] = [
            .missingScheme, .missingHost, .invalidHostCharacter, .invalidDomain, .invalidIPv4Address,
            .invalidIPv6Address, .invalidPort, .tooLong,
        ]

        #expect(Set(reasons.map(\.description)).count == reasons.count)
    }
}
