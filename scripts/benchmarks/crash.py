"""Kills a crawl with -9 at random instants, runs the same command again each time, and checks that nothing was lost,
nothing doubled, and nothing asked for again once its result was committed."""

import argparse
import bisect
import contextlib
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request

import crawlers
import process
import website


class Failure(Exception):
    """A check that did not hold."""


class Crashes:
    """The crawl of a site, its kills, and what the database held after each."""

    def __init__(self, site, folder, command):
        self.site = site
        self.folder = folder
        self.command = command
        self.database = os.path.join(folder, "crawl.db")
        self.kills = []
        self.restarts = []
        self.done = []  # After each kill: the URLs whose result was committed.

    def live(self, seconds):
        """Runs the command and kills it after so long."""
        with self._running() as crawl:
            time.sleep(seconds)
            code = crawl.poll()
            if code is not None:
                raise Failure(f"the crawl ended by itself, exit code {code}:\n{self._said()}")
            crawl.kill()
            crawl.wait()
        self.kills.append(time.time())
        # nginx answers this once it has read what the dead crawl had sent, so none of that is taken for new.
        urllib.request.urlopen(f"http://{self.site.addresses[0]}:{self.site.port}/ok/barrier", timeout=10).close()
        self.done.append(self._committed())
        self.restarts.append(time.time())

    def finish(self, timeout):
        """Runs the command to its end."""
        with self._running() as crawl:
            try:
                code = crawl.wait(timeout)
            except subprocess.TimeoutExpired:
                raise Failure(f"the last run did not end within {timeout:.0f} s") from None
        if code != 0:
            raise Failure(f"the last run ended with exit code {code}:\n{self._said()}")

    @contextlib.contextmanager
    def _running(self):
        with open(os.path.join(self.folder, "log"), "wb") as log:
            crawl = process.spawn(self.command, stdout=log, stderr=subprocess.STDOUT)
        try:
            yield crawl
        finally:
            process.end(crawl)

    def _said(self):
        with open(os.path.join(self.folder, "log"), encoding="utf-8", errors="replace") as log:
            return log.read()[-2000:]

    def _committed(self):
        """Read from a copy, so that the next run finds the files just as the kill left them."""
        with tempfile.TemporaryDirectory(dir=self.folder) as copy:
            for suffix in ("", "-wal"):
                if os.path.exists(self.database + suffix):
                    shutil.copy(self.database + suffix, os.path.join(copy, "copy.db" + suffix))
            with contextlib.closing(sqlite3.connect(os.path.join(copy, "copy.db"))) as connection:
                if not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'pages'").fetchone():
                    return set()
                return {url for url, in connection.execute("SELECT url FROM pages WHERE state = 'done'")}


# Each check raises Failure or returns the line to print.

def check_rows(crashes):
    expected = sorted(
        (crashes.site.url(number), "done", 200, website.PAGE_BYTES, website.title(number))
        for number in range(crashes.site.pages))
    with contextlib.closing(sqlite3.connect(crashes.database)) as connection:
        found = sorted(connection.execute(
            "SELECT url, state, coalesce(status_code, 0), coalesce(content_length, 0), coalesce(title, '') FROM results"))
    urls = [row[0] for row in found]
    if len(set(urls)) != len(urls):
        raise Failure(f"{len(urls) - len(set(urls))} pages have more than one row")
    if found != expected:
        wrong = sorted(set(found) ^ set(expected))
        raise Failure(f"{len(found):,} rows, of which {len(set(found) - set(expected)):,} are wrong; first: {wrong[0]}")
    return f"{len(found):,} rows, all done with the right status, length and title, none twice"


def check_database(crashes):
    with contextlib.closing(sqlite3.connect(crashes.database)) as connection:
        integrity = connection.execute("PRAGMA integrity_check").fetchall()
        orphans = connection.execute("PRAGMA foreign_key_check").fetchall()
    if integrity != [("ok",)] or orphans:
        raise Failure(f"integrity_check: {integrity[:3]}, foreign_key_check: {orphans[:3]}")
    return "integrity_check ok, foreign_key_check empty"


def check_committed_stay(crashes):
    for number, (before, after) in enumerate(zip(crashes.done, crashes.done[1:]), 1):
        if lost := before - after:
            raise Failure(f"kill {number + 1} undid {len(lost)} results committed before, such as {min(lost)}")
    counts = [len(done) for done in crashes.done]
    return f"results committed at the kills: {', '.join(map(str, counts))}; none undone later"


def check_not_requested_again(crashes):
    committed = {}
    for restart, done in zip(reversed(crashes.restarts), reversed(crashes.done)):
        committed.update(dict.fromkeys(done, restart))
    requests = 0
    for start, _, _, url in crashes.site.requests():
        requests += 1
        if start >= committed.get(url, float("inf")):
            raise Failure(f"requested again after its result was committed: {url}")
    requests -= len(crashes.kills)  # Ours.
    return f"{requests:,} requests; no page requested again after its result was committed"


def check_repeats(crashes, concurrency, window):
    """A page is asked for twice only when a kill came between, in flight or answered so recently that its
    result was still to be committed."""
    last, repeated, cut_off, ages = {}, set(), 0, [0]
    for start, end, status, url in sorted(crashes.site.requests()):
        if url.endswith("/ok/barrier"):
            continue
        previous = last.get(url)
        last[url] = (start, end, status)
        if not previous:
            continue
        life = bisect.bisect_right(crashes.restarts, previous[0])
        if life == len(crashes.restarts) or start < crashes.restarts[life]:
            raise Failure(f"requested twice without a kill between: {url}")
        repeated.add(url)
        kill = crashes.kills[life]
        if previous[2] == 200 and previous[1] <= kill:
            ages.append(kill - previous[1])
        else:
            cut_off += 1
    limit = len(crashes.kills) * concurrency
    if cut_off > limit:
        raise Failure(f"{cut_off} requests were cut off by {len(crashes.kills)} kills with {concurrency} at once")
    if max(ages) > window:
        raise Failure(f"a page answered {max(ages):.3f} s before a kill was not committed yet")
    return (f"{len(repeated):,} pages requested more than once: {cut_off:,} requests cut off (at most {limit:,}: kills × "
            f"at once), {len(ages) - 1:,} answers not yet committed, the oldest {max(ages) * 1000:.0f} ms")


def kill_and_check(options):
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1_000_000)
    print(f"{options.pages:,} pages on {options.hosts} hosts, {options.concurrency} at once, answered at "
          f"{options.rate} a second; {options.kills} kills, --seed {seed}", flush=True)
    chance = random.Random(seed)
    folder = tempfile.mkdtemp(prefix="trawl-crash-")
    keep = False
    try:
        with website.Site(folder, options.pages, options.hosts, options.rate, log=True) as site:
            database = os.path.join(folder, "crawl.db")
            trawl = crawlers.Trawl(options)
            if options.follow:
                command = trawl.follow_command(site, database, options.concurrency, options.per_host)
            else:
                command = trawl.command(site.url_list, database, options.concurrency, options.per_host)
            crashes = Crashes(site, folder, command)
            run(crashes, options, chance)
    except Failure as failure:
        keep = True
        print(f"FAIL  {failure}\nDatabase and server's log are in {folder}; --seed {seed}", flush=True)
        sys.exit(1)
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


def run(crashes, options, chance):
    for number in range(options.kills):
        # The first of the kills that are left, uniform over what is left: the server's rate bounds how soon
        # the crawl can be at its end, so each kill finds it at work.
        pages = options.pages - (len(crashes.done[-1]) if crashes.done else 0)
        fraction = 1 - chance.random() ** (1 / (options.kills - number))
        crashes.live(fraction * pages / options.rate)
    crashes.finish(60 + 5 * options.pages / options.rate)
    print(f"ok    killed {options.kills} times, then exit code 0", flush=True)
    for check in (
        lambda: check_rows(crashes),
        lambda: check_database(crashes),
        lambda: check_committed_stay(crashes),
        lambda: check_not_requested_again(crashes),
        lambda: check_repeats(crashes, options.concurrency, options.commit_window),
    ):
        print(f"ok    {check()}", flush=True)


def main():
    parser = argparse.ArgumentParser(
        prog="crashtest", description=__doc__,
        epilog="TRAWL=… names the binary to test instead of a release build. Exits with 1 at the first check that "
        "does not hold and keeps the database and the server's log then.")
    parser.add_argument("--pages", type=int, metavar="N", help="5,000, or 4,000 with --peer")
    parser.add_argument("--kills", type=int, default=30, metavar="N")
    parser.add_argument("--follow", action="store_true", help="from the first page by its links, not by a list")
    parser.add_argument("--seed", type=int, metavar="N", help="of the instants; printed when it is not given")
    parser.add_argument("--hosts", type=int, default=8, metavar="N")
    parser.add_argument("--concurrency", type=int, default=32, metavar="N", help="requests at once")
    parser.add_argument("--per-host", type=int, default=4, metavar="N", help="requests at once to one host")
    parser.add_argument("--batch-size", type=int, default=100, metavar="N", help="trawl's batch_size")
    parser.add_argument("--rate", type=int, default=500, metavar="N", help="pages that the server gives a second")
    parser.add_argument("--commit-window", type=float, default=1, metavar="SECONDS",
                        help="how long an answer may be uncommitted, 1 by default")
    parser.add_argument("--peer", choices=["scrapy"],
                        help="instead: one kill after about 700 pages, for trawl and for Scrapy with JOBDIR")
    options = parser.parse_args()
    options.pages = options.pages or (4000 if options.peer else 5000)
    process.stop_on_signals()
    try:
        if options.peer:
            import crash_peer
            crash_peer.compare(options)
        else:
            kill_and_check(options)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
