"""Twenty CSS selectors on real pages: what trawl takes of them, against parsel (Scrapy's selectors).

The pages are served on loopback and crawled. White space is collapsed on both sides, as trawl's texts have none but single
spaces. Where the two differ parsel is asked again, with the tree that html5lib builds by the HTML Standard instead of libxml2's:
if it then agrees, the difference is the tree's. All fields of a page together have a limit of time, and the row says so where a value
is null by it; the tree of a page has a limit of size, and what stands beyond that is missing.

Run by the Python of a venv that has parsel and html5lib; scripts/cssdiff makes one.
"""

import argparse
import collections
import functools
import http.server
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import warnings

import html5lib
import parsel

SELECTORS = (
    "title",
    "h1::text",
    "h1 ::text",
    "a::attr(href)",
    "a[href^='#']::attr(href)",
    "a[href*='.html']:not([href^=http])::text",
    "link[rel~=stylesheet i]::attr(href)",
    "meta[name]::attr(content)",
    "p:first-of-type",
    "li:nth-child(2n+1) > a::attr(href)",
    "li:nth-last-child(-n+2)",
    "div > p + p",
    "h2 ~ p::text",
    "table tr:nth-child(even) td:first-child",
    "code, tt, kbd",
    "[id]:not(div):not(a)::attr(id)",
    "p:has(> a)",
    ":is(h2, h3, h4):contains('e')",
    "dl dt:last-of-type",
    "body > *:only-child, pre:empty, html:root > head > title::text",
)
VALUES = 1000  # as many as a field has at most
VALUE_BYTES = 64 << 10
LARGE_PAGE = 1 << 20  # trees of smaller pages are whole
DIFFERENCES_SHOWN = 12


class Pages(http.server.BaseHTTPRequestHandler):
    """Serves the files of a list by their numbers."""

    protocol_version = "HTTP/1.1"

    def __init__(self, files, *arguments):
        self.files = files
        super().__init__(*arguments)

    def do_GET(self):
        body = self.files[int(self.path.strip("/"))].read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def crawl(trawl, files, folder):
    """The row of each page, by its number."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Pages, files))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/"
    pages = folder / "pages.txt"
    pages.write_text("".join(f"{address}{number}\n" for number in range(len(files))))
    job = folder / "css.yaml"
    job.write_text(json.dumps({
        "urls_from": str(pages), "robots": "ignore",
        "extract": {str(n): {"css": css, "many": True} for n, css in enumerate(SELECTORS)}}))
    command = [trawl, "run", str(job), "-q", "--format", "ndjson", "--db", str(folder / "css.db")]
    output = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    server.shutdown()
    rows = [json.loads(line) for line in output.splitlines()]
    return {int(row["url"].rsplit("/", 1)[1]): row for row in rows}


def collapsed(text):
    return " ".join(part for part in text.replace("\f", " ").replace("\r", " ").replace("\t", " ")
                    .replace("\n", " ").split(" ") if part)


def values(selector, css):
    """What parsel selects, as trawl has it; None for nothing."""
    found = []
    for node in selector.css(css)[:VALUES]:
        if isinstance(node.root, str):
            found.append(node.root if "::attr" in css else collapsed(node.root))
        else:
            found.append(collapsed(node.xpath("string()").get()))
    return [value.encode()[:VALUE_BYTES].decode(errors="ignore") for value in found] or None


def standard_tree(body, charset):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = html5lib.parse(
            body.decode(charset, "replace"), treebuilder="lxml", namespaceHTMLElements=False)
    return parsel.Selector(root=tree.getroot(), type="html")


def find_pages(folders, limit):
    """HTML files below the folders, evenly spread over each."""
    files = []
    for folder in folders:
        found = sorted({path.resolve() for path in pathlib.Path(folder).rglob("*.html*")
                        if path.is_file() and path.suffix != ".gz"})
        files.append(found[::max(1, len(found) * len(folders) // limit)])
    return [path for group in files for path in group][:limit]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0], prog="scripts/cssdiff")
    parser.add_argument("folders", nargs="*", default=["/usr/share/doc"], help="where the pages are (/usr/share/doc)")
    parser.add_argument("--pages", type=int, default=1000, help="how many pages at most (1000)")
    options = parser.parse_args()
    files = find_pages(options.folders, options.pages)
    if not files:
        sys.exit("there are no pages in these folders")
    with tempfile.TemporaryDirectory(prefix="trawl-css-") as folder:
        rows = crawl(os.environ["TRAWL"], files, pathlib.Path(folder))
    same, tree, late, counts = (collections.Counter() for _ in range(4))
    others = []
    for number, file in enumerate(files):
        body, row = file.read_bytes(), rows[number]
        charset = row["charset"]
        selector = parsel.Selector(body=body, encoding=charset, type="html")
        standard = None
        for index, css in enumerate(SELECTORS):
            ours, theirs = row["extracted"][str(index)], values(selector, css)
            counts[css] += len(ours or [])
            if ours == theirs:
                same[css] += 1
                continue
            is_late = ours is None and "takes too long" in (row["error"] or "")
            is_cut = len(body) > LARGE_PAGE and ours == (theirs or [])[:len(ours or [])]
            if is_late or is_cut:
                late[css] += 1
                continue
            standard = standard or standard_tree(body, charset)
            if ours == values(standard, css):
                tree[css] += 1
            else:
                others.append((file, css, ours, theirs, values(standard, css)))
    print(f"{len(files)} pages, {len(SELECTORS)} selectors")
    print(f"{'same':>6} {'by the tree':>12} {'by the limit':>13} {'other':>6} {'values':>8}")
    for css in SELECTORS:
        other = sum(1 for difference in others if difference[1] == css)
        print(f"{same[css]:6} {tree[css]:12} {late[css]:13} {other:6} {counts[css]:8}  {css}")
    print(f"{same.total():6} {tree.total():12} {late.total():13} {len(others):6} {counts.total():8}  all")
    for file, css, ours, theirs, standard in others[:DIFFERENCES_SHOWN]:
        pairs = list(zip(ours or [], standard or []))
        at = next((n for n, (a, b) in enumerate(pairs) if a != b), len(pairs))
        show = lambda found: None if found is None else (len(found), [text[:80] for text in found[at:at + 2]])
        print(f"{file}: {css}\n  trawl    {show(ours)}\n  parsel   {show(theirs)}\n  html5lib {show(standard)}")
    sys.exit(1 if others else 0)


if __name__ == "__main__":
    main()
