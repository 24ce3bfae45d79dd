-- What pages hold beside their titles, of jobs that read them to their ends: what they say of themselves, and how many `a` and
-- `area` elements with a `href` they have. What a job extracts is `extracted`: one JSON object a page.
ALTER TABLE pages ADD COLUMN canonical_url TEXT;
ALTER TABLE pages ADD COLUMN lang TEXT;
ALTER TABLE pages ADD COLUMN description TEXT;
ALTER TABLE pages ADD COLUMN link_count INTEGER;

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
    pages.time_connect_ms, pages.time_starttransfer_ms, pages.time_total_ms, pages.fetched_at
FROM jobs
JOIN runs ON runs.id = (
    SELECT latest.id FROM runs AS latest WHERE latest.job_id = jobs.id ORDER BY latest.number DESC LIMIT 1)
-- The sign keeps the index of requests out of it, whose order is that of a hash.
JOIN pages ON pages.id BETWEEN runs.first_page_id AND runs.last_page_id AND +pages.run_id = runs.id;
