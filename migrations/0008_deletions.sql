-- A job that is deleted takes its runs and starts with it also where foreign keys are off, as they are in sqlite3(1)
-- by default: its id may be another job's next.
CREATE TRIGGER jobs_deleted AFTER DELETE ON jobs
BEGIN
    DELETE FROM runs WHERE job_id = OLD.id;
    DELETE FROM schedules WHERE job_id = OLD.id;
    DELETE FROM starts WHERE job_id = OLD.id;
END;

-- With foreign keys on, they are gone by now.
CREATE TRIGGER runs_deleted AFTER DELETE ON runs
BEGIN
    DELETE FROM run_activity WHERE run_id = OLD.id;
    DELETE FROM run_hosts WHERE run_id = OLD.id;
    DELETE FROM host_pages WHERE run_id = OLD.id;
    DELETE FROM skipped_links WHERE run_id = OLD.id;
    DELETE FROM batches WHERE run_id = OLD.id;
    DELETE FROM pages WHERE run_id = OLD.id;
END;

CREATE TRIGGER pages_deleted AFTER DELETE ON pages
BEGIN
    DELETE FROM attempts WHERE page_id = OLD.id;
    DELETE FROM redirects WHERE page_id = OLD.id;
    DELETE FROM page_links WHERE page_id = OLD.id;
    DELETE FROM page_requests WHERE page_id = OLD.id;
    DELETE FROM replies WHERE page_id = OLD.id;
END;
