import HTMLScan
import Testing

/// The URLs of style sheets, by the tokens of CSS Syntax 3.
@Suite struct CSSLinkTests {
    private func links(_ css: String, pieces: Int = .max, isAttribute: Bool = false) -> [CSSLink] {
        var scanner = CSSLinkScanner(isAttribute: isAttribute)
        Array(css.utf8).withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                scanner.feed(UnsafeRawBufferPointer(rebasing: rest.prefix(pieces)))
                rest = rest.dropFirst(pieces)
            }
        }
        scanner.finish()
        return scanner.takeLinks()
    }

    @Test(
        arguments: [
            ("a { b: url(x) }", ["url() x"]), ("a { b: url( x ) }", ["url() x"]),
            ("a{b:URL(x)}", ["url() x"]),
            ("a { b: url('x y') }", ["url() x y"]), ("a { b: url(\"x)\") }", ["url() x)"]),
            ("a { b: url( \"a\\29 .png\" ) }", ["url() a).png"]),
            ("a { b: url(a\\29 .png) }", ["url() a).png"]),
            ("a { b: url(a\\).png) }", ["url() a).png"]), ("a { b: u\\72l(x) }", ["url() x"]),
            ("a { b: u\\000072 l(x) }", ["url() x"]), ("a { b: \\75rl(x) }", ["url() x"]),
            ("a { b: \\url(x) }", ["url() x"]),
            ("a { b: url(\n\tx\n) }", ["url() x"]), ("a { b: url(x", ["url() x"]),
            ("a { b: url(\"x", ["url() x"]),
            ("a { b: url(x ", ["url() x"]), ("a { b: url(x\\", ["url() x\u{FFFD}"]),
            ("a { b: url('x\\", ["url() x"]),
            ("a { b: url('x\\\ny') }", ["url() xy"]), ("a { b: url('x\\\r\ny') }", ["url() xy"]),
            ("a { b: url(x)url(y) }", ["url() x", "url() y"]),
            ("a { b: url(x)/**/, url(y) }", ["url() x", "url() y"]),
            ("a { b: url('x' format) }", ["url() x"]), ("a { b: url(\\0) }", ["url() \u{FFFD}"]),
            ("a { b: url(\\110000) }", ["url() \u{FFFD}"]), ("a { b: url(\\d800) }", ["url() \u{FFFD}"]),
            ("a { b: url(x\u{0}y) }", ["url() x\u{FFFD}y"]), ("a { b: url(é) }", ["url() é"]),
            ("a { b: url(//h/x?a&b#c) }", ["url() //h/x?a&b#c"]), ("a { b: url(/*x*/) }", ["url() /*x*/"]),
            ("a { b: '/*' url(x) '*/' }", ["url() x"]), ("a { b: \"\\\"url(y)\" url(x) }", ["url() x"]),
            ("a { b: 'x\n; c: url(y) }", ["url() y"]), ("a { b: url(x y) url(z) }", ["url() z"]),
            ("a { b: url(x'y) url(z) }", ["url() z"]), ("a { b: url(x(y) url(z) }", ["url() z"]),
            ("a { b: url(x(\\)y) url(z) }", ["url() z"]), ("a { b: url('x\n) ; c: url(y) }", ["url() y"]),
            ("a { b: image-set('x' 1x, 'y' type('image/png') 2x) 'z' }", ["url() x", "url() y"]),
            ("a { b: -webkit-image-set(url(x) 1x, \"y\" 2x) }", ["url() x", "url() y"]),
            ("a { b: image-set(linear-gradient(red, 'no') 1x, 'x' 2x) }", ["url() x"]),
            ("@font-face { src: local('n'), url(x) format('woff2') }", ["url() x"]),
            ("@media (a: url(n)) { a { b: url(x) } }", ["url() x"]), ("--x: url(x)", ["url() x"]),
            ("@import 'x';", ["@import x"]), ("@import url(x);", ["@import x"]),
            ("@import url('x') print;", ["@import x"]),
            ("@IMPORT \"x\" layer(a) supports(b: url(n));a{b:url(y)}", ["@import x", "url() y"]),
            ("@charset 'n'; @import 'x'; @layer a, b; @import 'y';", ["@import x", "@import y"]),
            ("<!-- @import 'x'; --> a { b: url(y) }", ["@import x", "url() y"]),
            ("@import/**/'x'", ["@import x"]),
            ("/* @import 'n'; */ @import 'x';", ["@import x"]), ("@import 'x", ["@import x"]),
            ("@\\69mport 'x';", ["@import x"]),
            ("@import 'data:text/css,@import'", ["@import data:text/css,@import"]),
        ] as [(String, [String])])
    func `URLs are found as browsers find them`(css: String, expected: [String]) {
        for pieces in [1, 2, 3, .max] {
            #expect(links(css, pieces: pieces).map { "\($0.origin.rawValue) \($0.url)" } == expected)
        }
    }

    @Test(arguments: [
        "/* url(x) */", "a { content: 'url(x)' }", "a { b: url() }", "a { b: url('') }", "a { b: url(#x) }",
        "@namespace url(x);", "@namespace p 'x';", "a { b: myurl(x) }", "a { b: url (x) }",
        "a { b: 1url(x) }",
        "a { b: #url(x) }", "a { b: -url(x) }", "a[b='x'] { c: d }", "@import foo 'x';", "@import ;'x'",
        "a { } @import 'x';", "@media print { } @import 'x';", "@layer a { } @import 'x';",
        "@namespace 'n'; @import 'x';", "a { @import 'x'; }", "@-moz-document url(x) { }",

        "@supports (a: url(x)) { }", "a { b: url(x\\\ny) }", "@import url(x y);", "@import 'x\n;", "url", "@",
        "@import",
        "a { b: url(x\u{1}) }", "a { b: format('x') }", "\\", "/", "/*", "url(", "@import \"",
        "a { b: u\\\nrl(x) }",
    ])
    func `what no browser asks for is not found`(css: String) {
        for pieces in [1, .max] {
            #expect(links(css, pieces: pieces).isEmpty)
        }
    }

    @Test func `there are no rules in an attribute`() {
        #expect(links("@import 'x'; background: url(y)", isAttribute: true).map(\.url) == ["y"])
    }

    @Test func `lines are counted`() {
        let css = "a {\r\n b: url(1);\r b:\n url('2\\\n') }\n\n/*\n*/ c { d: url(\n3) } e { f: url(4) }"
        for pieces in [1, .max] {
            #expect(links(css, pieces: pieces).map(\.line) == [2, 4, 8, 9])
        }
    }

    @Test func `a long URL is cut`() {
        let long = String(repeating: "x", count: 100_000)
        let found = links("a { b: url(\(long)) url('\(long)') url(y) }")
        #expect(found.map(\.isCutOff) == [true, true, false])
        #expect(found.map(\.url.utf8.count) == [CSSLinkScanner.urlLimit, CSSLinkScanner.urlLimit, 1])
    }

    // MARK: - Style sheets of their own

    private func scan(_ css: [UInt8], _ contentType: String?, pieces: Int = .max) -> PageReferences {
        let scanner = StyleSheetScanner()
        scanner.reset(contentType: "text/css; charset=utf-16")
        scanner.reset(contentType: contentType)
        css.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                scanner.feed(UnsafeRawBufferPointer(rebasing: rest.prefix(pieces)))
                rest = rest.dropFirst(pieces)
            }
        }
        scanner.finish()
        return scanner.references
    }

    @Test func `a style sheet is decoded`() {
        let css = "@charset \"shift_jis\";\n@import '表.css';a{b:url(表) url(表)}"
        let bytes = css.bytes(in: "SHIFT_JIS")
        for pieces in [1, .max] {
            for contentType in ["text/css", nil, "text/css; charset=shift_jis"] {
                let found = scan(bytes, contentType, pieces: pieces)
                #expect(found.references.map(\.reference.url) == ["表.css", "表"])
                #expect(found.references.map(\.count) == [1, 2])
                #expect(found.references.map(\.reference.attribute) == ["@import", "url()"])
                #expect(found.references.allSatisfy { $0.reference.kind == .asset && $0.line == 2 })
            }
        }
        #expect(
            scan([0xEF, 0xBB, 0xBF] + Array("@import 'é'".utf8), "text/css; charset=latin1").references.map(
                \.reference.url) == ["é"])
        #expect(
            scan(Array("@charset \"utf-16\"; @import 'é'".utf8), nil).references.map(\.reference.url) == ["é"]
        )
        #expect(
            scan("a{b:url(é)}".bytes(in: "UTF-16LE"), "text/css; charset=utf-16le").references.map(
                \.reference.url) == ["é"])
    }

    @Test func `the type of a body tells style sheets`() {
        #expect(StyleSheetScanner.reads(contentType: "text/css"))
        #expect(StyleSheetScanner.reads(contentType: " Text/CSS ; charset=x"))
        #expect(!StyleSheetScanner.reads(contentType: "text/html"))
        #expect(!StyleSheetScanner.reads(contentType: nil))
    }

    @Test func `a style sheet is read up to a limit`() {
        let page =
            Array(repeating: UInt8(ascii: " "), count: StyleSheetScanner.byteLimit - 5)
            + Array("url(x) url(y)".utf8)
        let found = scan(page, "text/css")
        #expect(found.isCutShort)
        #expect(found.references.map(\.reference.url) == ["x"])
    }
}
