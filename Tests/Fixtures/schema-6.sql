-- A database as the trawl of schema 6 has left it when it was killed: one page done, one failed, one to be tried again, one
-- not asked for yet, with a header field of its own, one skipped. @PORT@ stands for the port of the test's site.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 200),
    spec TEXT NOT NULL CHECK (json_valid(spec)),
    state TEXT NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'paused')),
    created_at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)),
    updated_at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER))
) STRICT;
INSERT INTO jobs VALUES(1,'docs','{"name":"docs","urls":["http://127.0.0.1:@PORT@/[1-4]"],"robots":"ignore","retry":{"delay":"1ms"}}','active',1700000000000,1700000000000);
CREATE TABLE runners (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    boot_id TEXT NOT NULL,
    pid_namespace TEXT NOT NULL,
    pid INTEGER NOT NULL,
    process_started INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
INSERT INTO runners VALUES(1,'00000000-0000-0000-0000-000000000000','pid:[4026531836]',4242,1000,1700000000000,1700000060000);
CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    job_id INTEGER NOT NULL REFERENCES jobs ON DELETE CASCADE,
    number INTEGER NOT NULL CHECK (number >= 1),
    state TEXT NOT NULL CHECK (state IN ('importing', 'active', 'finished')),
    spec TEXT NOT NULL CHECK (json_valid(spec)),
    runner_id INTEGER REFERENCES runners ON DELETE SET NULL,
    started_at INTEGER NOT NULL,
    finished_at INTEGER,
    elapsed_ms INTEGER NOT NULL DEFAULT 0,
    first_page_id INTEGER,
    last_page_id INTEGER,
    pages_pending INTEGER NOT NULL DEFAULT 0,
    pages_done INTEGER NOT NULL DEFAULT 0,
    pages_failed INTEGER NOT NULL DEFAULT 0,
    pages_skipped INTEGER NOT NULL DEFAULT 0,
    pages_invalid INTEGER NOT NULL DEFAULT 0,
    requests INTEGER NOT NULL DEFAULT 0,
    request_time_us INTEGER NOT NULL DEFAULT 0,
    size_download INTEGER NOT NULL DEFAULT 0, has_credentials INTEGER NOT NULL DEFAULT 0 CHECK (has_credentials IN (0, 1)), last_seed_id INTEGER, has_requests INTEGER NOT NULL DEFAULT 0 CHECK (has_requests IN (0, 1)), secrets TEXT,
    UNIQUE (job_id, number),
    CHECK ((state = 'finished') = (finished_at IS NOT NULL))
) STRICT;
INSERT INTO runs VALUES(1,1,1,'active','{"name":"docs","urls":["http://127.0.0.1:@PORT@/[1-4]"],"robots":"ignore","retry":{"delay":"1ms"}}',1,1700000000000,NULL,1500,1,5,2,1,1,1,0,3,0,0,0,5,1,NULL);
CREATE TABLE hosts (
    id INTEGER PRIMARY KEY,
    host TEXT NOT NULL UNIQUE,
    runner_id INTEGER REFERENCES runners ON DELETE SET NULL,
    last_started_at INTEGER
, snoozed_until INTEGER, rate REAL, failures INTEGER NOT NULL DEFAULT 0, probe_at INTEGER, per_host INTEGER CHECK (per_host >= 0), delay_ms INTEGER CHECK (delay_ms >= 0), blocked INTEGER NOT NULL DEFAULT 0 CHECK (blocked IN (0, 1))) STRICT;
INSERT INTO hosts VALUES(1,'http://127.0.0.1:@PORT@',1,NULL,NULL,NULL,0,NULL,NULL,NULL,0);
CREATE TABLE batches (
    id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
    number INTEGER NOT NULL,
    pages INTEGER NOT NULL,
    pages_done INTEGER NOT NULL DEFAULT 0,
    pages_failed INTEGER NOT NULL DEFAULT 0,
    pages_retried INTEGER NOT NULL DEFAULT 0,
    claimed_at INTEGER NOT NULL,
    finished_at INTEGER, pages_skipped INTEGER NOT NULL DEFAULT 0,
    UNIQUE (run_id, number)
) STRICT;
INSERT INTO batches VALUES(1,1,1,4,1,1,0,1700000000100,NULL,0);
CREATE TABLE pages (
    id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
    host_id INTEGER,
    url_key INTEGER,
    state TEXT NOT NULL DEFAULT 'pending'
        CHECK (state = 'pending' OR state = 'done' OR state = 'failed' OR state = 'skipped' OR state = 'sending'),
    not_before INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    batch_id INTEGER,
    line INTEGER,
    depth INTEGER NOT NULL DEFAULT 0,
    method TEXT NOT NULL DEFAULT 'GET',
    name TEXT,
    url TEXT NOT NULL,
    status_code INTEGER,
    content_length INTEGER,
    size_download INTEGER,
    num_redirects INTEGER,
    time_namelookup_ms INTEGER,
    time_connect_ms INTEGER,
    time_starttransfer_ms INTEGER,
    time_total_ms INTEGER,
    fetched_at INTEGER,
    title TEXT,
    content_type TEXT,
    charset TEXT,
    final_url TEXT,
    etag TEXT,
    last_modified TEXT,
    content_digest BLOB,
    remote_ip TEXT,
    http_version TEXT,
    error_kind TEXT
        CHECK (error_kind IS NULL OR error_kind = 'http_status' OR error_kind = 'timeout_read'
            OR error_kind = 'timeout_total' OR error_kind = 'timeout_connect' OR error_kind = 'connect'
            OR error_kind = 'reset' OR error_kind = 'dns' OR error_kind = 'truncated'
            OR error_kind = 'tls' OR error_kind = 'too_large' OR error_kind = 'invalid_url'
            OR error_kind = 'unsupported_scheme' OR error_kind = 'too_many_redirects'
            OR error_kind = 'redirect_loop' OR error_kind = 'bad_redirect'
            OR error_kind = 'bad_response' OR error_kind = 'decode' OR error_kind = 'blocked_address'
            OR error_kind = 'host_unavailable' OR error_kind = 'cancelled' OR error_kind = 'internal'),
    error TEXT,
    skip_reason TEXT
        CHECK (skip_reason IS NULL OR skip_reason = 'duplicate' OR skip_reason = 'robots'
            OR skip_reason = 'scope' OR skip_reason = 'depth' OR skip_reason = 'invalid_url'
            OR skip_reason = 'limit' OR skip_reason = 'trap' OR skip_reason = 'robots_unreachable'
            OR skip_reason = 'blocked_address'),
    extracted TEXT, robots TEXT, canonical_url TEXT, lang TEXT, description TEXT, link_count INTEGER, rank INTEGER NOT NULL DEFAULT 0, referrer_id INTEGER, kind TEXT CHECK (kind IS NULL OR kind = 'sitemap'), lastmod_at INTEGER, priority REAL, not_modified INTEGER NOT NULL DEFAULT 0 CHECK (not_modified = 0 OR not_modified = 1), body_id INTEGER,
    CHECK ((state = 'failed') = (error_kind IS NOT NULL)),
    CHECK ((state = 'skipped') = (skip_reason IS NOT NULL))
) STRICT;
INSERT INTO pages VALUES(1,1,1,101,'done',0,1,1,NULL,0,'GET',NULL,'http://127.0.0.1:@PORT@/1',200,40,NULL,NULL,NULL,NULL,NULL,NULL,1700000000200,'/1',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,0,NULL);
INSERT INTO pages VALUES(2,1,1,102,'failed',0,1,1,NULL,0,'GET',NULL,'http://127.0.0.1:@PORT@/2',404,40,NULL,NULL,NULL,NULL,NULL,NULL,1700000000300,'/2',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'http_status','404',NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,0,NULL);
INSERT INTO pages VALUES(3,1,1,103,'pending',0,1,1,NULL,0,'GET',NULL,'http://127.0.0.1:@PORT@/3',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,0,NULL);
INSERT INTO pages VALUES(4,1,1,104,'pending',0,0,NULL,NULL,0,'GET',NULL,'http://127.0.0.1:@PORT@/4',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,0,NULL);
INSERT INTO pages VALUES(5,1,NULL,NULL,'skipped',0,0,NULL,NULL,0,'GET',NULL,'http://127.0.0.1:@PORT@/1',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'duplicate',NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,0,NULL);
CREATE TABLE attempts (
    id INTEGER PRIMARY KEY,
    page_id INTEGER NOT NULL REFERENCES pages ON DELETE CASCADE,
    number INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    status_code INTEGER,
    error_kind TEXT NOT NULL,
    error TEXT,
    time_total_ms INTEGER NOT NULL,
    wait_ms INTEGER NOT NULL
) STRICT;
INSERT INTO attempts VALUES(1,3,1,1700000000200,NULL,'reset','connection reset',5,1000);
CREATE TABLE robots (
    host_id INTEGER PRIMARY KEY REFERENCES hosts ON DELETE CASCADE,
    status_code INTEGER,
    body BLOB,
    fetched_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE TABLE run_hosts (
    run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
    host_id INTEGER NOT NULL REFERENCES hosts ON DELETE CASCADE,
    PRIMARY KEY (run_id, host_id)
) STRICT, WITHOUT ROWID;
INSERT INTO run_hosts VALUES(1,1);
CREATE TABLE redirects (
    page_id INTEGER NOT NULL REFERENCES pages ON DELETE CASCADE,
    number INTEGER NOT NULL,
    url TEXT NOT NULL,
    status_code INTEGER NOT NULL,
    PRIMARY KEY (page_id, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE page_links (
    page_id INTEGER PRIMARY KEY REFERENCES pages ON DELETE CASCADE,
    targets BLOB NOT NULL
) STRICT;
CREATE TABLE skipped_links (
    run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
    reason TEXT NOT NULL,
    links INTEGER NOT NULL,
    PRIMARY KEY (run_id, reason)
) STRICT, WITHOUT ROWID;
CREATE TABLE host_pages (
    run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
    host_id INTEGER NOT NULL REFERENCES hosts ON DELETE CASCADE,
    pages INTEGER NOT NULL,
    PRIMARY KEY (run_id, host_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE bodies (
    id INTEGER PRIMARY KEY,
    digest BLOB NOT NULL,
    size INTEGER NOT NULL,
    data BLOB NOT NULL
) STRICT;
CREATE TABLE page_requests (
    page_id INTEGER PRIMARY KEY REFERENCES pages ON DELETE CASCADE,
    request TEXT CHECK (request IS NULL OR json_valid(request)),
    idempotency_key TEXT
) STRICT;
INSERT INTO page_requests VALUES(4,'{"headers":{"x-schema":"6"}}',NULL);
CREATE TABLE replies (
    page_id INTEGER PRIMARY KEY REFERENCES pages ON DELETE CASCADE,
    reply TEXT NOT NULL CHECK (json_valid(reply))
) STRICT;
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('runners',1);
INSERT INTO sqlite_sequence VALUES('runs',1);
CREATE UNIQUE INDEX runs_unfinished ON runs (job_id) WHERE state <> 'finished';
CREATE INDEX runs_runner ON runs (runner_id) WHERE runner_id IS NOT NULL;
CREATE INDEX hosts_runner ON hosts (runner_id) WHERE runner_id IS NOT NULL;
CREATE UNIQUE INDEX pages_request ON pages (run_id, url_key);
CREATE INDEX attempts_page ON attempts (page_id);
CREATE VIEW failures AS
SELECT job, run, run_id, page_id, name, url, error_kind, error, status_code, attempts, title, fetched_at
FROM results
WHERE state = 'failed';
CREATE VIEW host_summary AS
SELECT
    results.job, results.run, results.run_id, hosts.host,
    count(*) AS pages,
    count(*) FILTER (WHERE results.state = 'pending') AS pages_pending,
    count(*) FILTER (WHERE results.state = 'done') AS pages_done,
    count(*) FILTER (WHERE results.state = 'failed') AS pages_failed,
    count(*) FILTER (WHERE results.state = 'skipped') AS pages_skipped,
    CAST(round(avg(results.time_total_ms)) AS INTEGER) AS mean_time_total_ms,
    max(results.time_total_ms) AS max_time_total_ms,
    sum(results.content_length) AS content_length,
    sum(results.size_download) AS size_download
FROM results
JOIN pages ON pages.id = results.page_id
JOIN hosts ON hosts.id = pages.host_id
GROUP BY results.run_id, hosts.id;
CREATE VIEW run_summary AS
SELECT
    jobs.name AS job, runs.number AS run, runs.id AS run_id, runs.state, runs.started_at, runs.finished_at,
    runs.pages_pending + runs.pages_done + runs.pages_failed + runs.pages_skipped AS pages,
    runs.pages_pending, runs.pages_done, runs.pages_failed, runs.pages_skipped,
    (SELECT json_group_object(status_code, pages)
     FROM (SELECT status_code, count(*) AS pages FROM pages
           WHERE id BETWEEN first_page_id AND last_page_id AND +run_id = runs.id AND status_code IS NOT NULL GROUP BY status_code)) AS status_codes,
    (SELECT json_group_object(error_kind, pages)
     FROM (SELECT error_kind, count(*) AS pages FROM pages
           WHERE id BETWEEN first_page_id AND last_page_id AND +run_id = runs.id AND error_kind IS NOT NULL GROUP BY error_kind)) AS error_kinds,
    runs.requests, runs.size_download, runs.elapsed_ms,
    runs.request_time_us / 1000 AS request_time_ms,
    CASE WHEN runs.elapsed_ms > 0 THEN round(runs.request_time_us / 1000.0 / runs.elapsed_ms, 2) END AS speed_up
FROM runs
JOIN jobs ON jobs.id = runs.job_id;
CREATE INDEX run_hosts_host ON run_hosts (host_id);
CREATE INDEX pages_pending ON pages (run_id, host_id, not_before, rank) WHERE state = 'pending';
CREATE INDEX bodies_digest ON bodies (digest);
CREATE INDEX pages_body ON pages (body_id) WHERE body_id IS NOT NULL;
CREATE VIEW run_changes AS
SELECT
    jobs.name AS job, older.number AS from_run, newer.number AS to_run,
    older.id AS from_run_id, newer.id AS to_run_id, after.name, after.method, after.url,
    CASE WHEN before.id IS NULL THEN 'new'
        WHEN before.state <> after.state OR before.status_code IS NOT after.status_code
            AND NOT (after.state = 'done' AND (after.status_code = 304 OR before.status_code = 304)) THEN 'status'
        WHEN before.title IS NOT after.title THEN 'title'
        ELSE 'content' END AS change,
    before.status_code AS status_code_before, after.status_code AS status_code_after,
    before.error_kind AS error_kind_before, after.error_kind AS error_kind_after,
    before.title AS title_before, after.title AS title_after,
    before.content_length AS content_length_before, after.content_length AS content_length_after,
    before.content_digest AS content_digest_before, after.content_digest AS content_digest_after,
    before.id AS page_id_before, after.id AS page_id_after,
    (newer.id = (SELECT id FROM runs WHERE job_id = jobs.id AND state = 'finished' ORDER BY number DESC LIMIT 1)
        AND older.id = (SELECT id FROM runs WHERE job_id = jobs.id AND state = 'finished' AND number < newer.number
            ORDER BY number DESC LIMIT 1)) AS is_latest
FROM jobs
CROSS JOIN runs AS newer ON newer.job_id = jobs.id
CROSS JOIN runs AS older ON older.job_id = jobs.id AND older.id <> newer.id
CROSS JOIN pages AS after ON after.id BETWEEN newer.first_page_id AND newer.last_page_id AND +after.run_id = newer.id
    AND after.state IN ('done', 'failed') AND after.kind IS NULL
LEFT JOIN pages AS before ON before.run_id = older.id AND before.url_key = after.url_key
    AND before.url = after.url AND before.method = after.method AND before.state IN ('done', 'failed')
WHERE before.id IS NULL OR before.state <> after.state
    OR before.status_code IS NOT after.status_code
        AND NOT (after.state = 'done' AND (after.status_code = 304 OR before.status_code = 304))
    OR before.title IS NOT after.title OR before.content_digest <> after.content_digest
UNION ALL
SELECT
    jobs.name, older.number, newer.number, older.id, newer.id, before.name, before.method, before.url, 'gone',
    before.status_code, NULL, before.error_kind, NULL, before.title, NULL, before.content_length, NULL,
    before.content_digest, NULL, before.id, NULL,
    (newer.id = (SELECT id FROM runs WHERE job_id = jobs.id AND state = 'finished' ORDER BY number DESC LIMIT 1)
        AND older.id = (SELECT id FROM runs WHERE job_id = jobs.id AND state = 'finished' AND number < newer.number
            ORDER BY number DESC LIMIT 1))
FROM jobs
CROSS JOIN runs AS newer ON newer.job_id = jobs.id
CROSS JOIN runs AS older ON older.job_id = jobs.id AND older.id <> newer.id
CROSS JOIN pages AS before ON before.id BETWEEN older.first_page_id AND older.last_page_id AND +before.run_id = older.id
    AND before.state IN ('done', 'failed') AND before.kind IS NULL
WHERE NOT EXISTS (
    SELECT 1 FROM pages AS after WHERE after.run_id = newer.id AND after.url_key = before.url_key
        AND after.url = before.url AND after.method = before.method AND after.state IN ('done', 'failed', 'pending', 'sending'));
CREATE VIEW changes AS
SELECT
    job, from_run, to_run, change, name, method, url, status_code_before, status_code_after, error_kind_before, error_kind_after,
    title_before, title_after, content_length_before, content_length_after, content_digest_before, content_digest_after,
    page_id_before, page_id_after
FROM run_changes
WHERE is_latest;
CREATE INDEX pages_sending ON pages (run_id) WHERE state = 'sending';
CREATE VIEW results AS
SELECT
    jobs.name AS job, runs.number AS run, pages.run_id, pages.id AS page_id, pages.name, pages.url,
    CASE WHEN pages.status_code IS NOT NULL THEN coalesce(pages.final_url, pages.url) END AS final_url,
    pages.method, pages.depth, pages.state, pages.status_code, pages.content_length,
    pages.size_download, pages.title, pages.content_type, pages.charset,
    pages.canonical_url, pages.lang, pages.description, pages.link_count, pages.num_redirects, pages.attempts,
    pages.error_kind, pages.error, pages.skip_reason, pages.extracted, replies.reply, pages.batch_id, pages.line, pages.etag,
    pages.last_modified, pages.robots, pages.content_digest, pages.remote_ip, pages.http_version, pages.time_namelookup_ms,
    pages.time_connect_ms, pages.time_starttransfer_ms, pages.time_total_ms, pages.fetched_at,
    pages.kind, pages.lastmod_at, pages.priority, pages.not_modified, pages.body_id, pages.referrer_id,
    (SELECT referrers.url FROM pages AS referrers WHERE referrers.id = pages.referrer_id) AS referrer
FROM jobs
JOIN runs ON runs.id = (
    SELECT latest.id FROM runs AS latest WHERE latest.job_id = jobs.id ORDER BY latest.number DESC LIMIT 1)
-- The sign keeps the index of requests out of it, whose order is that of a hash.
JOIN pages ON pages.id BETWEEN runs.first_page_id AND runs.last_page_id AND +pages.run_id = runs.id
LEFT JOIN replies ON replies.page_id = pages.id
;
COMMIT;
PRAGMA user_version = 6;
PRAGMA application_id = 1953658732;
