import CrawlCore
import Testing

/// International domain names (UTS #46 as the URL Standard has it).
@Suite struct DomainNameTests {
    private func host(_ input: String) -> String? {
        try? WebURL(parsing: "http://\(input)/").host
    }

    @Test func `an international name is given in its ASCII form`() {
        #expect(host("bücher.example") == "xn--bcher-kva.example")
        #expect(host("BÜCHER.example") == "xn--bcher-kva.example")
        #expect(host("b%C3%BCcher.example") == "xn--bcher-kva.example")
        #expect(host("日本語。ＪＰ") == "xn--wgv71a119e.jp")
        #expect(host("сом.example") == "xn--l1adi.example")
    }

    @Test func `sharp s and final sigma keep what they are`() {
        #expect(host("faß.de") == "xn--fa-hia.de")
        #expect(host("FAẞ.de") == "xn--fa-hia.de")
        #expect(host("βόλος.com") == "xn--nxasmm1c.com")
    }

    @Test func `letters are composed before they are encoded`() {
        #expect(host("bu\u{308}cher.example") == "xn--bcher-kva.example")
        #expect(host("<\u{338}") == "xn--gdh")
        #expect(host("\u{338}<") == nil)
    }

    @Test func `symbols are allowed though IDNA 2008 forbids them`() {
        #expect(host("♥.net") == "xn--g6h.net")
        #expect(host("i❤️.ws") == "xn--i-7iq.ws")
        #expect(host("💩.la") == "xn--ls8h.la")
        #expect(host("💩faß.la") == "xn--fa-hia59822c.la")
        #expect(host("ශ්\u{200D}♥රී") == "xn--10cl1a0b660powi")
    }

    @Test func `hyphens are allowed wherever they are`() {
        #expect(host("-é.example") == "xn----bga.example")
        #expect(host("é-.example") == "xn----9fa.example")
        #expect(host("ab--é.example") == "xn--ab---epa.example")
        #expect(host("a†--") == "xn--a---kp0a")
        #expect(host("-ß") == "xn----qfa")
        #expect(host("－ü") == host("-ü"))
        #expect(host("ＸＮ--ab--é") == nil)
    }

    @Test func `letters that Unicode gave a lower case later are mapped to it`() {
        #expect(host("Ↄ.com") == "xn--r5g.com")
        #expect(host("\u{2F868}.com") == "xn--snl.com")
        #expect(host("Ⴀ.com") == host("\u{2D00}.com"))
    }

    @Test func `invisible characters are ignored`() {
        #expect(host("exa\u{AD}mple\u{200B}.com\u{FEFF}") == "example.com")
        #expect(host("b\u{3164}ü.com") == host("bü.com"))
    }

    @Test func `joiners stand only where the script needs them`() {
        #expect(host("نامه\u{200C}ای") == "xn--mgba3gch31f060k")
        #expect(host("ශ්\u{200D}රී") == "xn--10cl1a0b660p")
        #expect(host("a\u{200D}b") == nil)
        #expect(host("\u{200C}é") == nil)
    }

    @Test func `names written from right to left follow the Bidi rule`() {
        #expect(host("אב.example") == "xn--4dbc.example")
        #expect(host("אa.example") == nil)
        #expect(host("0א.example") == nil)
        #expect(host("1a.אב") == nil)
        #expect(host("a-.אב") == nil)
    }

    @Test func `an encoded label beside an international one must be right`() {
        #expect(host("xn--bcher-kva.bücher") == "xn--bcher-kva.xn--bcher-kva")
        #expect(host("xn--ls8h.é") == "xn--ls8h.xn--9ca")
        #expect(host("xn--a.é") == nil)
        #expect(host("xn--xn---epa.é") == nil)
        #expect(host("xn--ab-.é") == nil)
        #expect(host("xn--.é") == nil)
        #expect(host("ＸＮ--a") == nil)
    }

    @Test func `an encoded label among ASCII ones is not looked into`() {
        #expect(host("XN--a.example") == "xn--a.example")
        #expect(host("xn--ls8h=.example") == "xn--ls8h=.example")
    }

    @Test(arguments: [
        "\u{FFFD}", "a%EF%B7%90", "a\u{6DD}", "a\u{E0020}", "www‥x", "％００", "a⩴8", "a\u{A0}b", "%FF",
        "%C0%AF",
    ])
    func `a name that UTS 46 forbids is refused`(name: String) {
        #expect(host(name) == nil)
    }

    @Test func `a label may be longer than DNS allows`() {
        let long = String(repeating: "0123456789", count: 7)

        #expect(host("x\(long)†") == "xn--x\(long)-x598b")
        #expect(host("x\(long)bu\u{308}cher") == host("x\(long)bücher"))
    }

    @Test func `an international name may not be so long that it takes time`() {
        let long = String(
            String.UnicodeScalarView((0x4E00...0x9FFF).compactMap { Unicode.Scalar($0 as UInt32) }))

        expectFailure(.invalidDomain, parsing: "http://\(long)/")
    }

    @Test func `empty labels are kept`() {
        #expect(host("a..é") == "a..xn--9ca")
        #expect(host("é.") == "xn--9ca.")
    }
}
