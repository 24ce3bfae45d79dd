import HTMLScan

/// Pages of 4 MiB that are made to take time.
enum HostilePages {
    private static let size = 4 << 20

    private static func fill(_ unit: String, size: Int = size) -> String {
        String(repeating: unit, count: size / unit.utf8.count)
    }

    /// Pages by the name of what is in them.
    static let all: [(name: String, page: String)] = [
        ("<div> nested", fill("<div>")), ("<b> nested", fill("<b>")), ("<p> unclosed", fill("<p>")),
        ("<a href=x>", fill("<a href=x>")), ("<a><b><i><font><p>", fill("<a><b><i><font><p>")),
        ("<font>, then </table>", fill("<font>", size: size / 2) + fill("</table>", size: size / 2)),
        ("</p>", fill("</p>")), ("</x>", fill("</x>")), ("<x><y></x>", fill("<x><y></x>")),
        ("<div> 200, then </b>", fill("<div>", size: 1000) + fill("</b>")),
        ("names that are all different", (0..<400_000).map { "<n\($0)>" }.joined()),
        ("<svg><desc>", fill("<svg><desc>")),
        ("<svg> 500, then </x>", fill("<svg>", size: 2500) + fill("</x>")),
        ("<svg>, then </div>", "<div>" + fill("<svg></div><div>")), ("<template>", fill("<template>")),
        ("<math><annotation-xml encoding=x>", fill("<math><annotation-xml encoding=x>")),
        ("one tag, 400,000 attributes", "<p " + (0..<400_000).map { "a\($0)=1 " }.joined() + ">"),
        ("tags of 128 attributes", fill("<p " + (0..<128).map { "a\($0) " }.joined() + ">")),
        ("an attribute of 4 MiB", "<p title='" + fill("v") + "'>"),
        ("a link of 4 MiB", "<a href='" + fill("v") + "'>"),
        ("links of 8 KiB", fill("<a href='" + fill("&amp;", size: 8000) + "'>")),
        ("&", fill("&")), ("&amp", fill("&amp")), ("&#x41;", fill("&#x41;")),
        ("&CounterClockwise", fill("&CounterClockwise")),
        ("& in attributes", fill("<p title='&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&'>")), ("<", fill("<")),
        ("</", fill("</")), ("<!", fill("<!")),
        ("<!-- open", "<!--" + fill("- <")), ("<!---->", fill("<!---->")),
        ("a doctype, open", "<!doctype " + fill("x")),
        ("a title, open", "<title>" + fill("x &amp; ")), ("titles", fill("<title>x</title>")),
        ("a script, open", "<script>" + fill("<!--<script>")), ("scripts", fill("<script></script>")),
        ("a style, open", "<style>" + fill("</styl")), ("text", fill("text ")), ("spaces", fill(" ")),
        ("NUL", fill("\u{0}")), ("U+FFFD", fill("\u{FFFD}")), ("<table><tr><td>", fill("<table><tr><td>")),
        ("<select><option>", fill("<select><option>")), ("<meta charset=x>", fill("<meta charset=x>")),
        ("<link rel=canonical>", fill("<link rel=canonical>")),
        ("<meta name=robots content=x>", fill("<meta name=robots content=x>")),
    ]

    /// Pages of bytes that are in no encoding that they declare, or in none that is declared.
    static let undecodable: [(name: String, contentType: String, page: [UInt8])] = [
        ("0xFF", "text/html", Array(repeating: 0xFF, count: size)),
        ("0x80 as GBK", "text/html; charset=gbk", Array(repeating: 0x81, count: size)),
        ("Big5", "text/html; charset=big5", (0..<size).map { $0 % 2 == 0 ? 0xA4 : 0x40 + UInt8($0 % 60) }),
        ("EUC-JP", "text/html; charset=euc-jp", (0..<size).map { 0xB0 + UInt8($0 % 60) }),
        ("ISO-2022-JP", "text/html; charset=iso-2022-jp", Array(repeating: 0x1B, count: size)),
        ("UTF-16", "text/html; charset=utf-16", Array(repeating: 0xD8, count: size)),
        ("windows-1251", "text/html; charset=windows-1251", Array(repeating: 0xD8, count: size)),
    ]
}
