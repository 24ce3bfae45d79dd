#!/usr/bin/env python3
"""Measures the link graph of a large site: bytes a link, and how long the views take.

    linkgraph.py FILE [--pages 200000] [--links 100]

FILE is made anew, with the rows that a crawl with `check` would have written: every page has the same menu of 40 links, and 60 links of
its own, half of them to pages nearby; 5 of 1,000 pages are broken, one of them in the menu, and one link of 100 leads elsewhere. Where FILE is there already, it is
only measured.
"""
import argparse
import os
import sqlite3
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent.parent
MENU = 40
SITE = "https://example.org"


def make(file, pages, links):
    database = sqlite3.connect(file, isolation_level=None)
    database.executescript(
        "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA cache_size = -400000")
    migrations = sorted((PROJECT / "migrations" / "sqlite").glob("*.sql"))
    for migration in migrations:
        database.executescript(migration.read_text())
    # By these trawl knows a database of its own, so that its commands can be timed, too.
    database.executescript(f"PRAGMA user_version = {len(migrations)}; PRAGMA application_id = {0x74726177}")
    now = 1_795_929_078_499
    # Page 1 is the start; the others are as many as are asked for, and the last tenth is elsewhere.
    external = pages // 10
    database.executescript(f"""
        BEGIN;
        INSERT INTO jobs (id, name, spec) VALUES (1, 'site', '{{"urls": ["{SITE}/"], "links": "keep"}}');
        INSERT INTO hosts (id, host) VALUES (1, '{SITE}');
        INSERT INTO runs (id, job_id, number, state, spec, started_at, finished_at, first_page_id, last_page_id, pages_done)
            SELECT 1, id, 1, 'finished', spec, {now}, {now}, 1, {pages + external}, {pages + external} FROM jobs;
        INSERT INTO run_hosts VALUES (1, 1);
        INSERT INTO pages (id, run_id, host_id, url_key, state, url, depth, status_code, title, content_type, fetched_at, kind, method,
            error_kind)
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {pages + external})
        SELECT i, 1, 1, i * 7919, iif(i % 200 = 7, 'failed', 'done'),
            iif(i <= {pages}, '{SITE}/section/' || (i / 1000) || '/page-' || i || '.html', 'https://host-' || (i % 997) || '.example.net/' || i),
            1, iif(i % 200 = 7, 404, 200), 'Page ' || i, 'text/html', {now}, iif(i <= {pages}, NULL, 'check'),
            iif(i <= {pages}, 'GET', 'HEAD'), iif(i % 200 = 7, 'http_status', NULL) FROM n;
        INSERT INTO page_keys SELECT 1, url_key, id FROM pages;
        INSERT INTO verdicts (page_id, verdict, reason, broken_since_at, checked_at)
        SELECT id, iif(state = 'failed', 'broken', 'ok'), iif(state = 'failed', 'gone', NULL), iif(state = 'failed', {now}, NULL), {now}
        FROM pages;
        COMMIT;
    """)
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    base = os.path.getsize(file)
    database.executescript("""
        BEGIN;
        INSERT INTO link_targets (id, url, url_key) SELECT id, url, url_key FROM pages;
        INSERT INTO link_elements (target_id, digest, element, attribute, text)
        SELECT id, id * 104729, 'a', 'href', 'The text of page ' || id FROM pages;
        COMMIT;
    """)
    step = 2_000
    for first in range(1, pages + 1, step):
        database.execute("BEGIN")
        database.execute(
            """
            WITH RECURSIVE
                page(id) AS (SELECT ?1 UNION ALL SELECT id + 1 FROM page WHERE id < min(?1 + ?2 - 1, ?3)),
                link(k) AS (SELECT 0 UNION ALL SELECT k + 1 FROM link WHERE k < ?4 - 1)
            INSERT OR IGNORE INTO link_rows
            SELECT id,
                CASE WHEN k < ?5 THEN k + 1
                    WHEN k = ?5 THEN ?3 + 1 + id % ?6
                    WHEN k % 2 = 0 THEN (id + k * 17) % ?3 + 1
                    ELSE (id * 7919 + k * 104729) % ?3 + 1 END,
                k + 20, 1
            FROM page, link
            """, (first, step, pages, links, MENU, external))
        database.execute("COMMIT")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    rows = database.execute("SELECT count(*) FROM link_rows").fetchone()[0]
    added = os.path.getsize(file) - base
    print(f"{rows:,} links, {added:,} bytes: {added / rows:.1f} bytes a link")
    database.close()


QUERIES = [
    "SELECT count(*) FROM broken_links",
    "SELECT count(*) FROM broken_links WHERE job = 'site'",
    "SELECT * FROM broken_links WHERE job = 'site' LIMIT 100",
    f"SELECT * FROM links WHERE job = 'site' AND to_url = '{SITE}/section/150/page-150001.html'",
    f"SELECT * FROM links WHERE to_url = '{SITE}/section/150/page-150001.html'",
    f"SELECT * FROM links WHERE job = 'site' AND from_url = '{SITE}/section/150/page-150001.html'",
    f"SELECT * FROM links WHERE job = 'site' AND from_page_id = 150001",
    "SELECT * FROM links WHERE job = 'site' LIMIT 100",
    f"SELECT count(*) FROM links WHERE job = 'site' AND to_url = '{SITE}/section/0/page-7.html'",
]


def measure(file):
    database = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    for query in QUERIES:
        times = []
        for _ in range(3):
            begun = time.perf_counter()
            rows = database.execute(query).fetchall()
            times.append(time.perf_counter() - begun)
        answer = rows[0][0] if len(rows) == 1 and len(rows[0]) == 1 else f"{len(rows)} rows"
        print(f"{min(times) * 1000:10.1f} ms (first {times[0] * 1000:.1f})  {query}: {answer}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file")
    parser.add_argument("--pages", type=int, default=200_000)
    parser.add_argument("--links", type=int, default=100)
    arguments = parser.parse_args()
    if not os.path.exists(arguments.file):
        make(arguments.file, arguments.pages, arguments.links)
    measure(arguments.file)


if __name__ == "__main__":
    main()
