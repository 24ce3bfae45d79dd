"""What `brokensite.py` plants: 200 breakages, and 200 lookalikes that are fine or of which nobody can be sure.

A kind is a piece of HTML, of a stylesheet or of a header, in which `{t}` is a path of its own: `/x/KIND/N`. What the server answers
there depends on KIND alone (`brokensite_server.py`). By `KIND/N` a link is found again in what a checker says.
"""
from dataclasses import dataclass

BREAKAGES = 200
LOOKALIKES = 200


@dataclass(frozen=True)
class Plant:
    kind: str
    number: int
    is_broken: bool
    html: str
    header: str
    token: str


# HTML by kind. {own} is the site, {off} another host, {slow} and {busy} two more, {t} the path, {n} the number, and {token} what stands for the path where there
# is none. A kind whose name begins with "header:" is a field of the page's header.
BROKEN = {
    "dead-page": '<a href="{t}">x</a>',
    "gone-410": '<a href="{t}">x</a>',
    "own-500": '<a href="{t}">x</a>',
    "own-403": '<a href="{t}">x</a>',
    "own-401": '<a href="{t}">x</a>',
    "dead-image": '<img src="{t}">',
    "dead-srcset": '<img src="/ok.png" srcset="/ok.png 1x, {t} 2x, /ok.png 3x">',
    "dead-source": '<picture><source srcset="{t} 1x"><img src="/ok.png"></picture>',
    "dead-script": '<script src="{t}"></script>',
    "dead-style": '<link rel="stylesheet" href="{t}">',
    "dead-icon": '<link rel="icon" href="{t}">',
    "sheet-import": '<link rel="stylesheet" href="/sheet/import/{n}.css">',
    "sheet-url": '<link rel="stylesheet" href="/sheet/url/{n}.css">',
    "style-attribute": '<p style="background: url({t})">x</p>',
    "style-element": "<style>p {{ background: url('{t}') }}</style>",
    "dead-poster": '<video poster="{t}"></video>',
    "dead-video": '<video><source src="{t}"></video>',
    "dead-track": '<video><track src="{t}"></video>',
    "dead-iframe": '<iframe src="{t}"></iframe>',
    "dead-object": '<object data="{t}"></object>',
    "dead-area": '<map name="m"><area href="{t}"></map>',
    "dead-input": '<input type="image" src="{t}">',
    "dead-background": '<table><tr><td background="{t}">x</td></tr></table>',
    "svg-use": '<svg><use xlink:href="{t}#a"></use></svg>',
    "svg-image": '<svg><image href="{t}"></image></svg>',
    "preload-srcset": '<link rel="preload" as="image" imagesrcset="{t} 1x">',
    "srcdoc": "<iframe srcdoc='<a href=\"{t}\">x</a>'></iframe>",
    "under-base": '<base href="/x/"><a href="under-base/{n}">x</a>',
    "canonical": '<link rel="canonical" href="{t}">',
    "meta-refresh": '<meta http-equiv="refresh" content="900;url={t}">',
    "noscript-image": '<noscript><img src="{t}"></noscript>',
    "social-image": '<meta property="og:image" content="{own}{t}">',
    "header:link-field": "Link: <{t}>; rel=next",
    "header:refresh-field": "Refresh: 900;url={t}",
    "no-fragment": '<a href="{t}#missing">x</a>',
    "fragment-case": '<a href="{t}#ID">x</a>',
    "fragment-of-meta": '<a href="{t}#viewport">x</a>',
    "off-fragment": '<a href="{off}{t}#missing">x</a>',
    "redirect-404": '<a href="{t}">x</a>',
    "redirect-off-404": '<a href="{t}">x</a>',
    "redirect-loop": '<a href="{t}">x</a>',
    "redirect-chain": '<a href="{t}">x</a>',
    "redirect-nowhere": '<a href="{t}">x</a>',
    "redirect-closed": '<a href="{t}">x</a>',
    "off-404": '<a href="{off}{t}">x</a>',
    "off-410": '<a href="{off}{t}">x</a>',
    "off-image": '<img src="{off}{t}">',
    "closed-port": '<a href="http://127.0.0.2:1{t}">x</a>',
    "own-timeout": '<a href="{t}">x</a>',
    "own-reset": '<a href="{t}">x</a>',
    "own-truncated": '<a href="{t}">x</a>',
    "no-http": '<a href="{off}{t}">x</a>',
    "head-200-get-404": '<a href="{t}">x</a>',
    "malformed": '<a href="http://[{t}">x</a>',
    "bad-port": '<a href="http://127.0.0.2:99999{t}">x</a>',
    "empty-mailto": '<a href="mailto:{token}">x</a>',
    "empty-tel": '<a href="tel:{letters}">x</a>',
}

FINE = {
    "head-405": '<a href="{off}{t}">x</a>',
    "head-501": '<a href="{off}{t}">x</a>',
    "head-403": '<a href="{off}{t}">x</a>',
    "head-404": '<a href="{off}{t}">x</a>',
    "head-500": '<a href="{off}{t}">x</a>',
    "head-reset": '<a href="{off}{t}">x</a>',
    "head-no-http": '<a href="{off}{t}">x</a>',
    "head-gzip": '<a href="{off}{t}">x</a>',
    "cookie-itself": '<a href="{off}{t}">x</a>',
    "own-cookie-itself": '<a href="{t}">x</a>',
    "top": '<a href="{t}#top">x</a>',
    "top-capitals": '<a href="{t}#TOP">x</a>',
    "empty-fragment": '<a href="{t}#">x</a>',
    "text-fragment": '<a href="{t}#id:~:text=some,-words">x</a>',
    "encoded-fragment": '<a href="{t}#%E2%82%AC">x</a>',
    "percent-fragment": '<a href="{t}#100%">x</a>',
    "named-anchor": '<a href="{t}#old">x</a>',
    "off-fragment-there": '<a href="{off}{t}#id">x</a>',
    "route": '<a href="{t}#/route">x</a>',
    "pdf-page": '<a href="{t}.pdf#page=3">x</a>',
    "svg-icon": '<img src="{t}.svg#icon">',
    "mailto": '<a href="mailto:{token}@example.org,b@example.org?subject=x">x</a>',
    "tel": '<a href="tel:+1-{token}">x</a>',
    "data": '<a href="data:text/plain,{token}">x</a>',
    "javascript": "<a href=\"javascript:go('{token}')\">x</a>",
    "preconnect": '<link rel="Preconnect" href="{off}{t}">',
    "dns-prefetch": '<link rel="icon dns-prefetch" href="{off}{t}">',
    "ping": '<a ping="{t}" href="/p/1">x</a>',
    "form": '<form method="post" action="{t}"></form>',
    "formaction": '<form><button formaction="{t}">x</button></form>',
    "itemtype": '<p itemscope itemtype="{off}{t}">x</p>',
    "in-comment": '<!-- <a href="{t}">x</a> -->',
    "in-script": "<script>var a = '<a href=\"{t}\">'</script>",
    "css-comment": '<style>/* @import "{t}"; */</style>',
    "css-namespace": "<style>@namespace url({off}{t});</style>",
    "css-escape": "<style>p {{ background: url( {t}/a\\29 .png ) }}</style>",
    "status-304": '<a href="{off}{t}">x</a>',
    "status-206": '<a href="{off}{t}">x</a>',
    "status-204": '<a href="{t}">x</a>',
    "empty-page": '<a href="{t}">x</a>',
    "soft-404": '<a href="{t}">x</a>',
    "tilde": '<a href="{t}/%7Euser">x</a>',
    "blanks": '<a href=" {t}/a b.html\n">x</a>',
    "umlaut": '<a href="{t}/ä.html">x</a>',
    "nofollow": '<a rel="nofollow" href="{t}">x</a>',
    "moved": '<a href="{t}">x</a>',
    "off-moved": '<a href="{off}{t}">x</a>',
    "srcset-comma": '<img src="/ok.png" srcset="{t}/w_1,h_2.png 1x, /ok.png 2x,">',
    "no-scheme": '<a href="//{host}{t}">x</a>',
    "off-once-429": '<a href="{busy}{t}">x</a>',
    # Nobody can be sure of these.
    "bot-999": '<a href="{off}{t}">x</a>',
    "bot-challenge": '<a href="{off}{t}">x</a>',
    "off-403": '<a href="{off}{t}">x</a>',
    "off-401": '<a href="{off}{t}">x</a>',
    "off-429": '<a href="{busy}{t}">x</a>',
    "off-503": '<a href="{busy}{t}">x</a>',
    "off-500": '<a href="{off}{t}">x</a>',
    "off-robots": '<a href="{off}/private{t}">x</a>',
    "off-timeout": '<a href="{slow}{t}">x</a>',
    "off-reset": '<a href="{off}{t}">x</a>',
}

# These need names of our own and certificates that are trusted: root, and a mount namespace.
NAMED_BROKEN = {
    "no-name": '<a href="http://none-{n}.planted-site.org:{port}{t}">x</a>',
    "tls-name": '<a href="https://127.0.0.2:{tls-name}{t}">x</a>',
    "tls-expired": '<a href="https://127.0.0.2:{tls-expired}{t}">x</a>',
    "tls-self-signed": '<a href="https://127.0.0.2:{tls-self-signed}{t}">x</a>',
}
NAMED_FINE = {
    "named": '<a href="http://www.planted-site.org:{port}{t}">x</a>',
    "idn": '<a href="http://bücher.planted-site.org:{port}{t}">x</a>',
    "tls": '<a href="https://127.0.0.2:{tls-good}{t}">x</a>',
    "tls-chain": '<a href="https://127.0.0.2:{tls-chain}{t}">x</a>',
    "no-answer-of-dns": '<a href="http://fails.planted-site.org:{port}{t}">x</a>',
}


def plants(places, names):
    """All plants. `places` fills in hosts and ports; `names`: whether the kinds that need names and certificates are among them."""
    return (
        _choose(BROKEN | (NAMED_BROKEN if names else {}), BREAKAGES, True, places)
        + _choose(FINE | (NAMED_FINE if names else {}), LOOKALIKES, False, places)
    )


def _choose(kinds, count, is_broken, places):
    made = []
    for index in range(count):
        name, text = list(kinds.items())[index % len(kinds)]
        number = index // len(kinds)
        kind = name.removeprefix("header:")
        token, bare = f"{kind}/{number}", f"{kind}.{number}"
        letters = f"{kind}." + "abcdefghij"[number]
        for key, value in (places | {"t": f"/x/{token}", "n": number, "token": bare, "letters": letters}).items():
            text = text.replace("{" + key + "}", str(value))
        text = text.replace("{{", "{").replace("}}", "}")
        in_header = name.startswith("header:")
        made.append(Plant(
            kind, number, is_broken, "" if in_header else text, text if in_header else "",
            next((word for word in (f"/x/{token}", bare, letters) if word in text), token)))
    return made
