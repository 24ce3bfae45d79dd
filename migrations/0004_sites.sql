-- Whole sites: pages that other pages led to, and what a run took over from the one before.

-- `rank` orders a host's pages: breadth first by depth, then by priority (1001 a level, from -500 for the highest priority
-- to 500 for the lowest). `referrer_id`: the page that led to it first. `kind`: `sitemap`; null for a page. `lastmod_at` and
-- `priority`: what a sitemap says. `not_modified`: the server said so (304), and the rest is of the run before.
-- `body_id`: the body, where the job keeps them.
ALTER TABLE pages ADD COLUMN rank INTEGER NOT NULL DEFAULT 0;
ALTER TABLE pages ADD COLUMN referrer_id INTEGER;
ALTER TABLE pages ADD COLUMN kind TEXT CHECK (kind IS NULL OR kind = 'sitemap');
ALTER TABLE pages ADD COLUMN lastmod_at INTEGER;
ALTER TABLE pages ADD COLUMN priority REAL;
ALTER TABLE pages ADD COLUMN not_modified INTEGER NOT NULL DEFAULT 0 CHECK (not_modified = 0 OR not_modified = 1);
ALTER TABLE pages ADD COLUMN body_id INTEGER;

DROP INDEX pages_pending;
-- The frontier: what a host has waiting, since or until when, and in which order. Nothing else is ever claimed from.
CREATE INDEX pages_pending ON pages (run_id, host_id, not_before, rank) WHERE state = 'pending';

-- The pages that a page's links lead to, as far as they were followed: their ids, each as the difference to the one before,
-- from 0, in zigzag varints. In the next run a page that has not changed (304) is known by it to lead to the same.
CREATE TABLE page_links (
    page_id INTEGER PRIMARY KEY REFERENCES pages ON DELETE CASCADE,
    targets BLOB NOT NULL
) STRICT;

-- Links that were not followed, by reason.
CREATE TABLE skipped_links (
    run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
    reason TEXT NOT NULL,
    links INTEGER NOT NULL,
    PRIMARY KEY (run_id, reason)
) STRICT, WITHOUT ROWID;

-- How many pages a host has in a run, where the job limits them.
CREATE TABLE host_pages (
    run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
    host_id INTEGER NOT NULL REFERENCES hosts ON DELETE CASCADE,
    pages INTEGER NOT NULL,
    PRIMARY KEY (run_id, host_id)
) STRICT, WITHOUT ROWID;

-- Bodies, each once, whatever pages have them: as zlib deflates them, or as they are where that is no shorter, which is what
-- sqlite3's sqlar_uncompress(data, size) undoes.
CREATE TABLE bodies (
    id INTEGER PRIMARY KEY,
    digest BLOB NOT NULL,
    size INTEGER NOT NULL,
    data BLOB NOT NULL
) STRICT;

CREATE INDEX bodies_digest ON bodies (digest);
CREATE INDEX pages_body ON pages (body_id) WHERE body_id IS NOT NULL;

-- The last page of the run's own list: those up to it say what is within the job's scope.
ALTER TABLE runs ADD COLUMN last_seed_id INTEGER;
UPDATE runs SET last_seed_id = last_page_id;

DROP VIEW results;

-- Each job's latest run, one row a page.
CREATE VIEW results AS
SELECT
    jobs.name AS job, runs.number AS run, pages.run_id, pages.id AS page_id, pages.name, pages.url,
    CASE WHEN pages.status_code IS NOT NULL THEN coalesce(pages.final_url, pages.url) END AS final_url,
    pages.method, pages.depth, pages.state, pages.status_code, pages.content_length,
    pages.size_download, pages.title, pages.content_type, pages.charset,
    pages.canonical_url, pages.lang, pages.description, pages.link_count, pages.num_redirects, pages.attempts,
    pages.error_kind, pages.error, pages.skip_reason, pages.extracted, pages.batch_id, pages.line, pages.etag,
    pages.last_modified, pages.robots, pages.content_digest, pages.remote_ip, pages.http_version, pages.time_namelookup_ms,
    pages.time_connect_ms, pages.time_starttransfer_ms, pages.time_total_ms, pages.fetched_at,
    pages.kind, pages.lastmod_at, pages.priority, pages.not_modified, pages.body_id, pages.referrer_id,
    (SELECT referrers.url FROM pages AS referrers WHERE referrers.id = pages.referrer_id) AS referrer
FROM jobs
JOIN runs ON runs.id = (
    SELECT latest.id FROM runs AS latest WHERE latest.job_id = jobs.id ORDER BY latest.number DESC LIMIT 1)
-- The sign keeps the index of requests out of it, whose order is that of a hash.
JOIN pages ON pages.id BETWEEN runs.first_page_id AND runs.last_page_id AND +pages.run_id = runs.id;
