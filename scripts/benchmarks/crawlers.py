"""The crawlers that are compared: how each is had, how it is started, and what rows it leaves."""

import contextlib
import json
import os
import shlex
import sqlite3
import subprocess
import sys

FOLDER = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(FOLDER))

_ROWS = "SELECT url, status_code, content_length, title FROM pages WHERE status_code IS NOT NULL"


def trawl_binary():
    """The binary that $TRAWL names, else the release build."""
    binary = os.path.abspath(os.environ.get("TRAWL") or os.path.join(ROOT, ".build/release/trawl"))
    if not os.access(binary, os.X_OK):
        sys.exit(f"{binary} is missing: build it with `swift build -c release`, or name another with TRAWL=…")
    return binary


class Trawl:
    """trawl: the binary that $TRAWL names, else the release build."""

    name = "trawl"
    rows_sql = "SELECT url, status_code, content_length, title FROM results WHERE state = 'done'"

    def __init__(self, options):
        self.binary = trawl_binary()
        self.batch_size = options.batch_size
        self.keys = getattr(options, "keys", {})
        self.arguments = shlex.split(os.environ.get("TRAWL_ARGUMENTS", ""))

    def command(self, urls, database, total, per_host):
        """The command for a crawl of a list; the job file is written beside the database."""
        job = database + ".yaml"
        with open(job, "w", encoding="utf-8") as file:
            file.write(
                f"name: benchmark\nurls_from: {json.dumps(urls)}\n"
                f"concurrency: {{total: {total}, per_host: {per_host}}}\nbatch_size: {self.batch_size}\n")
            file.writelines(f"{key}: {json.dumps(value)}\n" for key, value in self.keys.items())
        return [self.binary, "run", job, "--db", database, *self.arguments]

    def follow_command(self, site, database, total, per_host):
        """The command for a crawl of a site from its first page; the job file is written beside the database."""
        job = database + ".yaml"
        with open(job, "w", encoding="utf-8") as file:
            json.dump({
                "name": "benchmark", "urls": [site.url(0)], "delay": "0s", "batch_size": self.batch_size,
                "follow": {"scope": "any", "include": ["/page/[0-9]+[.]html$"]}, "allow_private": site.addresses,
                "concurrency": {"total": total, "per_host": per_host}}, file)
        return [self.binary, "run", job, "--db", database, *self.arguments]


class Bare:
    """bare.c: libcurl, libxml2 and SQLite in one loop and nothing else."""

    name = "bare"
    rows_sql = _ROWS

    def __init__(self, _):
        source = os.path.join(FOLDER, "bare.c")
        self.binary = os.path.join(_cache(), "bare")
        flags = subprocess.run(
            ["pkg-config", "--cflags", "--libs", "libcurl", "libxml-2.0", "sqlite3"], check=True,
            stdout=subprocess.PIPE, text=True).stdout.split()
        subprocess.run(["cc", "-O2", "-Wall", "-Wextra", "-o", self.binary, source, *flags], check=True)

    def command(self, urls, database, total, per_host):
        return [self.binary, urls, database, total, per_host]

    def follow_command(self, site, database, total, per_host):
        """The command for a crawl of a site from its first page; the list of it is written beside the database."""
        urls = database + ".txt"
        with open(urls, "w", encoding="ascii") as file:
            file.write(site.url(0) + "\n")
        return [self.binary, urls, database, total, per_host, "follow"]


class Scrapy:
    """Scrapy, in a venv of its own."""

    name = "scrapy"
    rows_sql = _ROWS

    def __init__(self, _):
        self.python = venv("scrapy", ["scrapy>=2.19"])
        self.version = _version(self.python, "scrapy")

    def command(self, urls, database, total, per_host, *more):
        return [self.python, os.path.join(FOLDER, "scrapy_crawl.py"), urls, database, "--total", total,
                "--per-host", per_host, *more]


class Httpx:
    """httpx over asyncio, in a venv of its own. It knows a total only, no cap per host."""

    name = "httpx"
    rows_sql = _ROWS

    def __init__(self, _):
        self.python = venv("httpx", ["httpx>=0.28", "lxml"])
        self.version = _version(self.python, "httpx")

    def command(self, urls, database, total, _):
        return [self.python, os.path.join(FOLDER, "httpx_crawl.py"), urls, database, "--total", total]


def rows(crawler, database):
    """What a crawl left in its database: (url, status, length, title), a row a page that was answered."""
    return _query(database, crawler.rows_sql)


def row_count(crawler, database):
    """How many such rows there are."""
    return _query(database, f"SELECT count(*) FROM ({crawler.rows_sql})")[0][0]


def _query(database, sql):
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return connection.execute(sql).fetchall()


def _cache():
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    path = os.path.join(base, "trawl-benchmarks")
    os.makedirs(path, exist_ok=True)
    return path


def venv(name, packages):
    """The Python of a venv with the packages, made where there is none."""
    folder = os.path.join(_cache(), "venv-" + name)
    python = os.path.join(folder, "bin", "python")
    complete = os.path.join(folder, "complete")
    if not os.path.exists(complete):
        print(f"Installing {' '.join(packages)} into {folder}", file=sys.stderr, flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        subprocess.run(
            [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages], check=True)
        with open(complete, "w", encoding="ascii") as file:
            file.write("\n".join(packages) + "\n")
    return python


def _version(python, package):
    code = "import sys; from importlib.metadata import version; print(version(sys.argv[1]))"
    return subprocess.run([python, "-c", code, package], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
