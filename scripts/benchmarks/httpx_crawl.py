"""The same crawl the usual way with httpx: a task a URL, a semaphore, titles by lxml, rows in SQLite.

Run by the Python of a venv that has httpx and lxml.
"""

import argparse
import asyncio
import sqlite3
import time

import httpx
import lxml.html


class Rows:
    """Inserts a row a page, a batch a transaction."""

    def __init__(self, path, batch_size):
        self.batch_size = batch_size
        self.rows = []
        self.database = sqlite3.connect(path)
        self.database.execute("PRAGMA journal_mode = WAL")
        self.database.execute("PRAGMA synchronous = NORMAL")
        self.database.execute(
            "CREATE TABLE pages (id INTEGER PRIMARY KEY, url TEXT NOT NULL, status_code INTEGER, "
            "content_length INTEGER, title TEXT, error TEXT, time_total_ms INTEGER, fetched_at INTEGER)")

    def add(self, *row):
        self.rows.append(row)
        if len(self.rows) >= self.batch_size:
            self.commit()

    def commit(self):
        with self.database:
            self.database.executemany(
                "INSERT INTO pages (url, status_code, content_length, title, error, time_total_ms, fetched_at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)", self.rows)
        self.rows.clear()


async def fetch(client, permits, url, rows):
    async with permits:
        started = time.monotonic()
        try:
            response = await client.get(url)
            title = lxml.html.fromstring(response.content).findtext(".//title")
            row = (url, response.status_code, len(response.content), title, None)
        except httpx.HTTPError as error:
            row = (url, None, None, None, repr(error))
        rows.add(*row, round((time.monotonic() - started) * 1000), round(time.time() * 1000))


async def crawl(urls, rows, total):
    permits = asyncio.Semaphore(total)
    limits = httpx.Limits(max_connections=total, max_keepalive_connections=total)
    async with httpx.AsyncClient(limits=limits, timeout=30, trust_env=False) as client:
        await asyncio.gather(*(fetch(client, permits, url, rows) for url in urls))
    rows.commit()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("urls")
    parser.add_argument("database")
    parser.add_argument("--total", type=int, default=64)
    parser.add_argument("--batch-size", type=int, default=500)
    options = parser.parse_args()
    with open(options.urls, encoding="utf-8") as lines:
        urls = [line.strip() for line in lines]
    asyncio.run(crawl(urls, Rows(options.database, options.batch_size), options.total))


if __name__ == "__main__":
    main()
