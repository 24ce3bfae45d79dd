"""Serves the site of `brokensite.py`: its pages at 127.0.0.1, what lies elsewhere at 127.0.0.2 to 127.0.0.4.

What is under `/x/KIND/N` answers by KIND; kinds that are not named here are not there (404).
"""
import asyncio
import socket
import struct

PAGE = (
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="x"><title>x</title></head>'
    '<body><p id="id">x</p><p id="€">x</p><p id="100%">x</p><p><a name="old">x</a></p></body></html>'
)
OK = {"content-type": "text/html; charset=utf-8"}
MISSING = (404, OK, PAGE)
# Statuses by kind, whatever the method.
STATUS = {
    "gone-410": 410, "off-410": 410, "own-500": 500, "off-500": 500, "own-403": 403, "off-403": 403, "own-401": 401, "off-401": 401,
    "status-204": 204, "status-304": 304, "status-206": 206, "bot-999": 999, "bot-challenge": 403, "off-429": 429, "off-503": 503,
}
# Kinds that are there.
THERE = {
    "no-fragment", "fragment-case", "fragment-of-meta", "off-fragment", "top", "top-capitals", "empty-fragment", "text-fragment",
    "encoded-fragment", "percent-fragment", "named-anchor", "off-fragment-there", "route", "soft-404", "tilde", "blanks", "umlaut",
    "nofollow", "no-scheme", "named", "idn", "tls", "tls-chain", "head-gzip",
}


class Server:
    def __init__(self, pages, plants, port):
        self.pages = pages
        self.port = port
        step = max(1, (pages - 20) // len(plants))
        self.planted = {10 + index * step: plant for index, plant in enumerate(plants)}
        self.asked = set()

    # MARK: Pages

    def page(self, number):
        links = [*range(8), number + 1, *(number * 2 + k for k in (1, 2)), *((number * 7919 + k * 104729) for k in range(4))]
        lines = [f'<li><a href="/p/{link % self.pages}">Page {link % self.pages}</a></li>' for link in links]
        plant = self.planted.get(number)
        header = dict(OK)
        if plant and plant.header:
            name, value = plant.header.split(": ", 1)
            header[name] = value
        html = plant.html if plant else ""
        # What belongs into the head stands there; a base would count for the links, too, so they are complete.
        head, body = (html, "") if html.startswith(("<link", "<meta", "<base", "<style")) else ("", html)
        if html.startswith("<base"):
            head, body = html.split(">", 1)[0] + ">", html.split(">", 1)[1]
        text = "".join(f"<p>Some words of page {number}, which say little, {k} times over.</p>\n" for k in range(8))
        return 200, header, (
            f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Page {number}</title>{head}</head><body>\n'
            f'<h1 id="h">Page {number}</h1>\n<ul>\n' + "\n".join(lines) + f"\n</ul>\n{text}{body}\n</body></html>\n")

    def answer(self, method, path, fields):
        """Status, header and body; or a word for what is no answer."""
        parts = path.split("?")[0].strip("/").split("/")
        if path == "/":
            return self.page(0)
        if parts[0] == "p" and len(parts) == 2 and parts[1].isdigit() and int(parts[1]) < self.pages:
            return self.page(int(parts[1]))
        if path == "/robots.txt":
            return 200, {"content-type": "text/plain"}, "User-agent: *\nDisallow: /private\n"
        if path == "/ok.png":
            return 200, {"content-type": "image/png"}, "x"
        if parts[0] == "sheet":
            target = f"/x/sheet-{parts[1]}/{parts[2].removesuffix('.css')}"
            rule = f'@import "{target}";' if parts[1] == "import" else f"p {{ background: url({target}) }}"
            return 200, {"content-type": "text/css"}, rule
        if parts[0] == "x" and len(parts) >= 3:
            return self.planted_answer(parts[1], path, method, fields)
        return MISSING

    def planted_answer(self, kind, path, method, fields):
        if kind in STATUS:
            header = dict(OK)
            if kind == "bot-challenge":
                header["cf-mitigated"] = "challenge"
            if kind in ("off-429", "off-503"):
                header["retry-after"] = "1"
            return STATUS[kind], header, "" if STATUS[kind] in (204, 304) else PAGE
        if kind in THERE:
            return 200, OK, PAGE
        if kind.startswith("head-") and kind != "head-200-get-404":
            if method != "HEAD":
                return 200, OK, PAGE
            word = kind.removeprefix("head-")
            return (int(word), OK, "") if word.isdigit() else word
        return self.special_answer(kind, path, method, fields)

    def special_answer(self, kind, path, method, fields):
        to = lambda url, status=302: (status, {"location": url, "content-type": "text/html"}, "")
        match kind:
            case "head-200-get-404":
                return (200, OK, "") if method == "HEAD" else MISSING
            case "cookie-itself" | "own-cookie-itself":
                return (200, OK, PAGE) if "seen=1" in fields.get("cookie", "") else (
                    302, {"location": path, "set-cookie": "seen=1; Path=/", "content-type": "text/html"}, "")
            case "pdf-page":
                return 200, {"content-type": "application/pdf"}, "x"
            case "svg-icon":
                return 200, {"content-type": "image/svg+xml"}, "<svg xmlns='http://www.w3.org/2000/svg'/>"
            case "srcset-comma":
                return (200, {"content-type": "image/png"}, "x") if path.endswith("/w_1,h_2.png") else MISSING
            case "css-escape":
                return (200, {"content-type": "image/png"}, "x") if path.endswith("/a).png") else MISSING
            case "empty-page":
                return 200, OK, ""
            case "moved" | "off-moved":
                return (200, OK, PAGE) if path.endswith("/") else to(path + "/", 301)
            case "off-once-429":
                if path in self.asked:
                    return 200, OK, PAGE
                self.asked.add(path)
                return 429, {"retry-after": "1", "content-type": "text/html"}, PAGE
            case "redirect-404":
                return to("/nowhere", 301)
            case "redirect-off-404":
                return to(f"http://127.0.0.2:{self.port}/x/nowhere/{path.rsplit('/', 1)[1]}")
            case "redirect-loop":
                return to(path + ("/2" if path.count("/") == 3 else "")) if path.count("/") == 3 else to(path.rsplit("/", 1)[0])
            case "redirect-chain":
                base, _, hop = path.partition("?")
                return to(f"{base}?{int(hop or 0) + 1}") if int(hop or 0) < 40 else (200, OK, PAGE)
            case "redirect-nowhere":
                return to("http://[")
            case "redirect-closed":
                return to("http://127.0.0.2:1/" + path.rsplit("/", 1)[1])
            case "own-timeout" | "off-timeout":
                return "hang"
            case "own-reset" | "off-reset":
                return "reset"
            case "own-truncated":
                return "truncated"
            case "no-http":
                return "no-http"
        return MISSING

    # MARK: Connections

    async def serve(self, reader, writer):
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                lines = head.decode("latin-1").split("\r\n")
                method, path, _ = lines[0].split(" ", 2)
                fields = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:] if line)}
                answer = self.answer(method, path, fields)
                if isinstance(answer, str):
                    await self.misbehave(answer, writer)
                    return
                status, header, text = answer
                body = text.encode()
                # linkchecker asks for more than ten pages a second only where it finds its own name.
                header = {**header, "LinkChecker": "yes", "content-length": len(body)}
                if status in (204, 304):
                    del header["content-length"]
                out = f"HTTP/1.1 {status} x\r\n" + "".join(f"{name}: {value}\r\n" for name, value in header.items()) + "\r\n"
                writer.write(out.encode() + (b"" if method == "HEAD" else body))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, ValueError, TimeoutError):
            pass
        finally:
            writer.close()

    async def misbehave(self, way, writer):
        if way == "hang":
            await asyncio.sleep(20)
        elif way == "reset":
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
        elif way == "no-http":
            writer.write(b"nonsense\r\n\r\n")
        elif way == "truncated":
            writer.write(b"HTTP/1.1 200 x\r\ncontent-type: text/html\r\ncontent-length: 9000\r\n\r\n<title>x</title>")


class Names(asyncio.DatagramProtocol):
    """Answers questions about names of planted-site.org: `none-…` do not exist, `fails` gets no answer, all others are 127.0.0.2."""

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, address):
        end = data.index(b"\0", 12)
        question = data[12:end + 5]
        name = data[12:end].lower()
        is_ours = name.endswith(b"\x0cplanted-site\x03org")
        exists = is_ours and not name[1:].startswith(b"none-")
        code = 2 if name[1:].startswith(b"fails") else 0 if exists else 3
        is_address = question[-4:-2] == b"\0\1" and code == 0
        reply = data[:2] + struct.pack(">HHHHH", 0x8180 | code, 1, 1 if is_address else 0, 0, 0) + question
        if is_address:
            reply += b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\x7f\0\0\2"
        self.transport.sendto(reply, address)
