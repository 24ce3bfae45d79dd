-- What is known of hosts, and what redirects went through.

-- `snoozed_until`: the host asked to be left alone until then. `rate`: starts a second that it takes, where it said
-- that more is too much. `failures`: failures to connect in a row; from some on it is set aside until `probe_at`.
--
-- `per_host`, `delay_ms` and `blocked` are for people: `UPDATE hosts SET delay_ms = 2000 WHERE host = 'http://…'` counts
-- in a running crawl within a second. `per_host` and `delay_ms` stand in for what the job says (`per_host = 0` asks for
-- nothing for the time being); the pages of a host with `blocked = 1` fail as `cancelled`.
ALTER TABLE hosts ADD COLUMN snoozed_until INTEGER;
ALTER TABLE hosts ADD COLUMN rate REAL;
ALTER TABLE hosts ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;
ALTER TABLE hosts ADD COLUMN probe_at INTEGER;
ALTER TABLE hosts ADD COLUMN per_host INTEGER CHECK (per_host >= 0);
ALTER TABLE hosts ADD COLUMN delay_ms INTEGER CHECK (delay_ms >= 0);
ALTER TABLE hosts ADD COLUMN blocked INTEGER NOT NULL DEFAULT 0 CHECK (blocked IN (0, 1));

-- The hosts' robots.txt, for a day at most (RFC 9309, section 2.4). A table of its own, as a file may be 500 KiB and a
-- host's row is written often. `body` is null where the host has none, which allows everything.
CREATE TABLE robots (
    host_id INTEGER PRIMARY KEY REFERENCES hosts ON DELETE CASCADE,
    status_code INTEGER,
    body BLOB,
    fetched_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

-- The hosts that a run's own list names: what a redirect must not lead to, such as a private address, they may be.
CREATE TABLE run_hosts (
    run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
    host_id INTEGER NOT NULL REFERENCES hosts ON DELETE CASCADE,
    PRIMARY KEY (run_id, host_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX run_hosts_host ON run_hosts (host_id);

INSERT INTO run_hosts (run_id, host_id)
SELECT DISTINCT run_id, host_id FROM pages WHERE host_id IS NOT NULL AND depth = 0;

-- Whether URLs of the run carry user names and passwords. They are stored nowhere: who goes on with the run has to read
-- its list again.
ALTER TABLE runs ADD COLUMN has_credentials INTEGER NOT NULL DEFAULT 0 CHECK (has_credentials IN (0, 1));

-- The redirects that led to a page's last answer, in order: what was asked for, and what was said.
CREATE TABLE redirects (
    page_id INTEGER NOT NULL REFERENCES pages ON DELETE CASCADE,
    number INTEGER NOT NULL,
    url TEXT NOT NULL,
    status_code INTEGER NOT NULL,
    PRIMARY KEY (page_id, number)
) STRICT, WITHOUT ROWID;

ALTER TABLE batches ADD COLUMN pages_skipped INTEGER NOT NULL DEFAULT 0;

-- What X-Robots-Tag and <meta name=robots> ask for: `noindex`, `nofollow` or both.
ALTER TABLE pages ADD COLUMN robots TEXT;

DROP VIEW results;

-- Each job's latest run, one row a page.
CREATE VIEW results AS
SELECT
    jobs.name AS job, runs.number AS run, pages.run_id, pages.id AS page_id, pages.name, pages.url,
    CASE WHEN pages.status_code IS NOT NULL THEN coalesce(pages.final_url, pages.url) END AS final_url,
    pages.method, pages.depth, pages.state, pages.status_code, pages.content_length,
    pages.size_download, pages.title, pages.content_type, pages.charset, pages.num_redirects, pages.attempts,
    pages.error_kind, pages.error, pages.skip_reason, pages.extracted, pages.batch_id, pages.line, pages.etag,
    pages.last_modified, pages.robots, pages.content_digest, pages.remote_ip, pages.http_version, pages.time_namelookup_ms,
    pages.time_connect_ms, pages.time_starttransfer_ms, pages.time_total_ms, pages.fetched_at
FROM jobs
JOIN runs ON runs.id = (
    SELECT latest.id FROM runs AS latest WHERE latest.job_id = jobs.id ORDER BY latest.number DESC LIMIT 1)
-- The sign keeps the index of requests out of it, whose order is that of a hash.
JOIN pages ON pages.id BETWEEN runs.first_page_id AND runs.last_page_id AND +pages.run_id = runs.id;
