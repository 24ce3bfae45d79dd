import Foundation
import HTMLScan
import Testing

/// How the encoding of a page is chosen.
@Suite struct CharsetTests {
    private static func charset(_ page: String, contentType: String = "text/html") -> String? {
        let scanner = PageScanner()
        _ = scanner.title(of: page, contentType: contentType)
        return scanner.charset
    }

    private static let russian = "Съешь же ещё этих мягких французских булок, да выпей чаю. "
    private static let japanese = "いろはにほへとちりぬるをわかよたれそつねならむ。日本語の文字コードを推測する。"
    private static let korean = "키스의 고유조건은 입술끼리 만나야 하고 특별한 기술은 필요치 않다. 한글은 쉽다. "
    private static let chinese = "视野无限广，窗外有蓝天。我们的网站提供最新的新闻和各种信息，欢迎大家访问。"
    private static let french =
        "Dès Noël où un zéphyr haï me vêt de glaçons würmiens, je dîne à l’août, près d’un élève énervé. "

    /// A page that declares nothing, whose title and text are in one encoding.
    private static func undeclared(
        _ title: String, _ text: String, _ encoding: String = "UTF-8", repeated: Int = 4
    ) -> [UInt8] {
        ("<html><head><title>\(title)</title><body>" + String(repeating: "<p>\(text)</p>\n", count: repeated))
            .bytes(in: encoding)
    }

    @Test(arguments: [
        ("<meta charset=koi8-r>", "KOI8-R"), ("<META CHARSET = 'koi8-r' >", "KOI8-R"),
        ("<meta/charset=koi8-r/>", "UTF-8"), ("<meta charset='koi8-r'/>", "KOI8-R"),
        ("<meta http-equiv=content-type content='text/html; charset=koi8-r'>", "KOI8-R"),
        ("<meta content='text/html; charset=koi8-r' http-equiv=Content-Type>", "KOI8-R"),
        ("<meta content='charset=koi8-r'>", "UTF-8"),
        ("<meta content='a charset b charset = \"koi8-r\" c' http-equiv=content-type>", "KOI8-R"),
        ("<meta content='charset=\"koi8-r' http-equiv=content-type>", "UTF-8"),
        ("<meta charset=nonsense content='charset=koi8-r' http-equiv=content-type>", "UTF-8"),
        ("<meta charset=utf-16le>", "UTF-8"), ("<meta charset=x-user-defined>", "windows-1252"),
        ("<meta charset=latin1>", "windows-1252"), ("<meta charset=gb2312>", "GBK"),
        ("<!-- <meta charset=koi8-u> --><meta charset=koi8-r>", "KOI8-R"),
        ("<!--><meta charset=koi8-r>", "KOI8-R"), ("</meta charset=koi8-u><meta charset=koi8-r>", "KOI8-R"),
        ("<a title='<meta charset=koi8-u>'><meta charset=koi8-r>", "KOI8-R"),
        ("<? > <meta charset=koi8-r>", "KOI8-R"), ("<metal charset=koi8-u>", "UTF-8"),
        ("<meta charset=nonsense><meta charset=koi8-r>", "KOI8-R"),
        ("<meta charset=koi8-r", "UTF-8"), ("<meta charset='koi8-r'", "UTF-8"),
        ("<?xml version='1.0' encoding='koi8-r'?>", "KOI8-R"), ("<?xml encoding = \"utf-16\"?>", "UTF-8"),
        ("<?xml encoding='koi8-u'?><meta charset=koi8-r>", "KOI8-R"),
        ("<meta charset='&#107;oi8-r'>", "KOI8-R"),
        ("<meta http-equiv=content-type content='charset=&quot;koi8-r&quot;'>", "KOI8-R"),
        ("<?xml encoding='koi8-r?>", "UTF-8"), ("<?xml encoding=' koi8-r'?>", "UTF-8"),
        (" <?xml encoding='koi8-r'?>", "UTF-8"),
    ])
    func `a page's own declaration counts as browsers read it`(markup: String, charset: String) {
        #expect(Self.charset(markup) == charset)
    }

    @Test(arguments: [
        ("text/html; charset=koi8-r", "KOI8-R"), ("text/html;CHARSET=\"koi8-r\"", "KOI8-R"),
        ("text/html; charset=\"koi8\\-r\"", "KOI8-R"), ("text/html; charset=koi8\\-r", "KOI8-U"),
        ("text/html; charset=\"koi8-r\\\"; x=\"", "KOI8-U"),
        ("text/html; charset=nonsense", "KOI8-U"), ("text/html; charset = koi8-r", "KOI8-U"),
        ("text/html; charset=koi8-r, text/html", "KOI8-R"),
        ("text/plain; charset=koi8-r, text/html", "KOI8-U"),
        ("text/html, text/html; charset=koi8-r", "KOI8-R"),
        ("text/html; charset=koi8-r; charset=utf-8", "KOI8-R"),
        ("text/html; x=\"; charset=utf-8\"; charset=koi8-r", "KOI8-R"),
        ("text/html;charset=utf-16", "UTF-16LE"),
    ])
    func `the header's charset comes before the page's own`(contentType: String, charset: String) {
        #expect(Self.charset("<html><meta charset=koi8-u>", contentType: contentType) == charset)
    }

    @Test func `a byte order mark comes before the header`() {
        #expect(Self.charset("\u{FEFF}<title>x</title>", contentType: "text/html; charset=koi8-r") == "UTF-8")
    }

    @Test(arguments: [String.Encoding.utf16LittleEndian, .utf16BigEndian])
    func `an XML declaration in UTF-16 is one of UTF-16`(encoding: String.Encoding) throws {
        let page = try #require("<?xml version='1.0'?><title>Ünïcode</title>".data(using: encoding))

        #expect(PageScanner().title(of: [UInt8](page)) == "Ünïcode")
    }

    @Test func `only the first 1,024 bytes are searched before the page is read`() {
        let padding = String(repeating: " ", count: 1024 - "<meta charset=koi8-r>".utf8.count)

        #expect(Self.charset("\(padding)<meta charset=koi8-r><title>x</title>") == "KOI8-R")
        #expect(Self.charset("<title>x</title> \(padding)<meta charset=koi8-r>") == "UTF-8")
    }

    @Test func `a declaration after 1,024 bytes counts where it is met`() {
        let padding = String(repeating: " ", count: 2000)
        let page =
            "\(padding)<script>'<meta charset=koi8-u>'</script><meta charset=koi8-r><title>Заголовок</title>"
            .bytes(in: "KOI8-R")

        #expect(PageScanner().title(of: page) == "Заголовок")
    }

    @Test func `a declaration counts that comes soon after the text it is needed for`() {
        let padding = String(repeating: " ", count: 8000)
        let page = "<title>Заголовок</title>\(padding)<meta charset=koi8-r>".bytes(in: "KOI8-R")

        #expect(PageScanner().title(of: page) == "Заголовок")
    }

    @Test func `a declaration in the encoding of mails counts after 1,024 bytes`() {
        let padding = String(repeating: " ", count: 2000)
        let page = "\(padding)<meta charset=iso-2022-jp><title>\u{1B}$B$3$s\u{1B}(B</title>"

        #expect(PageScanner().title(of: page) == "こん")
    }

    @Test(arguments: [
        (russian, "CP1251", "windows-1251"), (russian, "KOI8-R", "KOI8-R"),
        (russian, "ISO-8859-5", "ISO-8859-5"), (japanese, "CP932", "Shift_JIS"),
        (japanese, "EUC-JP", "EUC-JP"),
        (korean, "EUC-KR", "EUC-KR"), (chinese, "GB18030", "gb18030"),
    ])
    func `an encoding that is not declared is guessed by the text`(
        text: String, encoding: String, charset: String
    ) {
        let scanner = PageScanner()

        #expect(
            scanner.title(of: Self.undeclared(text, text, encoding))
                == text.trimmingCharacters(in: .whitespaces))
        #expect(scanner.charset == charset)
    }

    @Test func `text of western Europe that declares nothing is windows-1252`() {
        let scanner = PageScanner()
        let page = Self.undeclared("Ça déjà", Self.french, "CP1252")

        #expect(scanner.title(of: page) == "Ça déjà")
        #expect(scanner.charset == "windows-1252")
    }

    @Test func `text that is UTF-8 needs no declaration`() {
        let scanner = PageScanner()

        #expect(scanner.title(of: Self.undeclared("Заголовок", Self.russian)) == "Заголовок")
        #expect(scanner.charset == "UTF-8")
    }

    @Test func `a slip does not make another encoding of a page in UTF-8`() {
        let page = Self.undeclared("Заголовок", Self.russian) + [0xFF] + Self.undeclared("x", Self.russian)

        #expect(PageScanner().title(of: page) == "Заголовок")
    }

    @Test func `too little text for a guess is windows-1252`() {
        let page = "<title>Привет</title>".bytes(in: "CP1251")

        #expect(PageScanner().title(of: page) == "Ïðèâåò")
    }

    @Test func `a page of ASCII is not waited for`() {
        let scanner = PageScanner()
        scanner.reset(contentType: "text/html")
        let page = "<title>x</title>" + String(repeating: " ", count: 1024)
        var copy = page
        copy.withUTF8 { scanner.feed(UnsafeRawBufferPointer($0)) }

        #expect(scanner.isFinished)
        #expect(scanner.charset == "UTF-8")
    }

    @Test func `no more than 16 KiB are waited for`() {
        let scanner = PageScanner()
        scanner.reset(contentType: "text/html")
        Array("<title>\u{E9}</title>".utf8).withUnsafeBytes { scanner.feed($0) }
        for _ in 0..<16 where !scanner.isFinished {
            Array(repeating: UInt8(ascii: " "), count: 1024).withUnsafeBytes { scanner.feed($0) }
        }

        #expect(scanner.isFinished)
        #expect(scanner.title == "é")
    }

    @Test func `XHTML that declares nothing is UTF-8`() {
        #expect(Self.charset("<p>\u{E9}", contentType: "application/xhtml+xml") == "UTF-8")
    }

    @Test(
        arguments: [
            ("windows-1255", [0xCA], "\u{5BA}"), ("gbk", [0xFE, 0x51], "\u{E816}"),
            ("gb18030", [0xFE, 0x91, 0x95, 0x32, 0x90, 0x31], "\u{E855}\u{20087}"),
            ("gb18030", [0xE7, 0x30, 0xB5, 0x35, 0x41], "\u{FFFD}A"),
            ("gb18030", [0xE7, 0x30, 0xB5, 0x3F], "\u{FFFD}0\u{FFFD}?"),
            ("big5", [0x8E, 0x69, 0xA3, 0xC0, 0xA3, 0xE0, 0xC6, 0xCF], "\u{7BB8}\u{2400}\u{2421}\u{5EF4}"),
            ("big5", [0x88, 0x62, 0xA4, 0x40], "\u{CA}\u{304}\u{4E00}"),
        ] as [(String, [UInt8], String)])
    func `characters are those of the Standard's indexes`(charset: String, bytes: [UInt8], text: String) {
        let page = Array("<title>".utf8) + bytes + Array("</title>".utf8)

        let title = PageScanner().title(of: page, contentType: "text/html; charset=\(charset)")

        #expect(equal(title, text))
    }
}
