-- What became of a job's pages from one run to another: one row a page that is new, gone or not as it was. `change` is the first that
-- applies of `new`, `gone`, `status`, `title` and `content`; what else is different can be seen from the columns. A page is in a run
-- that requested it, whatever came of that; sitemaps are no pages. A 304 stands for the status before. The content is compared by its digest, and is not
-- known to have changed where a run has none.
--
-- To be asked for two runs: WHERE from_run_id = … AND to_run_id = …. Each page is then looked up once, by its key; CROSS JOIN is what
-- keeps SQLite from beginning with the pages.
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

-- The same between each job's two latest finished runs.
CREATE VIEW changes AS
SELECT
    job, from_run, to_run, change, name, method, url, status_code_before, status_code_after, error_kind_before, error_kind_after,
    title_before, title_after, content_length_before, content_length_after, content_digest_before, content_digest_after,
    page_id_before, page_id_after
FROM run_changes
WHERE is_latest;
