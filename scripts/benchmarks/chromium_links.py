#!/usr/bin/env python3
"""Compares what trawl's scanner finds in real pages with the tree that Chromium makes of them.

    swift build -c release --product ScanBench
    python3 scripts/benchmarks/chromium_links.py .build/release/ScanBench /usr/share/doc [--pages 1000]

Needs Debian's chromium and python3-websocket. Pages are served on loopback, and Chromium is told that no other host exists.
Scripts do not run, so that the tree is that of the markup. Compared are, as sets: element, attribute and absolute URL of
everything that refers to something; the texts of links without white space; and the number of ids. Every difference is
printed. Candidates of `srcset` are left out, as Chromium shows only the one it chose.
"""
import argparse
import collections
import functools
import http.server
import json
import os
import random
import re
import subprocess
import tempfile
import threading
import time
import urllib.parse
import urllib.request

import websocket

COLLECT = r"""
(() => {
  const table = {
    href: 'a area link', src: 'img script iframe frame source video audio track embed bgsound input', poster: 'video',
    data: 'object', action: 'form', formaction: 'button input', cite: 'blockquote q ins del', manifest: 'html',
    background: 'body table thead tbody tfoot tr td th', longdesc: 'img iframe frame', lowsrc: 'img',
    codebase: 'object applet', classid: 'object', profile: 'head', itemid: '*'};
  const found = [], ids = new Set();
  const absolute = (url, base) => { try { return new URL(url, base).href } catch { return null } };
  const css = (text, element, attribute, base) => {
    for (const match of text.matchAll(/url\("((?:[^"\\]|\\.)*)"\)/g)) {
      const url = match[1].replace(/\\([0-9a-f]{1,6}) ?|\\(.)/gi, (_, hex, c) => hex ? String.fromCodePoint(parseInt(hex, 16)) : c);
      if (url && !url.startsWith('#')) found.push([element, attribute, null, absolute(url, base)]);
    }
  };
  const rules = (sheet, element, base) => {
    for (const rule of sheet.cssRules) {
      if (rule instanceof CSSImportRule) found.push([element, '@import', null, absolute(rule.href, base)]);
      else if (!(rule instanceof CSSNamespaceRule)) css(rule.cssText, element, 'url()', base);
    }
  };
  for (const e of document.querySelectorAll('*')) {
    const name = e.localName, base = e.baseURI;
    if (e.id) ids.add(e.id);
    if (e instanceof HTMLAnchorElement && e.name) ids.add(e.name);
    if (e.style?.cssText) css(e.style.cssText, name.toLowerCase(), 'style', base);
    if (e instanceof HTMLElement) {
      for (const attribute in table) {
        const value = e.getAttribute(attribute);
        if (value === null || table[attribute] != '*' && !table[attribute].split(' ').includes(name)) continue;
        if (name == 'input' && attribute == 'src' && e.type != 'image') continue;
        const mayBeEmpty = name == 'a' || name == 'area' || attribute == 'action' || attribute == 'formaction';
        if (value.trim() || mayBeEmpty) {
          const text = name == 'a' && !e.querySelector('img, script, style, textarea, title') ? e.textContent : null;
          found.push([name, attribute, text, absolute(value, base)]);
        }
      }
      if (name == 'meta' && e.httpEquiv.toLowerCase() == 'refresh') {
        const url = e.content.match(/^\s*[\d.]+\s*[;,\s]\s*(?:url\s*=\s*)?["']?([^"']+)/i);
        if (url) found.push([name, 'content', null, absolute(url[1], base)]);
      }
      if (name == 'style' && e.sheet) rules(e.sheet, name, base);
    } else if (e instanceof SVGElement) {
      const attribute = e.hasAttribute('href') ? 'href' : 'xlink:href', value = e.getAttribute(attribute);
      if (value) found.push([name.toLowerCase(), attribute, null, absolute(value, base)]);
    }
  }
  const link = document.querySelector('link[rel=trawl-sheet]');
  if (link) for (const s of document.styleSheets) if (s.href) { found.length = 0; rules(s, '', s.href) }
  return JSON.stringify({references: found, ids: ids.size});
})()
"""


class Site(http.server.SimpleHTTPRequestHandler):
    """The files of a folder, and for each style sheet a page that has nothing else."""

    def do_GET(self):
        if not self.path.startswith("/-sheet/"):
            return super().do_GET()
        sheet = self.path.removeprefix("/-sheet")
        page = f'<!doctype html><link rel="stylesheet" href="{sheet}"><link rel="trawl-sheet">'.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(page)

    def guess_type(self, path):
        return "text/html" if str(path).endswith((".html", ".htm")) else super().guess_type(path)

    def log_message(self, *arguments):
        pass


class Chromium:
    """A browser without scripts and without a network."""

    def __init__(self):
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.process = subprocess.Popen(
            ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0",
             "--remote-allow-origins=*", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
             "--disable-background-networking", "--disable-component-update", "--no-first-run",
             f"--user-data-dir={self.profile.name}", "about:blank"],
            stderr=subprocess.PIPE, text=True)
        port = next(re.search(r"127\.0\.0\.1:(\d+)", line)[1] for line in self.process.stderr if "DevTools listening" in line)
        threading.Thread(target=self.process.stderr.read, daemon=True).start()
        request = urllib.request.Request(f"http://127.0.0.1:{port}/json/new?about:blank", method="PUT")
        target = json.load(urllib.request.urlopen(request))
        self.socket = websocket.create_connection(target["webSocketDebuggerUrl"], timeout=60)
        self.number = 0
        for method, parameters in [("Page.enable", {}), ("Emulation.setScriptExecutionDisabled", {"value": True})]:
            self.call(method, **parameters)

    def call(self, method, until=None, **parameters):
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": parameters}))
        result, event = None, until is None
        while result is None or not event:
            message = json.loads(self.socket.recv())
            if message.get("id") == self.number:
                result = message.get("result", message)
            event = event or message.get("method") == until
        return result

    def collect(self, url):
        self.call("Page.navigate", until="Page.loadEventFired", url=url)
        value = self.call("Runtime.evaluate", expression=COLLECT)["result"].get("value")
        return json.loads(value) if value else None

    def close(self):
        self.process.terminate()
        self.process.wait()


def trawl(bench, folder, base, paths):
    output = subprocess.run([bench, "references", folder, base], input="\n".join(paths) + "\n", capture_output=True,
                            text=True, check=True).stdout
    return [json.loads(line) for line in output.splitlines()]


def places(references):
    # Of a long data: URL only the beginning is kept.
    return {(element, attribute, url[:100] if url and url.startswith("data:") else url)
            for element, attribute, _, url in references if attribute not in ("srcset", "imagesrcset", "ping", "archive")}


def texts(references):
    """The texts of links that are short and have one spelling."""
    return {(url, "".join(text.split())) for element, attribute, text, url in references
            if element == "a" and text is not None and len(text.split()) and len(text) < 150}


def sample(pages, number, seed):
    """Pages by chance, as many of one package as of another as far as there are any."""
    random.Random(seed).shuffle(pages)
    turns = collections.Counter()
    ranked = []
    for page in pages:
        package = page.split("/")[0]
        turns[package] += 1
        ranked.append((turns[package], page))
    return [page for _, page in sorted(ranked)[:number]]


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("bench")
    arguments.add_argument("folder")
    arguments.add_argument("--pages", type=int, default=1000)
    arguments.add_argument("--seed", type=int, default=1)
    options = arguments.parse_args()

    folder = os.path.realpath(options.folder)
    names = sorted(
        os.path.relpath(os.path.join(parent, name), folder)
        for parent, _, files in os.walk(folder) for name in files if name.endswith((".html", ".htm", ".css")))
    paths = sample([name for name in names if not name.endswith(".css")], options.pages, options.seed)
    paths += [name for name in names if name.endswith(".css")]

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Site, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}/"
    started = time.monotonic()
    ours = trawl(options.bench, folder, base, paths)
    print(f"trawl: {len(ours)} files in {time.monotonic() - started:.1f} s")

    browser = Chromium()
    counts = dict.fromkeys(["files", "references", "missing", "extra", "texts", "other texts", "other ids"], 0)
    for mine in ours:
        path = urllib.parse.quote(mine["path"])
        theirs = browser.collect(base + ("-sheet/" if path.endswith(".css") else "") + path)
        if theirs is None:
            print("not read by Chromium:", mine["path"])
            continue
        expected, found = places(theirs["references"]), places(mine["references"])
        counts["files"] += 1
        counts["references"] += len(expected)
        counts["missing"] += len(expected - found)
        counts["extra"] += len(found - expected)
        for place in sorted(expected - found, key=str):
            print("missing", mine["path"], *place)
        for place in sorted(found - expected, key=str):
            print("extra", mine["path"], *place)
        theirs_texts = texts(theirs["references"])
        other = theirs_texts - {(url, "".join((text or "").split())) for _, _, text, url in mine["references"]}
        counts["texts"] += len(theirs_texts)
        counts["other texts"] += len(other)
        for place in sorted(other, key=str):
            print("text", mine["path"], *place)
        if not path.endswith(".css") and theirs["ids"] != mine["ids"]:
            counts["other ids"] += 1
            print("ids", mine["path"], theirs["ids"], "and ours", mine["ids"])
    browser.close()
    print(", ".join(f"{count} {what}" for what, count in counts.items()))


if __name__ == "__main__":
    main()
