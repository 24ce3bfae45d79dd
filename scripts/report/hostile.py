"""What strangers may write: a corpus of hostile titles, each with what a reader is to see of it."""

MARK = "window.wasRun=(window.wasRun||0)+1"

TITLES = [
    # Markup, and ways out of the places where text may stand.
    f"<script>{MARK}</script>",
    f"</script><script>{MARK}</script>",
    f"</SCRIPT ><script>{MARK}</script>",
    f"</title></style></textarea></noscript><img src=x onerror={MARK}>",
    f"<!--<script>{MARK}",
    f"--><script>{MARK}</script><!--",
    f"<![CDATA[<script>{MARK}</script>]]>",
    f"<svg onload={MARK}>",
    f"<svg><animate onbegin={MARK} attributeName=x dur=1s>",
    f"<iframe srcdoc='<script>parent.{MARK}</script>'>",
    f"<details open ontoggle={MARK}>",
    f"<body onload={MARK}>",
    f"<a href=\"javascript:{MARK}\">click</a>",
    f"\" onmouseover=\"{MARK}\" x=\"",
    f"' onfocus='{MARK}' autofocus='",
    f"`${{{MARK}}}`",
    f"{{{{constructor.constructor('{MARK}')()}}}}",
    "<style>*{display:none}</style>",
    "<meta http-equiv=refresh content='0;url=http://127.0.0.1:9/'>",
    "<base href='http://127.0.0.1:9/'>",
    "<link rel=stylesheet href='http://127.0.0.1:9/x.css'>",
    "<form action='http://127.0.0.1:9/'><input name=x>",
    "&lt;script&gt;already escaped&lt;/script&gt; &amp;amp; &#x3c;b&#x3e;",
    "\\u003cscript\\u003e \\x3cscript\\x3e \\\" \\",
    "\u2028window.wasRun=1\u2029",
    # Direction and what is not seen.
    "invoice\u202efdp.exe", "\u2066left\u2067right\u2068first\u2069", "\u061carabic mark", "\u200emark\u200f",
    "zero\u200bwidth\u2060joiner\ufefffirst", "soft\u2061function\u2064plus", "tag \U000e0041\U000e0042",
    "ASCII\u200dASCII\u200c",
    # What belongs there and stays.
    "\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
    "family \U0001f468\u200d\U0001f469\u200d\U0001f467", "e\u0301 \u00fc \u4e2d\u6587",
    # Control characters and broken text.
    "bell\x07 escape\x1b[31mred\x1b]0;title\x07", "c1 \x9b31m \x85", "nul\x00byte", "delete\x7f",
    "Z\u0335\u0321" + "\u0336" * 200 + "algo",
    # Spreadsheets.
    "=1+1", "=HYPERLINK(\"http://127.0.0.1:9/?\"&A1,\"x\")", "+1+1", "-1+1", "@SUM(A1)", "=cmd|' /C calc'!A0",
    "a\tb,\"c\";d",
    # Markdown.
    "| a | b |", "\\| still one cell |", "`` ` ``` ticks", "[x](javascript:alert(1)) ![i](http://127.0.0.1:9/i.png)",
    "@somebody #123 https://127.0.0.1:9/", "<details><summary>md</summary>", "# heading\n- list", "***bold*** ~~x~~",
    # Logs of CI systems.
    "::error::x ##[error]y",
    # Long.
    "long " + "x" * (1 << 20), "\u202e" * 5000, "<" * 5000, "&" * 5000,
]

# Bytes that are no UTF-8, as they stand in the page.
BROKEN = [b"\xff\xfe broken", b"cut off \xe2\x82", b"overlong \xc0\xbc" + b"script\xc0\xbe", b"surrogate \xed\xa0\x80"]


def page(number):
    """The page of a number, as bytes; None beyond the last."""
    head = b"<!doctype html><meta charset=utf-8><title>"
    if number < len(TITLES):
        title = TITLES[number].replace("&", "&amp;").replace("<", "&lt;").encode("utf-8", "surrogatepass")
    elif number - len(TITLES) < len(BROKEN):
        title = BROKEN[number - len(TITLES)]
    else:
        return None
    return head + title + b"</title>"


COUNT = len(TITLES) + len(BROKEN)
