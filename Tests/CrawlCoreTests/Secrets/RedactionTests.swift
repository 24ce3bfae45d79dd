import CrawlCore
import Glibc
import Testing

/// What servers make of a secret before they send it back.
@Suite struct RedactionTests {
    private static let secret = "pa/ss é\"+x"
    private let redaction = redaction(of: secret)

    private static func redaction(of secret: String) -> Redaction {
        var redaction = Redaction()
        redaction.add(secret, as: .environment("KEY"))
        return redaction
    }

    @Test(arguments: [
        #"pa/ss é"+x"#, #"pa/ss é\"+x"#, #"pa\/ss \u00e9\"+x"#, #"pa\/ss\u0020\u00E9\u0022\u002bx"#,
        #"\u0070\u0061\u002f\u0073\u0073\u0020\u00e9\u0022\u002b\u0078"#, #"pa\u{2f}ss\x20\xe9\x22+x"#,
        #"pa\057ss \351\"+x"#, #"pa\\/ss \\u00e9\\\"+x"#, #"pa\\\/ss \\\\u00e9\\\"+x"#,
        "pa%2Fss%20%C3%A9%22%2Bx", "pa%2fss%20%c3%a9%22%2bx", "pa%2fss+%c3%A9%22%2Bx", "pa/ss%20%E9%22+x",
        "%70%61%2f%73%73%20%c3%a9%22%2b%78", "pa%252Fss%2520%25C3%25A9%2522%252Bx", "pa/ss%20%u00e9%22+x",
        "pa/ss &#233;&quot;+x", "pa&#47;ss&#32;&#xe9;&#x22;&#X2B;x", "pa&sol;ss &eacute;&QUOT;&plus;x",
        "pa/ss &eacute&quot+x", "pa/ss &#0000000233;&#x000022;+x", "pa&#x2f;ss &#233&#34+x",
        #"pa/ss \u0026eacute;\u0026quot;+x"#, "pa/ss &amp;eacute;&amp;quot;+x", "pa/ss &#38;#233;&#38;#34;+x",
        "pa%2Fss%20%26eacute%3B%22%2Bx", #"pa\\\/ss \\u0026\\u0023233;\\\"+x"#,
        // UTF-8 that a server took for Latin-1, and what could not be decoded.
        #"pa/ss Ã©"+x"#, #"pa\/ss \u00c3\u00a9\"+x"#, #"pa/ss \udcc3\udca9\"+x"#,
        "pa/ss &Atilde;&copy;&quot;+x",
        #"pa/ss ?"+x"#, #"pa/ss ??\"+x"#, #"pa/ss \ufffd\"+x"#, "pa/ss \u{FFFD}\u{FFFD}\"+x",
    ])
    func `a secret is found in each of its spellings`(spelling: String) {
        #expect(redaction.redacted(spelling) == "${env:KEY}")
        #expect(redaction.redacted("<a b=\"\(spelling)\">") == "<a b=\"${env:KEY}\">")
        #expect(redaction.redacted("x\(spelling)\(spelling)y") == "x${env:KEY}${env:KEY}y")
        #expect(redaction.isMentioned(in: "http://a/?k=\(spelling)&b"))
    }

    @Test func `any of its characters may be escaped in any way`() {
        let ways: [(Unicode.Scalar) -> String] = [
            { String($0) },
            { "\\u" + String(String($0.value + 0x10000, radix: 16).suffix(4)) },
            { scalar in
                String(scalar).utf8.map { "%" + (($0 < 16 ? "0" : "") + String($0, radix: 16)) }.joined()
            },
            { "&#\($0.value);" }, { "&#x00\(String($0.value, radix: 16, uppercase: true));" },
        ]
        var random = SeededGenerator(state: 4)
        for _ in 0..<300 {
            let text = Self.secret.unicodeScalars.map { ways.randomElement(using: &random)!($0) }.joined()
            #expect(redaction.redacted("a=\(text)&b") == "a=${env:KEY}&b", "\(text)")
        }
    }

    @Test func `characters beyond the first 65,536 are surrogate pairs in JSON`() {
        let redaction = Self.redaction(of: "kéy-🔑-ключ")

        for text in [
            #"k\u00e9y-\ud83d\udd11-\u043a\u043b\u044e\u0447"#, #"k\u00E9y-\uD83D\uDD11-ключ"#,
            "k&eacute;y-&#128273;-&kcy;&lcy;&yucy;&chcy;", "k%C3%A9y-%F0%9F%94%91-%D0%BA%D0%BB%D1%8E%D1%87",
            #"kéy-\\ud83d\\udd11-ключ"#, #"kéy-\u{1f511}-ключ"#, #"kéy-\U0001F511-ключ"#,
        ] { #expect(redaction.redacted("[\(text)]") == "[${env:KEY}]", "\(text)") }
        #expect(redaction.redacted(#"kéy-\ud83d-ключ"#) == #"kéy-\ud83d-ключ"#)
    }

    @Test(arguments: ["", "u", "us", "user", "a@b.org"])
    func `Base64 of a pair with it is masked, whatever stands around the secret`(user: String) {
        let redaction = Self.redaction(of: "s3cr3t?>~key")
        let pair = Self.base64("\(user):s3cr3t?>~key")
        let trimmed = pair.filter { $0 != "=" }
        let forURLs = String(pair.map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 })

        for text in [
            pair, trimmed, forURLs, pair.replacing("/", with: "\\/"), pair.replacing("=", with: "%3D"),
        ] {
            let masked = redaction.redacted("Basic \(text) .")
            #expect(masked.contains("${env:KEY}") && masked.hasSuffix(" ."), "\(text)")
            // No run of what is left is a part of the secret.
            let rest = masked.replacing("${env:KEY}", with: "")
            #expect(rest.count <= "Basic  .".count + (user.utf8.count + 1) / 3 * 4 + 8)
        }
        let long = Self.base64("\(user):s3cr3t?>~key and more of it")
        #expect(redaction.redacted(long).contains("${env:KEY}"))
    }

    @Test func `the password in a pair that is the secret is one as well`() {
        let redaction = Self.redaction(of: Self.base64("jo:pass-word"))

        #expect(redaction.redacted("Basic \(Self.base64("jo:pass-word"))") == "Basic ${env:KEY}")
        #expect(redaction.redacted("jo and pass%2Dword") == "jo and ${env:KEY}")
    }

    @Test func `bodies of other encodings are masked as they are`() {
        let latin: [UInt8] = Array("<p>pa/ss ".utf8) + [0xE9] + Array("\"+x</p>".utf8)
        #expect(redaction.redactedBody(latin) == Array("<p>${env:KEY}</p>".utf8))
        for isBigEndian in [false, true] {
            func utf16(_ text: String) -> [UInt8] {
                text.utf16.flatMap { unit in
                    let pair = [UInt8(unit & 0xFF), UInt8(unit >> 8)]
                    return isBigEndian ? pair.reversed() : pair
                }
            }
            #expect(
                redaction.redactedBody(utf16("\u{FEFF}<p>pa/ss é\"+x</p>"))
                    == utf16("\u{FEFF}<p>${env:KEY}</p>"))
            #expect(redaction.redactedBody(utf16(#""pa\/ss \u00e9\"+x""#)) == utf16("\"${env:KEY}\""))
        }
    }

    @Test func `JSON stays JSON`() {
        let number = Self.redaction(of: "1234567")
        #expect(
            number.redactedJSON(#"{"a":1234567,"b":[-12345678.5,"1234567"]}"#)
                == #"{"a":"${env:KEY}","b":["${env:KEY}","${env:KEY}"]}"#)
        // The letter belongs to an escape.
        #expect(Self.redaction(of: "nabcdef").redactedJSON(#"["x\nabcdef"]"#) == #"["x${env:KEY}"]"#)
        #expect(Self.redaction(of: "00e9abcdef").redactedJSON(#"["\u00e9abcdef"]"#) == #"["${env:KEY}"]"#)
        #expect(
            Self.redaction(of: "abcdef\\").redactedJSON(#"["abcdef\\","abcdef\"b"]"#)
                == #"["${env:KEY}","${env:KEY}b"]"#)
        var quoted = Redaction()
        quoted.add("abcdef", as: .file("/a\"b"))
        #expect(quoted.redactedJSON(#"["abcdef"]"#) == #"["${file:/a\"b}"]"#)
    }

    @Test func `what is no secret stays`() {
        for text in [
            "", "pa/ss", "pa/ss e\"+x", "pa%2ss é\"+x", "pa/ss &eacutes;\"+x", #"pa\u002ss é"+x"#,
            "PA/SS É\"+X",
        ] {
            #expect(redaction.redacted(text) == text)
        }
        #expect(Self.redaction(of: "short").isEmpty)
        #expect(Redaction().redactedBody(Array("abc".utf8)) == nil)
    }

    @Test func `of two secrets that begin alike the longer one is meant`() {
        var redaction = Self.redaction(of: "secret")
        redaction.add("secret-longer", as: .environment("LONG"))

        #expect(redaction.redacted("secret secret%2Dlonger") == "${env:KEY} ${env:LONG}")
    }

    @Test func `the beginning of a secret at the end of a text that was cut is masked`() {
        let redaction = Self.redaction(of: "0123456789abcdef")
        let long = String(repeating: "x", count: 4090)

        #expect(redaction.redacted(long + "01234567") == long + "${env:KEY}")
        #expect(redaction.redacted("x01234567") == "x01234567")
    }

    @Test(arguments: [
        "\\", "%25", "&", "&amp;", "%5C", "&#", "+", "\\u005c", "&#38;", "%2", "&a", "&bsol;", "\\\\u005cu",
        "pa/ss ", "A",
        "&percnt;25",
    ])
    func `text that can be read in many ways takes no long time`(piece: String) {
        let redaction = Self.redaction(of: Self.secret)
        let text = Array(String(repeating: piece, count: 50_000 / piece.utf8.count).utf8)
        let start = Self.cpuTime()

        _ = redaction.redactedBody(text)

        // A fiftieth of it in a release.
        #expect(Self.cpuTime() - start < .seconds(5))
    }

    /// Of this thread; others that are busy are none of its business.
    private static func cpuTime() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    private static func base64(_ text: String) -> String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        let bytes = Array(text.utf8)
        var output = ""
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let value = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for index in 0..<4 {
                output.append(index <= group.count ? digits[value >> (18 - 6 * index) & 63] : "=")
            }
        }
        return output
    }
}
