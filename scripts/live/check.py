#!/usr/bin/env python3
"""Opens the live page of a trawl at work in Chromium, and fails where it is not as it should be.

A daemon crawls pages on loopback that are slow, fail, and have hostile paths and headers, in a job with a hostile name. In the page nothing of
them may run, ask for anything or be drawn as markup; the console stays empty; axe finds no violation in light and dark, narrow and wide.
Tabs do not starve each other, a reload shows everything again, a page whose events fail asks instead, and one whose daemon has gone says so.
The same through nginx under a path of its own, and with a token. From the page to the report of a run that is over.

In tmux a run is watched at 40, 80 and 120 columns while the window changes its size.
"""
import argparse
import http.server
import json
import pathlib
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

root = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(root / "scripts/report"))
import hostile  # noqa: E402 (beside the report's check)
import terminal  # noqa: E402

faults = []
NAME = "hostile <script>alert(1)<!-- \u202eeman"


def check(holds, words):
    if not holds:
        faults.append(words)
        print("FAULT:", words, flush=True)


class Site(http.server.BaseHTTPRequestHandler):
    """Slow pages. Every seventh fails, every tenth resets the connection, some ask for a pause."""
    asked = 0
    goes_on = threading.Event()

    def log_message(self, *_):
        pass

    def do_GET(self):
        Site.asked += 1
        number = Site.asked
        Site.goes_on.wait(0.1 + number % 5 * 0.1)
        if number % 10 == 0:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            self.connection.close()
            return
        self.send_response(404 if number % 7 == 0 or b"fails" in self.path.encode() else 200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(b"<title>" + hostile.TITLES[number % len(hostile.TITLES)][:200].encode("utf-8", "replace") + b"</title>")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def get(url, **fields):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(url, headers={key.replace("_", "-"): value for key, value in fields.items()})
    with opener.open(request, timeout=10) as answer:
        return answer.read().decode()


def until(words, condition, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if condition():
                return True
        except OSError:
            pass
        time.sleep(0.1)
    check(False, f"never: {words}")
    return False


class Tab:
    """A tab, in which nothing may go wrong."""

    def __init__(self, context, url, origin, expects_noise=False):
        self.page = context.new_page()
        self.expects_noise = expects_noise
        self.page.on("console", lambda message: self.noise(f"console: {message.text}"))
        self.page.on("pageerror", lambda error: check(False, f"error: {error}"))
        self.page.on("dialog", lambda dialog: check(False, "a dialog"))
        self.page.on("request", lambda request: check(request.url.startswith((origin, "blob:", "data:")), f"asked for {request.url[:200]}"))
        self.page.goto(url)

    def noise(self, words):
        if not self.expects_noise:
            check(False, words)

    def waits(self, words, condition, seconds=20):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.page.evaluate(condition):
                return
            self.page.wait_for_timeout(50)
        check(False, f"never: {words}")


def begin(trawl, folder, site, *flags):
    hard = [urllib.parse.quote(title[:150], safe="<>'\"`()|^~!*,;=") for title in hostile.TITLES]
    jobs = {
        NAME: [f"{site}/fails?{path}" for path in hard] + [f"{site}/[1-3000]"],
        "second": [f"{site}/second/[1-2000]"], "over": [f"{site}/over/[1-6]"],
    }
    for number, (name, urls) in enumerate(jobs.items()):
        (folder / f"{number}.json").write_text(json.dumps({
            "name": name, "urls": urls, "robots": "ignore", "delay": "0s", "retry": {"attempts": 2, "delay": "200ms"},
            "allow_private": ["127.0.0.1"], "concurrency": {"per_host": 6}}))
    port = free_port()
    log = open(folder / "daemon.log", "w", encoding="utf-8")
    child = subprocess.Popen(
        [trawl, "daemon", *[f"{number}.json" for number in range(len(jobs))], "--listen", f"127.0.0.1:{port}", *flags],
        cwd=folder, stderr=log)
    if not until("the daemon listens", lambda: child.poll() is not None or get(f"http://127.0.0.1:{port}/healthz")) or child.poll():
        sys.exit((folder / "daemon.log").read_text())
    return child, port


def check_axe(page, where):
    session = page.context.new_cdp_session(page)
    session.send("Page.setBypassCSP", {"enabled": True})
    page.reload()
    page.wait_for_selector("#main:not([hidden])")
    page.wait_for_timeout(1500)
    found = Axe().run(page)
    check(len(found.response["passes"]) > 15, f"axe, {where}: only {len(found.response['passes'])} rules ran")
    for violation in found.response["violations"]:
        nodes = [node["html"][:160] for node in violation["nodes"][:3]]
        check(False, f"axe, {where}: {violation['id']}: {violation['help']}: {nodes}")
    session.send("Page.setBypassCSP", {"enabled": False})


def check_looks(browser, origin, shots):
    for width in (1280, 390):
        for scheme in ("light", "dark"):
            context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
            tab = Tab(context, origin, origin)
            tab.waits("failures are shown", "document.querySelectorAll('#failures tbody tr').length > 5")
            check(tab.page.evaluate("document.documentElement.scrollWidth") <= width, f"scrolls sideways at {width}")
            check_axe(tab.page, f"{width} {scheme}")
            if shots:
                tab.page.screenshot(path=shots / f"live-{width}-{scheme}.png")
                tab.page.screenshot(path=shots / f"live-{width}-{scheme}-whole.png", full_page=True)
            context.close()


def check_texts(browser, origin):
    context = browser.new_context()
    tab = Tab(context, origin, origin)
    page = tab.page
    tab.waits("two runs", "document.querySelectorAll('#current > li').length >= 2")
    check(page.evaluate("window.wasRun === undefined"), "something of a title ran")
    check(page.evaluate("document.scripts.length") == 1, "another script")
    check(page.evaluate("document.querySelectorAll('iframe, img, base, object, embed, style').length") == 0, "foreign elements")
    check(page.evaluate("[...document.links].every((a) => /^https?:/.test(a.href))"), "a link of another scheme")
    text = page.inner_text("main")
    check("hostile <script>alert(1)<!-- \\u{202e}eman" in text, "the job's name is not shown as it is")
    for mark in "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\u2060\ufeff\x9b\x1b\x07":
        check(mark not in text, f"U+{ord(mark):04X} is in the page as it is")
    # What changes leaves the focus where it is, and rows that stay are the same nodes.
    page.evaluate("document.querySelector('#failures .scroll').focus(); window.row = document.querySelector('#jobs tbody tr')")
    before = page.inner_text("#current")
    tab.waits("something changes", f"document.querySelector('#current').innerText !== {json.dumps(before)}")
    check(page.evaluate("document.activeElement === document.querySelector('#failures .scroll')"), "the focus was lost")
    check(page.evaluate("window.row === document.querySelector('#jobs tbody tr')"), "a row was drawn anew")
    # The keyboard: the first stop leads to the runs, the next ones to what scrolls and to links.
    page.reload()
    tab.waits("failures are shown", "document.querySelectorAll('#failures tbody tr').length > 0")
    page.keyboard.press("Tab")
    check(page.evaluate("document.activeElement.className") == "skip", "the first stop of the keyboard is not the skip link")
    page.keyboard.press("Tab")
    check(page.evaluate("document.activeElement.getAttribute('aria-label')") == "Last failures", "the keyboard does not reach the tables")
    tab.waits("the run that is over has a report", "!!document.querySelector('#finished a[href^=\"report/\"]')", 60)
    check_report(tab, origin)
    context.close()


def check_report(tab, origin):
    with tab.page.expect_navigation():
        tab.page.click('#finished a[href^="report/"]')
    check("over" in tab.page.inner_text("h1"), "the link leads to another report")
    check("pages" in tab.page.inner_text("#summary"), "the report has no summary")
    check(tab.page.evaluate("self.origin") == "null", "the report acts in the origin of the live page")
    # That it is forbidden to ask is said on the console.
    tab.expects_noise = True
    check(tab.page.evaluate(
        f"fetch('{origin}state.json').then((a) => a.text()).then(() => false, () => true)"), "a report may read the state")


def check_tabs(browser, origin):
    """Eight tabs that are all seen: each goes on being told, and a ninth still loads."""
    context = browser.new_context()
    tabs = [Tab(context, origin, origin) for _ in range(8)]
    for tab in tabs:
        tab.waits("a tab shows runs", "document.querySelectorAll('#current > li').length > 0")
    first = [tab.page.inner_text("#current") for tab in tabs]
    for number, tab in enumerate(tabs):
        tab.waits(f"tab {number + 1} goes on", f"document.querySelector('#current').innerText !== {json.dumps(first[number])}", 15)
    start = time.monotonic()
    ninth = Tab(context, origin, origin)
    ninth.waits("a ninth tab loads", "document.querySelectorAll('#current > li').length > 0")
    print(f"a ninth tab shows runs after {time.monotonic() - start:.1f} s")
    context.close()


def check_fallback(browser, origin):
    """Where events are not to be had, the page asks."""
    context = browser.new_context()
    context.route("**/events", lambda route: route.fulfill(status=204))
    tab = Tab(context, origin, origin)
    tab.waits("runs", "document.querySelectorAll('#current > li').length > 0")
    before = tab.page.inner_text("#current")
    tab.waits("it goes on without events", f"document.querySelector('#current').innerText !== {json.dumps(before)}", 10)
    context.close()


def check_nginx(browser, folder, port):
    """Behind Debian's nginx, as it comes, under a path of its own."""
    outside = free_port()
    (folder / "nginx.conf").write_text(f"""
        daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
        events {{}}
        http {{ access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
            uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
            server {{ listen 127.0.0.1:{outside}; location /crawls/ {{ proxy_pass http://127.0.0.1:{port}/; }} }} }}""")
    nginx = subprocess.Popen(["nginx", "-c", str(folder / "nginx.conf")], stderr=subprocess.DEVNULL)
    try:
        base = f"http://127.0.0.1:{outside}/crawls/"
        until("nginx serves", lambda: get(base + "healthz"))
        context = browser.new_context()
        # That events come through, and are not held back.
        tab = Tab(context, base, f"http://127.0.0.1:{outside}/")
        tab.waits("runs", "document.querySelectorAll('#current > li').length > 0")
        tab.page.evaluate("""() => { window.told = 0; const source = new EventSource('events');
            source.onmessage = () => { window.told += 1; if (window.told > 2) source.close(); } }""")
        tab.waits("three events through nginx", "window.told > 2", 10)
        context.close()
    finally:
        nginx.terminate()
        nginx.wait()


def check_token(browser, trawl, site):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "token").write_text("0123456789abcdef0123\n")
        child, port = begin(trawl, folder, site, "--listen-token", "token")
        origin = f"http://127.0.0.1:{port}/"
        try:
            context = browser.new_context()
            # A page without a token is answered with 401, which the console says.
            tab = Tab(context, origin, origin, expects_noise=True)
            tab.waits("it asks for the token", "!document.getElementById('login').hidden")
            check(tab.page.evaluate("document.getElementById('main').hidden"), "something is shown without a token")
            tab.page.fill("#token", "wrong wrong wrong")
            tab.page.keyboard.press("Enter")
            tab.waits("a wrong token is told", "document.getElementById('wrong').textContent !== ''")
            tab.page.goto(origin + "#token=0123456789abcdef0123")
            tab.page.reload()
            tab.waits("runs", "document.querySelectorAll('#current > li').length > 0")
            check("0123456789" not in tab.page.url, "the token stays in the address")
            check(tab.page.evaluate("document.cookie") == "", "a script can read the cookie")
            tab.page.goto(origin)
            before = tab.page.inner_text("#current")
            tab.waits("events come with the cookie", f"document.querySelector('#current').innerText !== {json.dumps(before)}")
            context.close()
        finally:
            child.kill()
            child.wait()


def check_end(browser, child, origin):
    context = browser.new_context()
    tab = Tab(context, origin, origin)
    tab.waits("runs", "document.querySelectorAll('#current > li').length > 0")
    tab.expects_noise = True
    child.kill()
    child.wait()
    tab.waits("it says that nobody is there", "document.getElementById('trouble').textContent.startsWith('No word from trawl')", 30)
    context.close()


def check_page(trawl, site, shots):
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = pathlib.Path(name)
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--no-proxy-server"])
        child, port = begin(trawl, folder, site)
        origin = f"http://127.0.0.1:{port}/"
        try:
            until("failures", lambda: len(json.loads(get(origin + "state.json"))["failures"]) > 10)
            for part in (lambda: check_looks(browser, origin, shots), lambda: check_texts(browser, origin),
                         lambda: check_tabs(browser, origin), lambda: check_fallback(browser, origin),
                         lambda: check_nginx(browser, folder, port), lambda: check_token(browser, trawl, site),
                         lambda: check_end(browser, child, origin)):
                part()
        finally:
            child.kill()
            child.wait()
        browser.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trawl", default=str(root / ".build/debug/trawl"), help="the binary (default: the debug build)")
    parser.add_argument("--only", choices=["page", "terminal"], help="look at one of the two")
    parser.add_argument("--shots", type=pathlib.Path, help="a folder for screenshots")
    arguments = parser.parse_args()
    if arguments.shots:
        arguments.shots.mkdir(parents=True, exist_ok=True)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.handle_error = lambda *_: None  # Daemons that are killed leave requests behind.
    threading.Thread(target=server.serve_forever, daemon=True).start()
    site = f"http://127.0.0.1:{server.server_port}"
    if arguments.only != "page":
        with tempfile.TemporaryDirectory() as name:
            terminal.check_terminal(arguments.trawl, pathlib.Path(name), site, check)
    if arguments.only != "terminal":
        check_page(arguments.trawl, site, arguments.shots)
    print(f"{len(faults)} faults")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
