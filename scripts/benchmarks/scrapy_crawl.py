"""The same crawl the usual way with Scrapy: a spider over a list of URLs, rows in SQLite by an item pipeline.

Run by the Python of a venv that has Scrapy.
"""

import argparse
import sqlite3
import time

import scrapy
from scrapy.crawler import CrawlerProcess


class RowsPipeline:
    """Inserts an item a page, a batch a transaction."""

    def __init__(self, path, batch_size):
        self.path = path
        self.batch_size = batch_size
        self.rows = []

    @classmethod
    def from_crawler(cls, crawler):
        return cls(crawler.settings["DATABASE"], crawler.settings.getint("ROWS_PER_TRANSACTION"))

    def open_spider(self):
        self.database = sqlite3.connect(self.path)
        self.database.execute("PRAGMA journal_mode = WAL")
        self.database.execute("PRAGMA synchronous = NORMAL")
        self.database.execute(
            "CREATE TABLE IF NOT EXISTS pages (id INTEGER PRIMARY KEY, url TEXT NOT NULL, status_code INTEGER, "
            "content_length INTEGER, title TEXT, time_total_ms INTEGER, fetched_at INTEGER)")

    def process_item(self, item):
        self.rows.append(item)
        if len(self.rows) >= self.batch_size:
            self.commit()
        return item

    def close_spider(self):
        self.commit()
        self.database.close()

    def commit(self):
        with self.database:
            self.database.executemany(
                "INSERT INTO pages (url, status_code, content_length, title, time_total_ms, fetched_at) "
                "VALUES (:url, :status, :length, :title, :time, :at)", self.rows)
        self.rows.clear()


class ListSpider(scrapy.Spider):
    """Requests every URL of a list."""

    name = "list"

    async def start(self):
        with open(self.settings["URLS"], encoding="utf-8") as lines:
            for line in lines:
                yield scrapy.Request(line.strip(), dont_filter=not self.settings.getbool("FILTER_LIST"))

    def parse(self, response):
        yield {
            "url": response.url, "status": response.status, "length": len(response.body),
            "title": response.css("title::text").get(),
            "time": round(response.meta["download_latency"] * 1000), "at": round(time.time() * 1000)}


class LinkSpider(ListSpider):
    """Requests the first URL of the list and follows every link from there."""

    name = "links"

    async def start(self):
        with open(self.settings["URLS"], encoding="utf-8") as lines:
            yield scrapy.Request(next(lines).strip())

    def parse(self, response):
        yield from super().parse(response)
        yield from response.follow_all(css="nav li a")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("urls")
    parser.add_argument("database")
    parser.add_argument("--total", type=int, default=64)
    parser.add_argument("--per-host", type=int, default=4)
    parser.add_argument("--batch-size", type=int, default=500)
    parser.add_argument("--jobdir", help="keep the state of the crawl there, and go on from it")
    parser.add_argument("--follow", action="store_true", help="follow links from the first URL instead of the list")
    options = parser.parse_args()
    settings = {
        "ROBOTSTXT_OBEY": False,
        "CONCURRENT_REQUESTS": options.total,
        "CONCURRENT_REQUESTS_PER_DOMAIN": options.per_host,
        "DOWNLOAD_DELAY": 0,
        "LOG_LEVEL": "WARNING",
        "TELNETCONSOLE_ENABLED": False,
        "ITEM_PIPELINES": {RowsPipeline: 1},
        "URLS": options.urls,
        "DATABASE": options.database,
        "ROWS_PER_TRANSACTION": options.batch_size,
        # To go on where it was, a list has to pass the filter of requests already seen.
        "FILTER_LIST": options.jobdir is not None,
    }
    if options.jobdir:
        settings["JOBDIR"] = options.jobdir
    process = CrawlerProcess(settings)
    process.crawl(LinkSpider if options.follow else ListSpider)
    process.start()


if __name__ == "__main__":
    main()
