#!/usr/bin/env python3
"""Opens reports of trawl in Chromium, and fails where one is not as it should be.

The hostile part crawls pages with the titles of hostile.py, and opens the report of them: nothing of them may run, ask for anything or
be drawn as markup; axe finds no violation in light and dark, narrow and wide; without scripts the summary is there. The size part makes
databases of 1,000, 10,000 and 100,000 pages and measures how large their reports are, and how long after an empty page they are drawn.
"""
import argparse
import csv
import http.server
import io
import json
import pathlib
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

import hostile

root = pathlib.Path(__file__).resolve().parent.parent.parent
faults = []


def check(holds, words):
    if not holds:
        faults.append(words)
        print("FAULT:", words, flush=True)


class Site(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        path = self.path.split("?")[0]
        number = int(path[2:]) if path[:2] == "/p" and path[2:].isdigit() else -1
        body = hostile.page(number) if number >= 0 else None
        self.send_response(200 if body else 404)
        hard = hostile.TITLES[number % len(hostile.TITLES)] if number >= 0 else ""
        # A header field cannot hold line ends; the rest is handed on as it is.
        kind = "text/html" if number % 3 else "text/html; x=" + hard[:200].encode("utf-8", "replace").decode("latin-1")
        self.send_header("content-type", "".join(c for c in kind if c not in "\r\n\0"))
        self.end_headers()
        self.wfile.write(body or b"<title>not there</title>")


def crawl(trawl, folder):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}"
    urls = [f"{base}/p{n}?token=SECRETMARK#SECRETMARK" for n in range(hostile.COUNT)]
    urls += [f"{base}/missing?q=</script><script>{hostile.MARK}</script>&SECRETMARK", f"{base}/%3Cb%3E'\"=SECRETMARK?SECRETMARK"]
    job = {"name": "hostile <script>alert(1)<!--", "urls": urls, "robots": "ignore", "delay": "0s",
           "allow_private": ["127.0.0.1"], "retry": {"attempts": 1}}
    (folder / "job.json").write_text(json.dumps(job))
    for _ in range(2):
        run = subprocess.run([trawl, "run", "-q", "job.json"], cwd=folder, capture_output=True, text=True, check=False)
        if run.returncode not in (0, 4):
            sys.exit(f"trawl run: {run.stderr}")
    server.shutdown()
    return job["name"]


def report(trawl, folder, job, name, *flags):
    subprocess.run([trawl, "report", job, "-o", name, *flags], cwd=folder, check=True)
    return folder / name


def open_page(browser, file, width=1280, scheme="light", scripts=True):
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=scripts, accept_downloads=True)
    page = context.new_page()
    page.on("console", lambda message: check(False, f"{file.name}: console: {message.text}"))
    page.on("pageerror", lambda error: check(False, f"{file.name}: error: {error}"))
    page.on("dialog", lambda dialog: check(False, f"{file.name}: a dialog"))
    page.on("request", lambda request: check(
        request.url.startswith(("file:", "blob:")), f"{file.name}: asked for {request.url[:200]}"))
    page.goto(file.as_uri())
    return page


def until(page, condition):
    """Waits for a condition. Playwright's own way needs eval, which the page's policy forbids."""
    for _ in range(200):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(25)
    check(False, f"never true: {condition}")


def check_hostile(browser, trawl, folder, shots):
    job = crawl(trawl, folder)
    file = report(trawl, folder, job, "hostile.html")
    text = file.read_text()
    check(file.stat().st_size < 5_000_000, f"hostile.html has {file.stat().st_size} bytes")
    for block in text.split('<script type="application/json"')[1:]:
        check("<" not in block.split(">", 1)[1].split("</script>")[0], "a raw < in the data")
    for width in (1280, 390):
        for scheme in ("light", "dark"):
            page = open_page(browser, file, width, scheme)
            check(page.evaluate("document.documentElement.scrollWidth") <= width, f"scrolls sideways at {width}")
            check_axe(page, f"{width} {scheme}")
            if shots:
                page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = false })")
                page.screenshot(path=shots / f"hostile-{width}-{scheme}.png")
                page.evaluate("document.getElementById('pages').scrollIntoView()")
                page.screenshot(path=shots / f"hostile-{width}-{scheme}-pages.png")
            page.context.close()
    page = open_page(browser, file)
    check_table(page, job)
    page.context.close()
    plain = open_page(browser, file, scripts=False)
    shown = plain.inner_text("#summary")
    check("Mend first" in shown and "pages" in shown, "no summary without scripts")
    plain.context.close()
    check_other_formats(trawl, folder, job)


def check_axe(page, where):
    # axe is one script; the page's own policy would not let it in.
    session = page.context.new_cdp_session(page)
    session.send("Page.setBypassCSP", {"enabled": True})
    page.reload()
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true })")
    found = Axe().run(page)
    check(len(found.response["passes"]) > 20, f"axe, {where}: only {len(found.response['passes'])} rules ran")
    for violation in found.response["violations"]:
        nodes = [node["html"][:160] for node in violation["nodes"][:3]]
        check(False, f"axe, {where}: {violation['id']}: {violation['help']}: {nodes}")
    session.send("Page.setBypassCSP", {"enabled": False})


def check_table(page, job):
    check(page.evaluate("window.wasRun === undefined"), "something of a title ran")
    check(job in page.inner_text("h1"), "the job's name is not shown as it is")
    check(page.evaluate("[...document.scripts].filter((s) => s.type !== 'application/json').length") == 1, "another script")
    check(page.evaluate("document.querySelectorAll('iframe, img, base, link, form, object, embed').length") == 0, "foreign elements")
    check(page.evaluate(
        "[...document.links].every((a) => /^(https?:|file:)/.test(a.href))"), "a link of another scheme")
    titles = set()
    while True:
        rows = page.locator("#pages tbody tr")
        check(rows.count() <= 100, "more than 100 rows in the DOM")
        titles |= set(page.evaluate("[...document.querySelectorAll('#pages tbody tr')].map((r) => r.cells[4].textContent)"))
        if page.locator("#pages .pager button").nth(1).is_disabled():
            break
        page.locator("#pages .pager button").nth(1).click()
    for title in hostile.TITLES:
        if len(title) > 300 or any(ord(c) < 0x21 for c in title) or "<" not in title:
            continue
        check(title in titles, f"not shown as it is: {title}")
    unsafe = "".join(titles)
    for mark in "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\u2060\ufeff\x9b\x1b\x07":
        check(mark not in unsafe, f"U+{ord(mark):04X} is in the page as it is")
    check("\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd" in titles, "Hebrew is not as it was")
    check("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645" in titles, "Persian is not as it was")
    page.fill("#pages input", "invoice")
    until(page, "document.querySelectorAll('#pages tbody tr').length === 1")
    check("1 of" in page.inner_text("#pages [role=status]"), "the filter does not say what it found")
    check("filter=invoice" in page.url, "the view is not in the address")
    page.fill("#pages input", "")
    until(page, "document.querySelectorAll('#pages tbody tr').length > 1")
    page.locator("#pages thead button").nth(4).click()
    check(page.get_attribute("#pages thead th:nth-child(5)", "aria-sort") == "ascending", "sorting is not told")
    with page.expect_download() as download:
        page.locator("#pages .tools button").click()
    rows = list(csv.reader(io.StringIO(pathlib.Path(download.value.path()).read_text("utf-8-sig"), newline="")))
    check(len(rows) > hostile.COUNT, f"the CSV has {len(rows)} rows")
    for row in rows[1:]:
        check(all(not value or value[0] not in "=+@" for value in row), f"a formula in CSV: {row[:5]}")


def check_other_formats(trawl, folder, job):
    data = json.loads(report(trawl, folder, job, "hostile.json", "--format", "json").read_text())
    check(data["format"] == "trawl-report/1" and len(data["tables"]["pages"]["rows"]) >= hostile.COUNT, "the JSON lacks pages")
    text = report(trawl, folder, job, "hostile.md", "--format", "md").read_text()
    check(len(text.encode()) < 900 << 10, "the Markdown is too long")
    for mark in "\u061c\u202e\u2066\x1b\x9b\x07":
        check(mark not in text, f"U+{ord(mark):04X} is in the Markdown as it is")
    for suffix in ("html", "json", "md"):
        file = report(trawl, folder, job, f"anonymous.{suffix}", "--format", suffix, "--anonymous")
        left = file.read_text().split("SECRETMARK")
        # One stands in a path, which is no query.
        left = [part[-60:] for part in left[:-1] if not part.endswith("=")]
        check(not left, f"a query is left in {file.name}: {left[:3]}")


def make_database(trawl, folder, rows):
    """A finished run of so many pages, written by SQL into a database that trawl has made."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    (folder / "big.json").write_text(json.dumps({
        "name": "big", "urls": [f"http://127.0.0.1:{server.server_port}/p1"], "robots": "ignore", "allow_private": ["127.0.0.1"]}))
    database = folder / "big.db"
    subprocess.run([trawl, "run", "-q", "big.json", "--db", "big.db"], cwd=folder, check=True)
    server.shutdown()
    base = sqlite3.connect(database)
    columns = [row[1] for row in base.execute("PRAGMA table_info(pages)")]
    first = dict(zip(columns, base.execute("SELECT * FROM pages").fetchone()))
    words = "guide install configure module reference example tutorial request handler template filter table query index".split()

    def pages():
        for number in range(rows):
            row = dict(first)
            section, name = words[number % 13], words[number * 5 % 14]
            row["id"] = first["id"] + number
            row["url"] = f"https://docs.example.org/{section}/{number // 400}/{name}-{number}.html"
            row["title"] = f"{name.title()} {number // 3}: the {section} of {words[number * 3 % 14]} in version {number % 7}"
            row["content_length"] = 2_000 + number * 7919 % 90_000
            row["time_starttransfer_ms"] = 5 + number * 31 % 400
            row["time_total_ms"] = row["time_starttransfer_ms"] + number * 17 % 600
            row["depth"] = number % 8
            row["referrer_id"] = first["id"] + number // 30 if number else None
            row["fetched_at"] = first["fetched_at"] + number * 5
            if number % 50 == 3:
                row.update(state="failed", status_code=404, error_kind="http_status", error="status 404 is not accepted")
            yield tuple(row[column] for column in columns)

    base.execute("PRAGMA foreign_keys = off")
    base.execute("DELETE FROM page_keys")
    base.execute("DELETE FROM pages")
    base.executemany(f"INSERT INTO pages ({','.join(columns)}) VALUES ({','.join('?' * len(columns))})", pages())
    base.execute("UPDATE runs SET first_page_id = ?, last_page_id = ?, pages_done = ?, pages_failed = ?",
                 (first["id"], first["id"] + rows - 1, rows - (rows + 46) // 50, (rows + 46) // 50))
    base.commit()
    base.close()


def painted(browser, url, times):
    """The median time from the start until the first paint, and until the document is complete."""
    paints, ends = [], []
    for _ in range(times):
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        page = context.new_page()
        page.goto(url)
        until(page, "performance.getEntriesByType('paint').length > 0")
        paints.append(page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"))
        ends.append(page.evaluate("performance.timing.loadEventEnd - performance.timing.navigationStart"))
        context.close()
    return statistics.median(paints), statistics.median(ends)


def check_sizes(browser, trawl, folder, counts):
    empty = folder / "empty.html"
    empty.write_text("<!doctype html><title>empty</title><h1>empty</h1>")
    base, _ = painted(browser, empty.as_uri(), 5)
    print(f"empty page: first paint after {base:.0f} ms")
    print("rows      bytes       written in  first paint  whole    filter   sort by URL, by time")
    for rows in counts:
        for old in folder.glob("big.db*"):
            old.unlink()
        make_database(trawl, folder, rows)
        start = time.monotonic()
        file = report(trawl, folder, "big", "big.html", "--db", "big.db")
        took = time.monotonic() - start
        size = file.stat().st_size
        paint, whole = painted(browser, file.as_uri(), 3)
        page = open_page(browser, file)
        page.wait_for_load_state()
        filtered, by_url, by_time = [page.evaluate(
            """async (change) => {
                const section = document.getElementById('pages');
                const done = new Promise((resolve) => new MutationObserver(resolve).observe(section.querySelector('tbody'), { childList: true }));
                const start = performance.now();
                if (change < 0) {
                    section.querySelector('input').value = 'tutorial';
                    section.querySelector('input').dispatchEvent(new Event('input'));
                } else section.querySelectorAll('thead button')[change].click();
                await Promise.race([done, new Promise((_, fail) => setTimeout(() => fail(new Error('nothing drawn')), 20000))]);
                return performance.now() - start;
            }""", change) for change in (-1, 4, 8)]
        check(page.locator("#pages tbody tr").count() <= 100, "more than 100 rows in the DOM")
        page.context.close()
        print(f"{rows:<9} {size:<11,} {took:5.1f} s     {paint:6.0f} ms   {whole:6.0f} ms  {filtered:4.0f} ms  {by_url:.0f} ms, {by_time:.0f} ms",
              flush=True)
        check(size < 20_000_000, f"the report of {rows} rows has {size} bytes")
        check(paint - base < 1_000, f"the report of {rows} rows is drawn {paint - base:.0f} ms after an empty page")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trawl", default=str(root / ".build/debug/trawl"), help="the program (default: the debug build)")
    parser.add_argument("--shots", type=pathlib.Path, help="a folder for screenshots")
    parser.add_argument("--rows", default="1000,10000,100000", help="rows of the reports that are measured; empty for none")
    arguments = parser.parse_args()
    if arguments.shots:
        arguments.shots.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        check_hostile(browser, arguments.trawl, pathlib.Path(name), arguments.shots)
        counts = [int(count) for count in arguments.rows.split(",") if count]
        if counts:
            check_sizes(browser, arguments.trawl, pathlib.Path(name), counts)
        browser.close()
    print(f"{len(faults)} faults")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
