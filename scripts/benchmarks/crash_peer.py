"""The same crawl killed once with -9 and started again, by trawl and by Scrapy with JOBDIR: what each loses."""

import os
import subprocess
import sys
import tempfile
import time

import crawlers
import process
import website

KILL_AFTER = 700  # requests


def compare(options):
    trawl, scrapy = crawlers.Trawl(options), crawlers.Scrapy(options)
    print(f"{options.pages:,} pages on {options.hosts} hosts, {options.concurrency} at once; kill -9 after "
          f"{KILL_AFTER} requests, then the same command again. Scrapy is {scrapy.version}, with JOBDIR, each item "
          f"committed at once.\n\n{'':<28}{'exit':>5}{'requests':>10}{'pages kept':>12}{'lost':>14}{'doubled':>9}",
          flush=True)
    lost = crawl("trawl, a list", trawl, [], options)
    crawl("Scrapy, the list", scrapy, ["--batch-size", "1", "--jobdir", "jobdir"], options)
    crawl("Scrapy, following links", scrapy, ["--batch-size", "1", "--jobdir", "jobdir", "--follow"], options)
    if lost:
        sys.exit(1)


def crawl(label, crawler, more, options):
    """One crawl with its kill; the number of pages that are in neither part's results."""
    with tempfile.TemporaryDirectory(prefix="trawl-crash-") as folder:
        with website.Site(folder, options.pages, options.hosts, options.rate, log=True) as site:
            database = os.path.join(folder, "crawl.db")
            command = crawler.command(site.url_list, database, options.concurrency, options.per_host, *more)
            run(command, folder, lambda crawl: kill_after(crawl, site, KILL_AFTER))
            code = run(command, folder, lambda crawl: crawl.wait(600))
            requests = sum(1 for _ in site.requests())
            urls = [row[0] for row in crawlers.rows(crawler, database)]
            wanted = set(site.urls())
    kept = wanted & set(urls)
    lost = len(wanted) - len(kept)
    print(f"{label:<28}{code:>5}{requests:>10,}{len(kept):>12,}{lost:>7,} ({lost / len(wanted):>4.0%})"
          f"{len(urls) - len(set(urls)):>9,}", flush=True)
    return lost


def run(command, folder, until):
    with open(os.path.join(folder, "log"), "ab") as log:
        crawl = process.spawn(command, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
    try:
        return until(crawl)
    finally:
        process.end(crawl)


def kill_after(crawl, site, requests):
    while sum(1 for _ in site.requests()) < requests:
        if crawl.poll() is not None:
            sys.exit(f"{crawl.args[0]} ended by itself, exit code {crawl.returncode}")
        time.sleep(0.02)
    crawl.kill()
    return crawl.wait()
