-- Requests that are more than a GET of their URL.

-- What a page's request sends and how it is treated, as its job gives it: a JSON object with the keys of a request in a
-- job file but `name`, `method` and `url`. References to secrets stand in it as they are written: `${env:NAME}`. Pages
-- without a row are plain. `idempotency_key` is made as the page is added, so that every attempt at it has the same.
CREATE TABLE page_requests (
    page_id INTEGER PRIMARY KEY REFERENCES pages ON DELETE CASCADE,
    request TEXT CHECK (request IS NULL OR json_valid(request)),
    idempotency_key TEXT
) STRICT;

-- JSON replies of jobs that keep them, for `json_extract` and `->>`. What is no JSON is not here.
CREATE TABLE replies (
    page_id INTEGER PRIMARY KEY REFERENCES pages ON DELETE CASCADE,
    reply TEXT NOT NULL CHECK (json_valid(reply))
) STRICT;

-- `has_requests`: rows of `page_requests` belong to pages of the run. `secrets`: what its requests refer to, a line each,
-- to be looked for before the first of them.
ALTER TABLE runs ADD COLUMN has_requests INTEGER NOT NULL DEFAULT 0 CHECK (has_requests IN (0, 1));
ALTER TABLE runs ADD COLUMN secrets TEXT;

-- Requests that were going out when their runner ended.
CREATE INDEX pages_sending ON pages (run_id) WHERE state = 'sending';

DROP VIEW results;

-- Each job's latest run, one row a page.
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
LEFT JOIN replies ON replies.page_id = pages.id;
