import CrawlCore
import Testing

/// The host parser: domain names, addresses, opaque hosts.
@Suite struct HostTests {
    /// The host of `http://input/`, or why there is none.
    private func host(_ input: String) -> String? {
        do throws(WebURL.ParseFailure) {
            return try WebURL(parsing: "http://\(input)/").host
        } catch {
            return error.description
        }
    }

    @Test func `a domain name is made lower case and its escapes are resolved`() {
        #expect(host("EXAMPLE.Com") == "example.com")
        #expect(host("ex%41mple.com") == "example.com")
        #expect(host("a_b.example.") == "a_b.example.")
        #expect(host("a..b") == "a..b")
    }

    @Test(arguments: [
        " ", "#", "<", ">", "[", "]", "^", "|", "%", "\u{7F}", "\u{1}", "%00", "%2F", "%3A", "%zz",
    ])
    func `a character that no domain may hold is refused`(character: String) {
        // "#" ends the host before it is looked at, so it is tested escaped.
        expectFailure(.invalidHostCharacter, parsing: "http://a\(character == "#" ? "%23" : character)b/")
    }

    @Test func `an empty host is refused in special schemes`() {
        expectFailure(.missingHost, parsing: "http://")
        expectFailure(.missingHost, parsing: "https:///?q")
        expectFailure(.missingHost, parsing: "http://:80/")
        expectFailure(.missingHost, parsing: "http://\u{AD}/")
    }

    @Test func `IPv4 addresses are read in all their spellings`() {
        #expect(host("127.0.0.1") == "127.0.0.1")
        #expect(host("127.0.0.1.") == "127.0.0.1")
        #expect(host("127.1") == "127.0.0.1")
        for same in ["0.0.0.0", "1.20.255.0", "127.0.0.1"] { #expect(host(same) == same) }
        #expect(host("01.2.3.4") == "1.2.3.4")
        #expect(host("1.2.3.04") == "1.2.3.4")
        #expect(host("1.2.3.4.") == "1.2.3.4")
        #expect(host("1.2.3") == "1.2.0.3")
        #expect(host("00.0.0.0") == "0.0.0.0")
        #expect(host("0x7f.1") == "127.0.0.1")
        #expect(host("0X7F000001") == "127.0.0.1")
        #expect(host("2130706433") == "127.0.0.1")
        #expect(host("017700000001") == "127.0.0.1")
        #expect(host("192.168.257") == "192.168.1.1")
        #expect(host("0x.0x.0") == "0.0.0.0")
        #expect(host("4294967295") == "255.255.255.255")
        #expect(host("1.16777215") == "1.255.255.255")
        #expect(host("%31.%32.3.4") == "1.2.3.4")
        #expect(host("１.２.３.４") == "1.2.3.4")
    }

    @Test func `what ends in a number but is no IPv4 address is refused`() {
        let texts = [
            "256.0.0.1", "1.2.3.256", "1.2.3.4.5", "4294967296", "1.16777216", "0x100000000", "09.1",
            "1.2.3.09",
            "a.1", "a.0x1", "1..1", "1.2.3.08.", "99999999999999999999999999", "a.0x",
        ]
        for text in texts { expectFailure(.invalidIPv4Address, parsing: "http://\(text)/") }
    }

    @Test func `numbers before a name are just a name`() {
        #expect(host("1.2.3.4.example") == "1.2.3.4.example")
        #expect(host("1.2.3.4x") == "1.2.3.4x")
        #expect(host("a.0xg") == "a.0xg")
        #expect(host("1..") == "1..")
    }

    @Test func `IPv6 addresses are written in the shortest way`() {
        #expect(host("[::]") == "[::]")
        #expect(host("[::1]") == "[::1]")
        #expect(host("[1::]") == "[1::]")
        #expect(host("[0:0:0:0:0:0:0:1]") == "[::1]")
        #expect(host("[2001:DB8:0:0:1:0:0:1]") == "[2001:db8::1:0:0:1]")
        #expect(host("[1:0:0:2:0:0:0:3]") == "[1:0:0:2::3]")
        #expect(host("[1:0:2:3:4:5:6:7]") == "[1:0:2:3:4:5:6:7]")
        #expect(host("[1:2:3:4:5:6:7::]") == "[1:2:3:4:5:6:7:0]")
        #expect(host("[::2:3:4:5:6:7:8]") == "[0:2:3:4:5:6:7:8]")
        #expect(host("[::ffff:192.168.0.1]") == "[::ffff:c0a8:1]")
        #expect(host("[1:2:3:4:5:6:1.2.3.4]") == "[1:2:3:4:5:6:102:304]")
        #expect(host("[0001:00a0::]") == "[1:a0::]")
    }

    @Test(arguments: [
        "[]", "[", "[:]", "[:1]", "[1:]", "[1:2]", "[:::]", "[1::2::3]", "[1:2:3:4:5:6:7:8:9]", "[12345::]",
        "[::g]",
        "[::1.2.3]", "[::1.2.3.4.5]", "[::1.2.3.256]", "[::01.2.3.4]", "[::1.2.3.]", "[::.1.2.3]",
        "[1:2:3:4:5:6:7:1.2.3.4]", "[::1", "[::1%25eth0]", "[::1]a", "[1:2:3:4:5:6:7:8::]", "[::1.2.3.4:5]",
    ])
    func `what is in brackets but no IPv6 address is refused`(text: String) {
        expectFailure(.invalidIPv6Address, parsing: "http://\(text)/")
    }

    @Test func `a host of another scheme is any text`() {
        #expect(href("foo://Ho%41st/") == "foo://Ho%41st/")
        #expect(href("foo://h\u{E9}/") == "foo://h%C3%A9/")
        #expect(href("foo://1.2.3/") == "foo://1.2.3/")
        #expect(href("foo://[::0]:80/") == "foo://[::]:80/")
        expectFailure(.invalidHostCharacter, parsing: "foo://a b/")
        expectFailure(.invalidHostCharacter, parsing: "foo://a^b/")
    }
}
