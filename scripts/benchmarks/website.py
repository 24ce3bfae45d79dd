"""A web site of made-up pages on loopback addresses, served by an nginx of its own.

As a program: serves the site until it is told to stop, for trying things by hand.
"""

import argparse
import functools
import html
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import process

PAGE_BYTES = 10_240
LINKS = 4  # Pages also form a tree: page n links to pages 4n+1 … 4n+4, so that all can be reached from page 0.

_WORDS = (
    "amber anchor autumn basin beacon birch bridge canal candle cedar chapel cliff clover coast copper current "
    "dawn delta ember estuary fallow fathom ferry field flint fog garden glacier granite harbour hazel heath "
    "inlet island ivory juniper kelp lantern larch ledger lichen lighthouse linen loam marble marsh meadow mill "
    "moor mosaic north oak orchard osprey pasture pebble pilot plover quarry quay rain reef river rope saffron "
    "salt sand schooner shale shore silver slate snow spruce stone summer swallow tarn thistle tide timber "
    "valley vessel violet wharf willow winter wool yarrow"
).split()

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="{description}">
<link rel="stylesheet" href="/style.css">
<script async src="/page.js"></script>
</head>
<body>
<header><a class="logo" href="/">Harbour Gazette</a></header>
<nav><ul>
{links}</ul></nav>
<main><article>
<h1>{title}</h1>
{paragraphs}</article></main>
<footer><p>Printed at the quay. <a href="/imprint.html">Imprint</a></p></footer>
</body>
</html>
"""

_NGINX = """\
daemon off;
master_process on;
worker_processes 1;
pid nginx.pid;
error_log error.log warn;
events {{ worker_connections {connections}; }}
http {{
    types {{ text/html html; }}
    default_type text/html;
    charset utf-8;
    client_body_temp_path temp;
    proxy_temp_path temp;
    fastcgi_temp_path temp;
    uwsgi_temp_path temp;
    scgi_temp_path temp;
    sendfile on;
    tcp_nopush on;
    keepalive_timeout 65s;
    keepalive_requests 1000000000;
    log_format timed '$msec $request_time $status http://$http_host$request_uri';
    access_log {access_log};
    {rate_zone}
    server {{
        {listens}
        root pages;
        {rate}
        location /ok/ {{ return 200 "ok"; }}
    }}
}}
"""


def title(number):
    """The title of a page, as a reader sees it."""
    choice = random.Random(number)
    first, second, third = choice.sample(_WORDS, 3)
    return f"Page {number}: {first.title()}, {second} & {third}"


@functools.cache
def _prose():
    choice = random.Random(0)
    return " ".join(" ".join(choice.choices(_WORDS, k=12)).capitalize() + "." for _ in range(5000))


def page(number, links):
    """A page of PAGE_BYTES bytes."""
    prose = _prose()
    start = number * 37 % (len(prose) - PAGE_BYTES)
    values = {
        "title": html.escape(title(number)),
        "description": prose[start : start + 80].strip(),
        "links": "".join(f'<li><a href="{link}">{link.rpartition("/")[2]}</a></li>\n' for link in links),
    }
    paragraphs = ""
    room = PAGE_BYTES - len(_PAGE.format(paragraphs="", **values))
    while room > 0:
        size = 500 if room >= 1000 else room
        paragraphs += "<p>" + prose[start : start + size - len("<p></p>\n")] + "</p>\n"
        start += size
        room -= size
    return _PAGE.format(paragraphs=paragraphs, **values)


class Site:
    """The site, served for as long as the `with` block runs.

    - pages: how many; 0 for none but `/ok/…`, which answers "ok" at once.
    - hosts: 127.0.0.1 and the addresses after it.
    - rate: the most requests a second that nginx answers, the others wait; None for no limit.
    - log: whether nginx writes `access_log`, with a line a request: its end (unix seconds), its duration
      (seconds), status, URL.
    """

    def __init__(self, directory, pages, hosts, rate=None, log=False):
        self.directory = directory
        self.pages = pages
        self.addresses = [f"127.0.0.{host + 1}" for host in range(hosts)]
        self.rate = rate
        self.url_list = os.path.join(directory, "urls.txt")
        self.access_log = os.path.join(directory, "nginx", "access.log") if log else None
        self._server = None

    def __enter__(self):
        try:
            for _ in range(5):  # The port is free when it is chosen, and might not be a moment later.
                self.port = _free_port(self.addresses)
                self._write()
                if self._start():
                    return self
            sys.exit(f"nginx did not start:\n{self._errors()}")
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_):
        if self._server:
            process.end(self._server, signal.SIGTERM)
            self._server = None

    def url(self, number):
        """The URL of a page. Neighbours live on different hosts."""
        return f"http://{self.addresses[number % len(self.addresses)]}:{self.port}/page/{number}.html"

    def urls(self):
        """All URLs of pages, interleaved over the hosts."""
        return [self.url(number) for number in range(self.pages)]

    def write_instant_list(self, path, count):
        """Writes a list of `count` URLs that are answered with two bytes."""
        with open(path, "w", encoding="ascii") as file:
            for number in range(count):
                file.write(f"http://{self.addresses[number % len(self.addresses)]}:{self.port}/ok/{number}\n")

    def requests(self):
        """The access log as (start, end, status, url), times in unix seconds, in the order of the ends."""
        with open(self.access_log, encoding="utf-8", errors="replace") as file:
            for line in file:
                if not line.endswith("\n"):
                    return
                end, duration, status, url = line.split(None, 3)
                yield float(end) - float(duration), float(end), int(status), url.rstrip("\n")

    def _write(self):
        prefix = os.path.join(self.directory, "nginx")
        folder = os.path.join(prefix, "pages", "page")
        os.makedirs(folder, exist_ok=True)
        # The worker runs as nobody in particular where the master is root.
        for path in (self.directory, prefix):
            os.chmod(path, 0o755)
        for number in range(self.pages):
            children = range(LINKS * number + 1, min(LINKS * (number + 1) + 1, self.pages))
            with open(os.path.join(folder, f"{number}.html"), "w", encoding="utf-8") as file:
                file.write(page(number, [self.url(child) for child in children]))
        with open(self.url_list, "w", encoding="ascii") as file:
            file.writelines(url + "\n" for url in self.urls())
        limits = ("limit_req_zone $server_port zone=all:64k rate=%dr/s;" % self.rate,
                  "limit_req zone=all burst=10000;") if self.rate else ("", "")
        with open(os.path.join(prefix, "nginx.conf"), "w", encoding="ascii") as file:
            file.write(_NGINX.format(
                connections=900,
                access_log="access.log timed" if self.access_log else "off",
                rate_zone=limits[0], rate=limits[1],
                listens="\n        ".join(f"listen {address}:{self.port};" for address in self.addresses)))

    def _start(self):
        nginx = _nginx()
        prefix = os.path.join(self.directory, "nginx")
        self._server = process.spawn(
            [nginx, "-p", prefix, "-c", "nginx.conf", "-e", "error.log"], death_signal=signal.SIGTERM,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while self._server.poll() is None and time.monotonic() < deadline:
            try:
                socket.create_connection((self.addresses[-1], self.port), 1).close()
                return True
            except OSError:
                time.sleep(0.02)
        process.end(self._server, signal.SIGTERM)
        return False

    def _errors(self):
        try:
            with open(os.path.join(self.directory, "nginx", "error.log"), encoding="utf-8") as file:
                return file.read()
        except OSError:
            return ""


def nginx_version():
    """nginx's version, as it tells it."""
    said = subprocess.run([_nginx(), "-v"], capture_output=True, text=True, check=True).stderr
    return said.strip().rpartition("/")[2].split()[0]


def _nginx():
    found = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
    if not found:
        sys.exit("nginx is missing: install the package nginx-light")
    return found


def _free_port(addresses):
    for _ in range(100):
        with socket.socket() as first:
            first.bind((addresses[0], 0))
            port = first.getsockname()[1]
            try:
                for address in addresses[1:]:
                    with socket.socket() as other:
                        other.bind((address, port))
                return port
            except OSError:
                continue
    sys.exit(f"no port is free on all of {addresses[0]}–{addresses[-1]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--hosts", type=int, default=16)
    parser.add_argument("--rate", type=int, help="answer so many requests a second at most")
    parser.add_argument("--log", action="store_true", help="keep an access log")
    options = parser.parse_args()
    process.stop_on_signals()
    with tempfile.TemporaryDirectory(prefix="trawl-site-") as directory:
        with Site(directory, options.pages, options.hosts, options.rate, options.log) as site:
            print(f"URLs: {site.url_list}", f"log: {site.access_log}", "Ctrl-C ends it.", sep="\n", flush=True)
            try:
                signal.pause()
            except KeyboardInterrupt:
                pass


if __name__ == "__main__":
    main()
