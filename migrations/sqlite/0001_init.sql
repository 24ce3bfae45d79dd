-- The schema of a trawl database. It is the only truth about the tables: the program embeds this file and applies it.
--
-- Columns that end in `_at`, and `not_before`, are instants in unix milliseconds (UTC). Columns that end in `_ms` or `_us` are
-- durations. Sizes are bytes. A column that is 1 or 0 means yes or no. Words in CHECK constraints are closed lists: they
-- are stored for good and never renamed, only added to.

-- What is to be crawled. `INSERT INTO jobs (name, spec) VALUES ('docs', '{"urls": ["https://example.org/"]}')` makes a job
-- as good as one from a file. `UPDATE jobs SET state = 'paused'` stops its runner.
CREATE TABLE jobs (
    -- Identifies the job.
    id INTEGER PRIMARY KEY,
    -- The name that commands take, of 1 to 200 characters.
    name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 200),
    -- The job file as JSON.
    spec TEXT NOT NULL CHECK (json_valid(spec)),
    -- `active`, or `paused`: a paused job is not run, and its run under way stops.
    state TEXT NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'paused')),
    -- When the job was added.
    created_at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)),
    -- When the job was last changed.
    updated_at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER))
) STRICT;

-- The processes that work on this database. A runner is gone after the machine was started anew, or when no process has its
-- process id and start time any more. If other runners cannot look up its process (it is in another pid namespace), it counts as
-- gone once `expires_at` is past.
CREATE TABLE runners (
    -- Identifies the runner. A number is never used again.
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    -- The machine's boot id, which changes with each start of the machine.
    boot_id TEXT NOT NULL,
    -- The pid namespace in which `pid` is its number.
    pid_namespace TEXT NOT NULL,
    -- The process id.
    pid INTEGER NOT NULL,
    -- When the process started, in clock ticks since boot, as the kernel counts them.
    process_started INTEGER NOT NULL,
    -- When the runner began.
    started_at INTEGER NOT NULL,
    -- Until when the runner counts as alive for those that cannot look up its process.
    expires_at INTEGER NOT NULL
) STRICT;

-- One execution of a job. The counters are kept in the transactions that change the pages they count. The run's pages lie
-- between `first_page_id` and `last_page_id`, among those of other runs where several went at once.
CREATE TABLE runs (
    -- Identifies the run. A number is never used again.
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    -- The job that it is a run of.
    job_id INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    -- The run's number within its job, from 1.
    number INTEGER NOT NULL CHECK (number >= 1),
    -- `importing`: its list is being read. `active`: pages are pending or under way. `finished`: all are settled.
    state TEXT NOT NULL CHECK (state IN ('importing', 'active', 'finished')),
    -- The job as it was when the run began, as JSON.
    spec TEXT NOT NULL CHECK (json_valid(spec)),
    -- The runner that works on it; null where none does.
    runner_id INTEGER REFERENCES runners (id) ON DELETE SET NULL,
    -- When the run began.
    started_at INTEGER NOT NULL,
    -- When the run finished; null before that.
    finished_at INTEGER,
    -- How long runners were at work on it. The time between an interruption and the next start is not counted.
    elapsed_ms INTEGER NOT NULL DEFAULT 0,
    -- The least id of its pages.
    first_page_id INTEGER,
    -- The greatest id of its pages.
    last_page_id INTEGER,
    -- The last page of the run's own list. The scope of links to follow is taken from the pages up to this one.
    last_seed_id INTEGER,
    -- Pages that are not settled yet.
    pages_pending INTEGER NOT NULL DEFAULT 0,
    -- Pages in state `done`.
    pages_done INTEGER NOT NULL DEFAULT 0,
    -- Pages in state `failed`.
    pages_failed INTEGER NOT NULL DEFAULT 0,
    -- Pages in state `skipped`.
    pages_skipped INTEGER NOT NULL DEFAULT 0,
    -- Lines of the list that were no URLs; they are among `pages_skipped`.
    pages_invalid INTEGER NOT NULL DEFAULT 0,
    -- Requests that were sent, redirects and retries included.
    requests INTEGER NOT NULL DEFAULT 0,
    -- The sum of the requests' times.
    request_time_us INTEGER NOT NULL DEFAULT 0,
    -- Bytes of bodies as they came over the network.
    size_download INTEGER NOT NULL DEFAULT 0,
    -- Whether URLs of the list carry user names or passwords. They are stored nowhere: going on with the run reads the list again.
    has_credentials INTEGER NOT NULL DEFAULT 0 CHECK (has_credentials IN (0, 1)),
    -- Whether pages of the run have rows in `page_requests`.
    has_requests INTEGER NOT NULL DEFAULT 0 CHECK (has_requests IN (0, 1)),
    -- Whether pages of the run have rows in `page_inputs`.
    has_inputs INTEGER NOT NULL DEFAULT 0 CHECK (has_inputs IN (0, 1)),
    -- The secrets that its requests refer to, one a line. All of them must be there before the first request.
    secrets TEXT,
    -- The largest values that the runs before it have had, a JSON object by the names of requests with `since`; null for none.
    marks TEXT,
    -- When the run was pruned: its pages were deleted, except for those that later runs refer to. Null before that. Commands and
    -- views do not show a pruned run.
    pruned_at INTEGER,
    UNIQUE (job_id, number),
    CHECK ((state = 'finished') = (finished_at IS NOT NULL))
) STRICT;

-- At most one unfinished run a job.
CREATE UNIQUE INDEX runs_unfinished ON runs (job_id) WHERE state <> 'finished';
CREATE INDEX runs_runner ON runs (runner_id) WHERE runner_id IS NOT NULL;

-- Every host of a page: scheme, name and port. All limits are by these hosts. `per_host`, `delay_ms` and `blocked` are for
-- people to set: `UPDATE hosts SET delay_ms = 2000 WHERE host = 'http://…'` takes effect in a running crawl within a second.
CREATE TABLE hosts (
    -- Identifies the host.
    id INTEGER PRIMARY KEY,
    -- Scheme, name and port, in lower case, the scheme's own port left out: `https://example.org`.
    host TEXT NOT NULL UNIQUE,
    -- The runner that has the host's lease. Only that runner sends it requests.
    runner_id INTEGER REFERENCES runners (id) ON DELETE SET NULL,
    -- When the last request to it may have started, written as a runner gives the host back.
    last_started_at INTEGER,
    -- Until when the host asked to be left alone (Retry-After).
    snoozed_until INTEGER,
    -- Starts a second that the host takes; null where it has never said that it gets too many.
    rate REAL,
    -- Failures to connect, one after another. After several of them the host is set aside.
    failures INTEGER NOT NULL DEFAULT 0,
    -- When a host that is set aside is tried again.
    probe_at INTEGER,
    -- How many more requests it takes, as it said last (RateLimit, X-RateLimit-Remaining, `throttle`); of several limits the least.
    remaining INTEGER,
    -- Until when `remaining` counts.
    remaining_until INTEGER,
    -- Requests at once, in place of what the job says. 0 stops requests to the host for the time being.
    per_host INTEGER CHECK (per_host >= 0),
    -- The least time between two starts, in place of what the job says.
    delay_ms INTEGER CHECK (delay_ms >= 0),
    -- 1: pages of this host fail as `cancelled`.
    blocked INTEGER NOT NULL DEFAULT 0 CHECK (blocked IN (0, 1)),
    -- A runner that waits for the host. The runner that has the host gives it up within seconds.
    wanted_by INTEGER,
    -- Since when `wanted_by` waits, or when it asks again.
    wanted_at INTEGER
) STRICT;

CREATE INDEX hosts_runner ON hosts (runner_id) WHERE runner_id IS NOT NULL;
CREATE INDEX hosts_wanted ON hosts (runner_id) WHERE wanted_by IS NOT NULL;

-- The hosts' robots.txt, kept for a day at most (RFC 9309, section 2.4).
CREATE TABLE robots (
    -- The host.
    host_id INTEGER PRIMARY KEY REFERENCES hosts (id) ON DELETE CASCADE,
    -- What the request for it was answered with; null where there was no answer.
    status_code INTEGER,
    -- The file; null where the host has none, which allows everything.
    body BLOB,
    -- Where redirects led to it; null where it is the host's own `/robots.txt`. Sitemaps that it names are relative to this.
    url TEXT,
    -- When it was fetched.
    fetched_at INTEGER NOT NULL,
    -- Until when it counts.
    expires_at INTEGER NOT NULL
) STRICT;

-- Requests of a job that a host takes none of for a while, since a limit that it counts for them alone is used up.
CREATE TABLE host_pools (
    -- The host.
    host_id INTEGER NOT NULL REFERENCES hosts (id) ON DELETE CASCADE,
    -- The job.
    job_id INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    -- The request's name.
    request TEXT NOT NULL,
    -- What the limit is called: the job's `pool`, or what the host calls it (`x-ratelimit-resource`).
    pool TEXT NOT NULL,
    -- Until when it is used up.
    paused_until INTEGER NOT NULL,
    PRIMARY KEY (host_id, job_id, request)
) STRICT, WITHOUT ROWID;

CREATE INDEX host_pools_job ON host_pools (job_id);

-- The hosts that a run's own list names. These may be at a private address. Other hosts, which redirects and links lead to, may be
-- there only if the job says so.
CREATE TABLE run_hosts (
    -- The run.
    run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    -- The host.
    host_id INTEGER NOT NULL REFERENCES hosts (id) ON DELETE CASCADE,
    PRIMARY KEY (run_id, host_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX run_hosts_host ON run_hosts (host_id);

-- How many pages a host has in a run. Kept only for jobs with `limits.pages_per_host`.
CREATE TABLE host_pages (
    -- The run.
    run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    -- The host.
    host_id INTEGER NOT NULL REFERENCES hosts (id) ON DELETE CASCADE,
    -- Its pages.
    pages INTEGER NOT NULL,
    PRIMARY KEY (run_id, host_id)
) STRICT, WITHOUT ROWID;

-- How many URLs of a run are of a kind that may be a trap (`limits.trap`): they differ in a session id only, or in a date only, or lie
-- deep below one folder. A kind of which a runner has found one URL has no row yet.
CREATE TABLE trap_counts (
    -- The run.
    run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    -- The kind: a hash of what its URLs have in common, their host among it.
    kind INTEGER NOT NULL,
    -- Its URLs.
    urls INTEGER NOT NULL,
    PRIMARY KEY (run_id, kind)
) STRICT, WITHOUT ROWID;

-- Groups of pages that were claimed together (`batch_size`). `pages.batch_id` is the last
-- batch that a page was claimed in.
CREATE TABLE batches (
    -- Identifies the batch.
    id INTEGER PRIMARY KEY,
    -- The run.
    run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    -- The batch's number within its run, from 1.
    number INTEGER NOT NULL,
    -- Pages that were claimed.
    pages INTEGER NOT NULL,
    -- Those that came out `done`.
    pages_done INTEGER NOT NULL DEFAULT 0,
    -- Those that came out `failed`.
    pages_failed INTEGER NOT NULL DEFAULT 0,
    -- Those that came out `skipped`.
    pages_skipped INTEGER NOT NULL DEFAULT 0,
    -- Those that are tried again, in another batch.
    pages_retried INTEGER NOT NULL DEFAULT 0,
    -- When it was claimed.
    claimed_at INTEGER NOT NULL,
    -- When the last of its pages came back.
    finished_at INTEGER,
    UNIQUE (run_id, number)
) STRICT;

-- One request of a run and what came of it. A row is written when the page is found, when its outcome is committed, and after
-- each attempt that is to be repeated. The checks are chains of OR with the most frequent words first, because for an IN list SQLite
-- builds a table anew for each row that is written.
CREATE TABLE pages (
    -- Identifies the page.
    id INTEGER PRIMARY KEY,
    -- The run.
    run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    -- The host; null where the text is no URL. No foreign key: hosts are never deleted.
    host_id INTEGER,
    -- The key of its request in `page_keys`: 12 bits of a hash of the host, then 52 bits of a hash of the request. A run recognises
    -- by it a request that it has already. Null where the page was skipped as a duplicate, or before it had a key.
    url_key INTEGER,
    -- `pending`, `sending` (a request that must not be sent twice is going out), `done`, `failed` or `skipped`.
    state TEXT NOT NULL DEFAULT 'pending'
        CHECK (state = 'pending' OR state = 'done' OR state = 'failed' OR state = 'skipped' OR state = 'sending'),
    -- Until when a pending page waits, after an attempt that failed.
    not_before INTEGER NOT NULL DEFAULT 0,
    -- Orders a host's pages: by depth, then by priority (1001 a level, from -500 for the highest priority to 500 for the lowest).
    rank INTEGER NOT NULL DEFAULT 0,
    -- 1 for a page that waits in a range of `waiting_ranges`, and for one that was settled while it was in a range; else null.
    in_range INTEGER,
    -- Attempts so far.
    attempts INTEGER NOT NULL DEFAULT 0,
    -- The batch that it was last claimed in. No foreign key: deleting a batch would search all pages.
    batch_id INTEGER,
    -- The line of the list that names it, from 1.
    line INTEGER,
    -- Links from the job's own URLs to here; 0 for those.
    depth INTEGER NOT NULL DEFAULT 0,
    -- `sitemap` for a sitemap or feed, `check` for what is asked for once to see whether it is there; null for a page.
    kind TEXT CHECK (kind IS NULL OR kind = 'check' OR kind = 'sitemap'),
    -- The page that led to it first.
    referrer_id INTEGER,
    -- When it last changed, as a sitemap says.
    lastmod_at INTEGER,
    -- Its priority, from 0 to 1, as a sitemap says.
    priority REAL,
    -- The HTTP method. Of a check it is HEAD, until that turns out not to do.
    method TEXT NOT NULL DEFAULT 'GET',
    -- The name of a request of the job file.
    name TEXT,
    -- The URL, as the URL Standard writes it.
    url TEXT NOT NULL,
    -- The status of the last answer.
    status_code INTEGER,
    -- Bytes of the body, its content coding undone.
    content_length INTEGER,
    -- Bytes of the body as they came over the network.
    size_download INTEGER,
    -- Redirects that were followed.
    num_redirects INTEGER,
    -- From the start of the request until the name was resolved.
    time_namelookup_ms INTEGER,
    -- From the start until the connection stood.
    time_connect_ms INTEGER,
    -- From the start until the first byte of the answer.
    time_starttransfer_ms INTEGER,
    -- From the start until the end; this and the times before it are null for a page that was settled without a request.
    time_total_ms INTEGER,
    -- When the last attempt ended.
    fetched_at INTEGER,
    -- The text of the title element, white space collapsed.
    title TEXT,
    -- The field Content-Type, as it came.
    content_type TEXT,
    -- The encoding that the page was read in, by its WHATWG name.
    charset TEXT,
    -- Where redirects led; null where that is `url`.
    final_url TEXT,
    -- The field ETag, with which the next run asks whether the page has changed.
    etag TEXT,
    -- The field Last-Modified, for the same.
    last_modified TEXT,
    -- Whether the server said that nothing changed (304): the content's columns are then those of an earlier run.
    not_modified INTEGER NOT NULL DEFAULT 0 CHECK (not_modified = 0 OR not_modified = 1),
    -- Of a page that has not changed: the status that the content's columns came with; null of any other page.
    content_status_code INTEGER,
    -- XXH3 of the body, 128 bits.
    content_digest BLOB,
    -- The body, where the job keeps them.
    body_id INTEGER,
    -- The address that answered.
    remote_ip TEXT,
    -- The version of HTTP.
    http_version TEXT,
    -- What X-Robots-Tag and the meta element `robots` ask for: `noindex`, `nofollow`, or both.
    robots TEXT,
    -- The canonical URL that the page gives.
    canonical_url TEXT,
    -- The language that the page gives.
    lang TEXT,
    -- The page's own description.
    description TEXT,
    -- Links of the page.
    link_count INTEGER,
    -- The job's fields, as a JSON object.
    extracted TEXT,
    -- What went wrong; not null exactly where the page failed. A check has it, too, where nobody can tell whether links to it are
    -- broken.
    error_kind TEXT
        CHECK (error_kind IS NULL OR error_kind = 'http_status' OR error_kind = 'timeout_read'
            OR error_kind = 'timeout_total' OR error_kind = 'timeout_connect' OR error_kind = 'connect'
            OR error_kind = 'reset' OR error_kind = 'dns' OR error_kind = 'truncated'
            OR error_kind = 'tls' OR error_kind = 'too_large' OR error_kind = 'invalid_url'
            OR error_kind = 'unsupported_scheme' OR error_kind = 'too_many_redirects'
            OR error_kind = 'redirect_loop' OR error_kind = 'bad_redirect'
            OR error_kind = 'bad_response' OR error_kind = 'decode' OR error_kind = 'blocked_address'
            OR error_kind = 'host_unavailable' OR error_kind = 'unexpected' OR error_kind = 'cancelled' OR error_kind = 'internal'),
    -- What went wrong, in words.
    error TEXT,
    -- Why the page was settled without its content; not null exactly where it was skipped.
    skip_reason TEXT
        CHECK (skip_reason IS NULL OR skip_reason = 'duplicate' OR skip_reason = 'robots'
            OR skip_reason = 'scope' OR skip_reason = 'depth' OR skip_reason = 'invalid_url'
            OR skip_reason = 'limit' OR skip_reason = 'trap' OR skip_reason = 'robots_unreachable'
            OR skip_reason = 'blocked_address' OR skip_reason = 'content_type' OR skip_reason = 'not_newer'),
    CHECK ((state = 'failed') = (error_kind IS NOT NULL) OR kind IS NOT NULL AND kind = 'check' AND state = 'done'),
    CHECK ((state = 'skipped') = (skip_reason IS NOT NULL))
) STRICT;

CREATE INDEX pages_run ON pages (run_id);
-- The frontier: the pages of each host that wait, from when on they may be requested, and in which order. Pages are claimed from
-- this index and from `waiting_ranges`, and from nothing else.
CREATE INDEX pages_pending ON pages (run_id, host_id, not_before, rank) WHERE state = 'pending' AND in_range IS NULL;
-- Requests that were going out when their runner ended.
CREATE INDEX pages_sending ON pages (run_id) WHERE state = 'sending';
CREATE INDEX pages_body ON pages (body_id) WHERE body_id IS NOT NULL;

-- The requests that a run has, each once. The keys of a host lie together. This is a table of its own, and not an index of `pages`,
-- so that the keys of a long list can be written at the end and in their order.
CREATE TABLE page_keys (
    -- The run. It has no foreign key, because the pages have one.
    run_id INTEGER NOT NULL,
    -- The page's `url_key`.
    url_key INTEGER NOT NULL,
    -- The page.
    page_id INTEGER NOT NULL,
    PRIMARY KEY (run_id, url_key)
) STRICT, WITHOUT ROWID;

-- The pages of long lists that wait. Pages of a host that lie together are one row here, instead of an entry of `pages_pending` each.
-- So a page that is settled is written to no other place. The pages of a range that wait are those that are pending and have
-- `in_range`.
CREATE TABLE waiting_ranges (
    -- The run.
    run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    -- The host of its pages.
    host_id INTEGER NOT NULL,
    -- The least id of its pages.
    first_page_id INTEGER NOT NULL,
    -- The greatest id of its pages.
    last_page_id INTEGER NOT NULL,
    -- Whether all of its pages have been claimed. Such a range is deleted when its host is given back, if not before.
    is_claimed INTEGER NOT NULL DEFAULT 0 CHECK (is_claimed IN (0, 1)),
    PRIMARY KEY (run_id, host_id, first_page_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX waiting_ranges_claimed ON waiting_ranges (host_id) WHERE is_claimed = 1;

-- The order in which a long list names its pages. The ids of other lists' pages are in the order of the list. A long list is written
-- in stretches, and the ids within a stretch are by host, so that pages that are requested together lie together.
CREATE TABLE page_orders (
    -- The least id of the stretch's pages.
    first_page_id INTEGER PRIMARY KEY,
    -- The greatest id of the stretch's pages.
    last_page_id INTEGER NOT NULL,
    -- The run.
    run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    -- The pages' ids as the list names them, each as the difference to the one before, from 0, in zigzag varints.
    page_ids BLOB NOT NULL
) STRICT;

-- Every attempt that did not settle its page. The attempt that did is the page's own row.
CREATE TABLE attempts (
    -- Identifies the attempt.
    id INTEGER PRIMARY KEY,
    -- The page.
    page_id INTEGER NOT NULL REFERENCES pages (id) ON DELETE CASCADE,
    -- The attempt's number for its page, from 1.
    number INTEGER NOT NULL,
    -- When it started.
    started_at INTEGER NOT NULL,
    -- The status of its answer; null where there was none.
    status_code INTEGER,
    -- What went wrong, of the same list as `pages.error_kind`.
    error_kind TEXT NOT NULL,
    -- What went wrong, in words.
    error TEXT,
    -- How long it took.
    time_total_ms INTEGER NOT NULL,
    -- How long the next attempt waits.
    wait_ms INTEGER NOT NULL
) STRICT;

CREATE INDEX attempts_page ON attempts (page_id);

-- The redirects that led to a page's last answer, in order.
CREATE TABLE redirects (
    -- The page.
    page_id INTEGER NOT NULL REFERENCES pages (id) ON DELETE CASCADE,
    -- The redirect's number for its page, from 1.
    number INTEGER NOT NULL,
    -- The URL that was asked for and redirected.
    url TEXT NOT NULL,
    -- The status of that answer.
    status_code INTEGER NOT NULL,
    PRIMARY KEY (page_id, number)
) STRICT, WITHOUT ROWID;

-- The pages that a page's links, its redirect, or a sitemap's entries lead to, as far as they were followed. The next run takes the
-- links of a page that has not changed (304) from here, and those of a page that it cannot read.
CREATE TABLE page_links (
    -- The page.
    page_id INTEGER PRIMARY KEY REFERENCES pages (id) ON DELETE CASCADE,
    -- The ids of the pages, each as the difference to the one before, from 0, in zigzag varints.
    targets BLOB NOT NULL
) STRICT;

-- The pages that were known before a run and that the run did not read. They are noted as the run finishes. These rows and the run's
-- own pages are all that is known after it, so the next run need not look further back.
CREATE TABLE unread_pages (
    -- Identifies the row. Within a run the row of a page comes after that of the page that led to it.
    id INTEGER PRIMARY KEY,
    -- The run.
    run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    -- The run's job.
    job_id INTEGER NOT NULL,
    -- The page's `url_key`.
    url_key INTEGER NOT NULL,
    -- `unknown`: the page, or each way to it that is left, could not be read for a passing reason. `gone`: the page is not there any
    -- more, or nothing leads to it. A `gone` row is only kept so that the page can be asked for by its validators if it comes back.
    verdict TEXT NOT NULL CHECK (verdict = 'unknown' OR verdict = 'gone'),
    -- The page in the last run that asked for it.
    page_id INTEGER NOT NULL,
    -- The page in the last run that read it; null where none did.
    read_id INTEGER
) STRICT;

CREATE UNIQUE INDEX unread_pages_request ON unread_pages (job_id, url_key, run_id);
CREATE INDEX unread_pages_run ON unread_pages (run_id);

-- The URLs that links lead to, each once. All runs share them.
CREATE TABLE link_targets (
    -- Identifies the URL.
    id INTEGER PRIMARY KEY,
    -- The URL, absolute, without fragment and credentials; as the page writes it where that is no URL.
    url TEXT NOT NULL UNIQUE,
    -- The key of a GET of it in `page_keys`; null where it is no URL of http or https.
    url_key INTEGER
) STRICT;

-- What links say beside the page that they are on. A menu that all pages repeat is here once. All runs share them.
CREATE TABLE link_elements (
    -- Identifies the row.
    id INTEGER PRIMARY KEY,
    -- The URL that the link leads to.
    target_id INTEGER NOT NULL REFERENCES link_targets (id),
    -- A hash of the columns below, by which the row is found again.
    digest INTEGER NOT NULL,
    -- The element, in lower case; `header` for a field of the header, `css` for a stylesheet.
    element TEXT NOT NULL,
    -- The attribute, in lower case; the name of the field, or `url` or `import` of a stylesheet.
    attribute TEXT NOT NULL,
    -- The words of `rel`.
    rel TEXT,
    -- The text of the link, or the alternative text of the image, up to 200 characters; the `hreflang` of a `link`.
    text TEXT,
    -- The fragment, without `#`.
    fragment TEXT,
    -- Why it is not asked for, where that does not depend on the run; a word of `verdicts.reason`.
    reason TEXT
) STRICT;

CREATE UNIQUE INDEX link_elements_content ON link_elements (target_id, digest);
CREATE INDEX link_elements_malformed ON link_elements (id) WHERE reason = 'malformed';

-- The links of pages, in runs that keep them. They are written in the transaction of their page.
CREATE TABLE link_rows (
    -- The page that has the link.
    page_id INTEGER NOT NULL,
    -- The link.
    element_id INTEGER NOT NULL,
    -- The line that it is in, from 1, where the page has it first; 0 for the header.
    line INTEGER NOT NULL,
    -- How many times the page has it.
    count INTEGER NOT NULL,
    PRIMARY KEY (page_id, element_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX link_rows_element ON link_rows (element_id, page_id);

-- The places in a page that fragments may name, in runs that check fragments: the `id` of elements, and the `name` of `a` elements.
CREATE TABLE page_places (
    -- The page.
    page_id INTEGER PRIMARY KEY REFERENCES pages (id) ON DELETE CASCADE,
    -- XXH3 of each, 64 bits, little-endian, in ascending order.
    hashes BLOB NOT NULL,
    -- Whether the page has more.
    is_cut INTEGER NOT NULL CHECK (is_cut = 0 OR is_cut = 1)
) STRICT;

-- Fragments of links that name no place of their page. They are found at the end of a run.
CREATE TABLE fragment_faults (
    -- The page that links with the fragment lead to.
    page_id INTEGER NOT NULL REFERENCES pages (id) ON DELETE CASCADE,
    -- The fragment, without `#`.
    fragment TEXT NOT NULL,
    -- `broken` or `unsure`.
    verdict TEXT NOT NULL CHECK (verdict = 'broken' OR verdict = 'unsure'),
    -- Why; a word of `verdicts.reason`.
    reason TEXT NOT NULL,
    PRIMARY KEY (page_id, fragment)
) STRICT, WITHOUT ROWID;

-- What was found out about the pages that links lead to, in runs that keep links.
CREATE TABLE verdicts (
    -- The page.
    page_id INTEGER PRIMARY KEY REFERENCES pages (id) ON DELETE CASCADE,
    -- `ok`, `redirected` (for good, so that links should name the new place), `broken`, `unsure` or `not_checked`; null while the
    -- page that it redirects to is not settled.
    verdict TEXT
        CHECK (verdict IS NULL OR verdict = 'ok' OR verdict = 'redirected' OR verdict = 'broken' OR verdict = 'unsure'
            OR verdict = 'not_checked'),
    -- Why, where it is neither `ok` nor `redirected`. Links have further reasons of their own.
    reason TEXT
        CHECK (reason IS NULL OR reason = 'gone' OR reason = 'status' OR reason = 'dns' OR reason = 'tls'
            OR reason = 'connect' OR reason = 'loop' OR reason = 'bad_redirect' OR reason = 'malformed'
            OR reason = 'no_fragment' OR reason = 'no_file' OR reason = 'is_directory' OR reason = 'case_differs'
            OR reason = 'bad_response' OR reason = 'internal' OR reason = 'bot_wall' OR reason = 'refused'
            OR reason = 'login' OR reason = 'rate_limited' OR reason = 'server_error' OR reason = 'timeout'
            OR reason = 'reset' OR reason = 'dns_temporary' OR reason = 'tls_chain' OR reason = 'robots'
            OR reason = 'script_fragment' OR reason = 'cut_short' OR reason = 'scheme' OR reason = 'hint'
            OR reason = 'form' OR reason = 'ping' OR reason = 'excluded' OR reason = 'private'
            OR reason = 'reserved_name' OR reason = 'limit' OR reason = 'fragment_type'),
    -- Since when the job's runs have found it broken, or unsure for a trouble that may pass; null where it is neither.
    broken_since_at INTEGER,
    -- When it was asked for last. In a run that trusts an earlier one that may be before the run.
    checked_at INTEGER,
    -- The page of the run that it redirects to, whose verdict it has.
    same_as INTEGER
) STRICT;

CREATE INDEX verdicts_broken ON verdicts (page_id) WHERE verdict = 'broken';
CREATE INDEX verdicts_same ON verdicts (same_as) WHERE same_as IS NOT NULL;
CREATE INDEX fragment_faults_broken ON fragment_faults (page_id) WHERE verdict = 'broken';

-- Links that were not followed, by reason.
CREATE TABLE skipped_links (
    -- The run.
    run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    -- Why, of the same list as `pages.skip_reason`.
    reason TEXT NOT NULL,
    -- How many.
    links INTEGER NOT NULL,
    PRIMARY KEY (run_id, reason)
) STRICT, WITHOUT ROWID;

-- Bodies, each once, whatever pages have them.
CREATE TABLE bodies (
    -- Identifies the body.
    id INTEGER PRIMARY KEY,
    -- XXH3 of the body, 128 bits.
    digest BLOB NOT NULL,
    -- Its bytes before compression.
    size INTEGER NOT NULL,
    -- The body as zlib deflates it, or as it is where that is no shorter. `sqlar_uncompress(data, size)` of sqlite3 undoes that.
    data BLOB NOT NULL
) STRICT;

CREATE INDEX bodies_digest ON bodies (digest);

-- The request of a page that is more than a GET of its URL: what it sends and how it is treated.
CREATE TABLE page_requests (
    -- The page.
    page_id INTEGER PRIMARY KEY REFERENCES pages (id) ON DELETE CASCADE,
    -- A JSON object with the keys of a request in a job file but `name`, `method` and `url`. References to secrets stand in it as
    -- they are written: `${env:NAME}`.
    request TEXT CHECK (request IS NULL OR json_valid(request)),
    -- The value of `Idempotency-Key`. It is made as the page is added, so that each attempt sends the same.
    idempotency_key TEXT
) STRICT;

-- The places of pages in results that have several: which of them each is, and what is known of the result. The first page has no
-- row, unless its list was read again.
CREATE TABLE page_chains (
    -- The page.
    page_id INTEGER PRIMARY KEY REFERENCES pages (id) ON DELETE CASCADE,
    -- The first page of the result.
    first_page_id INTEGER NOT NULL,
    -- The page's number within the result, from 1.
    number INTEGER NOT NULL,
    -- The URL of the first page.
    first_url TEXT NOT NULL,
    -- How often the list was read again from its first page.
    restarts INTEGER NOT NULL,
    -- How many items the pages before it had; 0 where they were asked for at the same time.
    items_before INTEGER NOT NULL,
    -- How many pages the first page told of; null where it told of none.
    planned INTEGER,
    -- How many items the first page told of; null where it told of none.
    total INTEGER,
    -- How many items a page has; null where that is not known.
    size INTEGER,
    -- XXH3 of what the page before had, 64 bits; null where there was none, or it was asked for at the same time.
    digest_before INTEGER
) STRICT;

CREATE INDEX page_chains_first ON page_chains (first_page_id);

-- The items that were taken out of replies. They are written in the transaction of their page.
CREATE TABLE item_rows (
    -- Identifies the row. Within a page the rows are in the order of the items.
    id INTEGER PRIMARY KEY,
    -- The page.
    page_id INTEGER NOT NULL REFERENCES pages (id) ON DELETE CASCADE,
    -- The item's place on its page, from 1.
    position INTEGER NOT NULL,
    -- The item's key, as the job's `item_key` says where it is; null where it is nowhere.
    key TEXT,
    -- The item, JSON.
    value TEXT NOT NULL
) STRICT;

CREATE INDEX item_rows_page ON item_rows (page_id);

-- What the line of a list says of its page beyond the request: keys of a JSON object that trawl does not know, `key=value` behind a
-- URL. trawl only keeps it.
CREATE TABLE page_inputs (
    -- The page.
    page_id INTEGER PRIMARY KEY REFERENCES pages (id) ON DELETE CASCADE,
    -- A JSON object.
    input TEXT NOT NULL CHECK (json_valid(input))
) STRICT;

-- How much was read of each sitemap or feed. `pages.error` says what is wrong with one.
CREATE TABLE sitemaps (
    -- The page of kind `sitemap`.
    page_id INTEGER PRIMARY KEY REFERENCES pages (id) ON DELETE CASCADE,
    -- Entries that were read.
    entries INTEGER NOT NULL,
    -- Entries that were left out because something is wrong with them.
    entries_left_out INTEGER NOT NULL
) STRICT;

-- JSON replies of jobs that keep them, for `json_extract` and `->>`. Replies that are not JSON are not here.
CREATE TABLE replies (
    -- The page.
    page_id INTEGER PRIMARY KEY REFERENCES pages (id) ON DELETE CASCADE,
    -- The reply.
    reply TEXT NOT NULL CHECK (json_valid(reply))
) STRICT;

-- Up to when the due times of each scheduled job are settled. The daemon and a `trawl run` without a job keep it. A job whose
-- `schedule` is no longer the one here begins anew.
CREATE TABLE schedules (
    -- The job.
    job_id INTEGER PRIMARY KEY REFERENCES jobs (id) ON DELETE CASCADE,
    -- The schedule, as the job gives it.
    schedule TEXT NOT NULL,
    -- All due times up to this instant are settled.
    considered_at INTEGER NOT NULL,
    -- The next due time; null where there is none.
    next_start_at INTEGER
) STRICT;

-- What became of each due time.
CREATE TABLE starts (
    -- Identifies the start.
    id INTEGER PRIMARY KEY,
    -- The job.
    job_id INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    -- The due time.
    due_at INTEGER NOT NULL,
    -- When this row was written.
    noted_at INTEGER NOT NULL,
    -- `started`: a run began. `failed`: it could not, `error` says why. `overlapped`: the job had an unfinished run. `missed`: no
    -- runner was up at the time.
    outcome TEXT NOT NULL CHECK (outcome IN ('started', 'failed', 'overlapped', 'missed')),
    -- How many due times before this one were passed over.
    missed INTEGER NOT NULL DEFAULT 0,
    -- The run that began.
    run_id INTEGER REFERENCES runs (id) ON DELETE SET NULL,
    -- Why it could not.
    error TEXT,
    UNIQUE (job_id, due_at)
) STRICT;

CREATE INDEX starts_run ON starts (run_id) WHERE run_id IS NOT NULL;

-- Who is to be told that a run has finished (`on_finish`), one row a way to tell it. The rows are written in the transaction that
-- finishes the run, so that no kill loses them.
CREATE TABLE deliveries (
    -- Identifies the delivery: 32 hexadecimal digits, which whoever is told gets too. They stay the same however often it is tried.
    id TEXT PRIMARY KEY,
    -- The run.
    run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    -- `exec`: a program. `webhook`: a request.
    action TEXT NOT NULL CHECK (action IN ('exec', 'webhook')),
    -- `pending`; `delivered`; `failed`: it was tried several times, `error` says what went wrong; `skipped`: the run was not one of
    -- those that `on_finish.when` names.
    state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'failed', 'skipped')),
    -- Tries so far.
    attempts INTEGER NOT NULL DEFAULT 0,
    -- The runner that is at it. Where it is gone, the next runner goes on.
    runner_id INTEGER REFERENCES runners (id) ON DELETE SET NULL,
    -- When the run finished.
    created_at INTEGER NOT NULL,
    -- When it was delivered, given up or skipped; null before that.
    settled_at INTEGER,
    -- What went wrong with the last try.
    error TEXT,
    CHECK ((state = 'pending') = (settled_at IS NULL))
) STRICT;

CREATE INDEX deliveries_run ON deliveries (run_id);
CREATE INDEX deliveries_pending ON deliveries (created_at) WHERE state = 'pending';
CREATE INDEX deliveries_runner ON deliveries (runner_id) WHERE runner_id IS NOT NULL;

-- How the runs under way are doing, written once a second by their runners.
CREATE TABLE run_activity (
    -- The run.
    run_id INTEGER PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
    -- When this row was written.
    updated_at INTEGER NOT NULL,
    -- Requests under way.
    in_flight INTEGER NOT NULL,
    -- Hosts at hand.
    hosts INTEGER NOT NULL,
    -- Hosts at hand that wait for their delay, a Retry-After or a probe.
    hosts_waiting INTEGER NOT NULL,
    -- Pages settled a second, over the last seconds.
    pages_per_second REAL
) STRICT;

-- A job that is deleted takes its runs and starts with it, also where foreign keys are off, as they are in sqlite3(1) by default:
-- its id may be another job's next.
CREATE TRIGGER jobs_deleted AFTER DELETE ON jobs
BEGIN
    DELETE FROM runs WHERE job_id = OLD.id;
    DELETE FROM schedules WHERE job_id = OLD.id;
    DELETE FROM starts WHERE job_id = OLD.id;
END;

-- With foreign keys on, these rows are gone already when the trigger runs.
CREATE TRIGGER runs_deleted AFTER DELETE ON runs
BEGIN
    DELETE FROM run_activity WHERE run_id = OLD.id;
    DELETE FROM deliveries WHERE run_id = OLD.id;
    DELETE FROM run_hosts WHERE run_id = OLD.id;
    DELETE FROM host_pages WHERE run_id = OLD.id;
    DELETE FROM trap_counts WHERE run_id = OLD.id;
    DELETE FROM skipped_links WHERE run_id = OLD.id;
    DELETE FROM unread_pages WHERE run_id = OLD.id;
    DELETE FROM batches WHERE run_id = OLD.id;
    DELETE FROM waiting_ranges WHERE run_id = OLD.id;
    DELETE FROM page_orders WHERE run_id = OLD.id;
    DELETE FROM page_keys WHERE run_id = OLD.id;
    DELETE FROM pages WHERE run_id = OLD.id;
END;

CREATE TRIGGER pages_deleted AFTER DELETE ON pages
BEGIN
    DELETE FROM page_keys WHERE run_id = OLD.run_id AND url_key = OLD.url_key;
    DELETE FROM attempts WHERE page_id = OLD.id;
    DELETE FROM redirects WHERE page_id = OLD.id;
    DELETE FROM page_links WHERE page_id = OLD.id;
    DELETE FROM link_rows WHERE page_id = OLD.id;
    DELETE FROM page_places WHERE page_id = OLD.id;
    DELETE FROM fragment_faults WHERE page_id = OLD.id;
    DELETE FROM verdicts WHERE page_id = OLD.id;
    DELETE FROM page_requests WHERE page_id = OLD.id;
    DELETE FROM page_inputs WHERE page_id = OLD.id;
    DELETE FROM page_chains WHERE page_id = OLD.id;
    DELETE FROM item_rows WHERE page_id = OLD.id;
    DELETE FROM sitemaps WHERE page_id = OLD.id;
    DELETE FROM replies WHERE page_id = OLD.id;
END;

-- Every run, one row a page. Views hold text and numbers only. CAST tells other programs which: of an expression they cannot see it.
CREATE VIEW all_results AS
SELECT
    jobs.name AS job, runs.number AS run, runs.id AS run_id, pages.id AS page_id, pages.name, pages.url,
    CAST(CASE WHEN pages.status_code IS NOT NULL THEN coalesce(pages.final_url, pages.url) END AS TEXT) AS final_url,
    pages.method, pages.depth, pages.state, pages.status_code,
    CAST(CASE WHEN pages.not_modified = 1 THEN pages.content_status_code ELSE pages.status_code END AS INTEGER)
        AS content_status_code,
    pages.content_length, pages.size_download, pages.title, pages.content_type, pages.charset,
    pages.canonical_url, pages.lang, pages.description, pages.link_count, pages.num_redirects, pages.attempts,
    pages.error_kind, pages.error, pages.skip_reason, pages.extracted, replies.reply, pages.batch_id, pages.line, pages.etag,
    pages.last_modified, pages.robots,
    CAST(CASE WHEN pages.content_digest IS NOT NULL THEN lower(hex(pages.content_digest)) END AS TEXT) AS content_digest,
    pages.remote_ip, pages.http_version, pages.time_namelookup_ms,
    pages.time_connect_ms, pages.time_starttransfer_ms, pages.time_total_ms, pages.fetched_at,
    CAST(strftime('%Y-%m-%dT%H:%M:%fZ', pages.fetched_at / 1000.0, 'unixepoch') AS TEXT) AS fetched,
    pages.kind, pages.lastmod_at,
    CAST(strftime('%Y-%m-%dT%H:%M:%fZ', pages.lastmod_at / 1000.0, 'unixepoch') AS TEXT) AS lastmod,
    pages.priority, pages.not_modified, pages.body_id, pages.referrer_id,
    CAST((SELECT referrers.url FROM pages AS referrers WHERE referrers.id = pages.referrer_id) AS TEXT) AS referrer,
    page_inputs.input, sitemaps.entries AS sitemap_entries, sitemaps.entries_left_out AS sitemap_entries_left_out
FROM jobs
JOIN runs ON runs.job_id = jobs.id AND runs.pruned_at IS NULL
-- The sign keeps the index of runs out of it, which is the longer way.
JOIN pages ON pages.id BETWEEN runs.first_page_id AND runs.last_page_id AND +pages.run_id = runs.id
LEFT JOIN replies ON replies.page_id = pages.id
LEFT JOIN page_inputs ON page_inputs.page_id = pages.id
LEFT JOIN sitemaps ON sitemaps.page_id = pages.id;

-- Each job's latest run, one row a page. CROSS JOIN is what keeps SQLite from reading the pages of every run.
CREATE VIEW results AS
SELECT all_results.* FROM (SELECT max(id) AS id FROM runs GROUP BY job_id) AS latest
CROSS JOIN all_results
WHERE all_results.run_id = latest.id;

-- Each job's latest run that has finished, one row a page.
CREATE VIEW finished_results AS
SELECT all_results.* FROM (SELECT max(id) AS id FROM runs WHERE state = 'finished' GROUP BY job_id) AS latest
CROSS JOIN all_results
WHERE all_results.run_id = latest.id;

-- What went wrong in each job's latest run: pages that failed, and lines of the list that are no URLs, whose `error_kind` is
-- `invalid_url`.
CREATE VIEW failures AS
SELECT
    job, run, run_id, page_id, name, url, CAST(coalesce(error_kind, skip_reason) AS TEXT) AS error_kind, error, status_code,
    attempts, title, line, referrer_id, referrer, fetched_at, fetched
FROM results
WHERE state = 'failed' OR skip_reason = 'invalid_url';

-- The pages of each job's latest run whose title others have too: `pages` is how many have it.
CREATE VIEW duplicate_titles AS
SELECT job, run, run_id, title, pages, page_id, url, status_code
FROM (
    SELECT
        job, run, run_id, title, page_id, url, status_code,
        CAST(count(1) OVER (PARTITION BY job, title) AS INTEGER) AS pages
    FROM results
    WHERE state = 'done' AND kind IS NULL AND title <> '')
WHERE pages > 1;

-- The pages of each job's latest run whose content others have too, byte for byte: `pages` is how many have it.
CREATE VIEW duplicate_content AS
SELECT job, run, run_id, content_digest, pages, page_id, url, status_code, content_length, title
FROM (
    SELECT
        job, run, run_id, content_digest, page_id, url, status_code, content_length, title,
        CAST(count(1) OVER (PARTITION BY job, content_digest) AS INTEGER) AS pages
    FROM results
    WHERE state = 'done' AND kind IS NULL AND content_digest IS NOT NULL AND content_length > 0)
WHERE pages > 1;

-- The HTML pages of each job's latest run that have no title, or an empty one.
CREATE VIEW missing_titles AS
SELECT job, run, run_id, page_id, url, status_code, content_type, content_length, referrer_id, referrer
FROM results
WHERE state = 'done' AND kind IS NULL AND coalesce(title, '') = ''
    AND (lower(substr(content_type, 1, 9)) = 'text/html' OR lower(substr(content_type, 1, 21)) = 'application/xhtml+xml');

-- The pages of each job's latest run that took a second or more, the slowest first.
CREATE VIEW slow_pages AS
SELECT
    job, run, run_id, page_id, name, url, state, status_code, time_total_ms, time_namelookup_ms, time_connect_ms,
    time_starttransfer_ms, content_length, size_download, num_redirects, attempts, fetched_at, fetched
FROM results
WHERE time_total_ms >= 1000
ORDER BY time_total_ms DESC;

-- The pages of each job's latest run that redirected. `hops` is the way there: a JSON array with `url` and `status_code` of each
-- answer that was a redirect, in order. `permanent_url` is what pages should link to instead: where the redirects at the beginning that
-- are meant to last (301, 308) lead; null where the first is not.
CREATE VIEW redirect_chains AS
SELECT
    job, run, run_id, page_id, name, url, final_url, num_redirects, state, status_code, error_kind, skip_reason,
    CAST((SELECT json_group_array(json_object('url', hop.url, 'status_code', hop.status_code))
        FROM (SELECT redirects.url, redirects.status_code FROM redirects WHERE redirects.page_id = results.page_id
            ORDER BY redirects.number) AS hop) AS TEXT) AS hops,
    CAST((SELECT nullif(coalesce(min(passing.url), results.final_url), results.url) FROM redirects AS passing
        WHERE passing.page_id = results.page_id AND passing.number = (
            SELECT min(redirects.number) FROM redirects
            WHERE redirects.page_id = results.page_id AND redirects.status_code NOT IN (301, 308))) AS TEXT) AS permanent_url,
    referrer_id, referrer
FROM results
WHERE EXISTS (SELECT 1 FROM redirects WHERE redirects.page_id = results.page_id);

-- Every link of each job's latest run, in jobs that keep them: one row for each page and each thing that the page says of a URL.
-- `verdict` is null while nothing is known yet. `not_checked` with `excluded`: the run does not ask for the URL. `broken_since`: since
-- when the job's runs have found it so. `is_external`: whether the URL is of a host that the run's own list names with neither scheme.
--
-- Links are found by `to_url` or `from_page_id`, which have indexes, or are those of a job, page by page. Being an expression, `run_id`
-- does not have the pages of a run read where links to a URL are asked for. A URL has a slash behind its host, and that is behind the
-- eighth character.
CREATE VIEW links AS
SELECT
    jobs.name AS job, runs.number AS run, CAST(runs.id AS INTEGER) AS run_id, link_rows.page_id AS from_page_id, pages.url AS from_url,
    target.id AS to_page_id, link_targets.url AS to_url, link_elements.element, link_elements.attribute, link_elements.rel,
    link_elements.text, link_elements.fragment, link_rows.line, link_rows.count,
    CAST(CASE WHEN link_elements.reason = 'malformed' THEN 'broken'
        WHEN link_elements.reason IS NOT NULL OR target.id IS NULL THEN 'not_checked'
        WHEN verdicts.verdict IN ('ok', 'redirected') THEN coalesce(fragment_faults.verdict, verdicts.verdict)
        ELSE verdicts.verdict END AS TEXT) AS verdict,
    CAST(CASE WHEN link_elements.reason IS NOT NULL THEN link_elements.reason
        WHEN target.id IS NULL THEN 'excluded'
        WHEN verdicts.verdict IN ('ok', 'redirected') THEN fragment_faults.reason
        ELSE verdicts.reason END AS TEXT) AS reason,
    target.status_code, target.error_kind, verdicts.broken_since_at,
    CAST(strftime('%Y-%m-%dT%H:%M:%fZ', verdicts.broken_since_at / 1000.0, 'unixepoch') AS TEXT) AS broken_since,
    CAST(link_targets.url_key IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM hosts JOIN run_hosts ON run_hosts.host_id = hosts.id AND run_hosts.run_id = runs.id
        WHERE hosts.host IN ('http' || substr(link_targets.url, instr(link_targets.url, ':'),
                instr(substr(link_targets.url, 9), '/') + 8 - instr(link_targets.url, ':')),
            'https' || substr(link_targets.url, instr(link_targets.url, ':'),
                instr(substr(link_targets.url, 9), '/') + 8 - instr(link_targets.url, ':')))) AS INTEGER) AS is_external
FROM link_rows
JOIN pages ON pages.id = link_rows.page_id
JOIN runs ON runs.id = pages.run_id AND runs.pruned_at IS NULL
    AND runs.id = (SELECT max(latest.id) FROM runs AS latest WHERE latest.job_id = runs.job_id)
JOIN jobs ON jobs.id = runs.job_id
JOIN link_elements ON link_elements.id = link_rows.element_id
JOIN link_targets ON link_targets.id = link_elements.target_id
LEFT JOIN page_keys ON page_keys.run_id = runs.id AND page_keys.url_key = link_targets.url_key
LEFT JOIN pages AS target ON target.id = page_keys.page_id AND target.url = link_targets.url AND link_elements.reason IS NULL
LEFT JOIN verdicts ON verdicts.page_id = target.id
LEFT JOIN fragment_faults ON fragment_faults.page_id = target.id AND fragment_faults.fragment = link_elements.fragment;

-- What pages say of URLs that are broken, in all runs: `page_id` is the page that the links lead to, and `run_id` its run. Both are null
-- where what the page gives is no URL. It is a view of its own because DuckDB cannot pass on to SQLite a UNION within another query.
CREATE VIEW broken_elements AS
SELECT target.run_id, target.id AS page_id, link_elements.id AS element_id, verdicts.reason
FROM verdicts
CROSS JOIN pages AS target
CROSS JOIN link_targets
CROSS JOIN link_elements
WHERE verdicts.verdict = 'broken' AND target.id = verdicts.page_id AND link_targets.url = target.url
    AND link_elements.target_id = link_targets.id AND link_elements.reason IS NULL
UNION ALL
SELECT target.run_id, target.id, link_elements.id, fragment_faults.reason
FROM fragment_faults
CROSS JOIN pages AS target
CROSS JOIN verdicts
CROSS JOIN link_targets
CROSS JOIN link_elements
WHERE fragment_faults.verdict = 'broken' AND target.id = fragment_faults.page_id AND verdicts.page_id = target.id
    AND verdicts.verdict IN ('ok', 'redirected') AND link_targets.url = target.url
    AND link_elements.target_id = link_targets.id AND link_elements.reason IS NULL
    AND link_elements.fragment = fragment_faults.fragment
UNION ALL
SELECT NULL, NULL, link_elements.id, link_elements.reason
FROM link_elements
WHERE link_elements.reason = 'malformed';

-- The links of `links` that are broken. It begins with what is broken, and does not look at the other links.
CREATE VIEW broken_links AS
SELECT
    jobs.name AS job, runs.number AS run, CAST(runs.id AS INTEGER) AS run_id, link_rows.page_id AS from_page_id,
    pages.url AS from_url, target.id AS to_page_id, link_targets.url AS to_url, link_elements.element, link_elements.attribute,
    link_elements.rel, link_elements.text, link_elements.fragment, link_rows.line, link_rows.count,
    CAST('broken' AS TEXT) AS verdict, broken.reason, target.status_code, target.error_kind, verdicts.broken_since_at,
    CAST(strftime('%Y-%m-%dT%H:%M:%fZ', verdicts.broken_since_at / 1000.0, 'unixepoch') AS TEXT) AS broken_since,
    CAST(link_targets.url_key IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM hosts JOIN run_hosts ON run_hosts.host_id = hosts.id AND run_hosts.run_id = runs.id
        WHERE hosts.host IN ('http' || substr(link_targets.url, instr(link_targets.url, ':'),
                instr(substr(link_targets.url, 9), '/') + 8 - instr(link_targets.url, ':')),
            'https' || substr(link_targets.url, instr(link_targets.url, ':'),
                instr(substr(link_targets.url, 9), '/') + 8 - instr(link_targets.url, ':')))) AS INTEGER) AS is_external
FROM jobs
CROSS JOIN runs
CROSS JOIN broken_elements AS broken
CROSS JOIN link_rows
CROSS JOIN pages
CROSS JOIN link_elements
CROSS JOIN link_targets
LEFT JOIN pages AS target ON target.id = broken.page_id
LEFT JOIN verdicts ON verdicts.page_id = broken.page_id
WHERE runs.job_id = jobs.id AND runs.pruned_at IS NULL
    AND runs.id = (SELECT max(latest.id) FROM runs AS latest WHERE latest.job_id = runs.job_id)
    AND coalesce(broken.run_id, runs.id) = runs.id
    AND link_rows.element_id = broken.element_id AND link_rows.page_id BETWEEN runs.first_page_id AND runs.last_page_id
    AND pages.id = link_rows.page_id AND +pages.run_id = runs.id
    AND link_elements.id = broken.element_id AND link_targets.id = link_elements.target_id;

-- Each job's latest run, host by host.
CREATE VIEW host_summary AS
SELECT
    results.job, results.run, results.run_id, hosts.host,
    CAST(count(1) AS INTEGER) AS pages,
    CAST(count(1) FILTER (WHERE results.state IN ('pending', 'sending')) AS INTEGER) AS pages_pending,
    CAST(count(1) FILTER (WHERE results.state = 'done') AS INTEGER) AS pages_done,
    CAST(count(1) FILTER (WHERE results.state = 'failed') AS INTEGER) AS pages_failed,
    CAST(count(1) FILTER (WHERE results.state = 'skipped') AS INTEGER) AS pages_skipped,
    CAST(round(avg(results.time_total_ms)) AS INTEGER) AS mean_time_total_ms,
    CAST(max(results.time_total_ms) AS INTEGER) AS max_time_total_ms,
    CAST(sum(results.content_length) AS INTEGER) AS content_length,
    CAST(sum(results.size_download) AS INTEGER) AS size_download
FROM results
JOIN pages ON pages.id = results.page_id
JOIN hosts ON hosts.id = pages.host_id
GROUP BY results.run_id, hosts.id;

-- Every run: counts by state, by status and by kind of error, and the speed-up over one request at a time,
-- which is the sum of the requests' times divided by the time the run took.
CREATE VIEW run_summary AS
SELECT
    jobs.name AS job, runs.number AS run, runs.id AS run_id, runs.state, runs.started_at,
    CAST(strftime('%Y-%m-%dT%H:%M:%fZ', runs.started_at / 1000.0, 'unixepoch') AS TEXT) AS started,
    runs.finished_at,
    CAST(strftime('%Y-%m-%dT%H:%M:%fZ', runs.finished_at / 1000.0, 'unixepoch') AS TEXT) AS finished,
    CAST(runs.pages_pending + runs.pages_done + runs.pages_failed + runs.pages_skipped AS INTEGER) AS pages,
    runs.pages_pending, runs.pages_done, runs.pages_failed, runs.pages_skipped,
    CAST((SELECT json_group_object(status_code, pages)
     FROM (SELECT status_code, count(1) AS pages FROM pages
           WHERE id BETWEEN first_page_id AND last_page_id AND +run_id = runs.id AND status_code IS NOT NULL GROUP BY status_code)) AS TEXT)
        AS status_codes,
    CAST((SELECT json_group_object(error_kind, pages)
     FROM (SELECT error_kind, count(1) AS pages FROM pages
           WHERE id BETWEEN first_page_id AND last_page_id AND +run_id = runs.id AND error_kind IS NOT NULL GROUP BY error_kind)) AS TEXT)
        AS error_kinds,
    runs.requests, runs.size_download, runs.elapsed_ms,
    CAST(runs.request_time_us / 1000 AS INTEGER) AS request_time_ms,
    CAST(CASE WHEN runs.elapsed_ms > 0 THEN round(runs.request_time_us / 1000.0 / runs.elapsed_ms, 2) END AS REAL) AS speed_up
FROM runs
JOIN jobs ON jobs.id = runs.job_id
WHERE runs.pruned_at IS NULL;

-- What became of a job's pages from one run to another: one row a page that is new, gone, unknown or not as it was. `change` is the
-- first that applies of `new`, `gone`, `status`, `title` and `content`; what else is different can be seen from the columns. A page
-- is in a run that requested it, whatever came of that; sitemaps are no pages. It is compared with the last run that it was in: the
-- earlier one, or one before that, where the earlier one did not get to it. `gone`: it answers 404 or 410, or the later run does not
-- have it. `unknown`: the later run does not have it because something that leads to it, or its host's robots.txt, could not be read;
-- that is no change. A 304 stands for the status before. The content is compared by its digest, and is not known to have changed
-- where a run has none.
--
-- To be asked for two runs: WHERE from_run_id = … AND to_run_id = …. Each page is then looked up once, by its key; CROSS JOIN is what
-- keeps SQLite from beginning with the pages.
CREATE VIEW run_changes AS
SELECT
    jobs.name AS job, older.number AS from_run, newer.number AS to_run,
    older.id AS from_run_id, newer.id AS to_run_id, later.name, later.method, later.url,
    CAST(CASE WHEN earlier.id IS NULL THEN 'new'
        WHEN later.status_code IN (404, 410) AND coalesce(earlier.status_code, 0) NOT IN (404, 410) THEN 'gone'
        WHEN earlier.state <> later.state
            OR (earlier.status_code <> later.status_code OR (earlier.status_code IS NULL) <> (later.status_code IS NULL))
            AND NOT (later.state = 'done' AND (later.status_code = 304 OR earlier.status_code = 304)) THEN 'status'
        WHEN earlier.title <> later.title OR (earlier.title IS NULL) <> (later.title IS NULL) THEN 'title'
        ELSE 'content' END AS TEXT) AS change,
    earlier.status_code AS status_code_before, later.status_code AS status_code_after,
    earlier.error_kind AS error_kind_before, later.error_kind AS error_kind_after,
    earlier.title AS title_before, later.title AS title_after,
    earlier.content_length AS content_length_before, later.content_length AS content_length_after,
    CAST(CASE WHEN earlier.content_digest IS NOT NULL THEN lower(hex(earlier.content_digest)) END AS TEXT)
        AS content_digest_before,
    CAST(CASE WHEN later.content_digest IS NOT NULL THEN lower(hex(later.content_digest)) END AS TEXT) AS content_digest_after,
    earlier.id AS page_id_before, later.id AS page_id_after,
    CAST((newer.id = (SELECT id FROM runs WHERE job_id = jobs.id AND state = 'finished' ORDER BY number DESC LIMIT 1)
        AND older.id = (SELECT id FROM runs WHERE job_id = jobs.id AND state = 'finished' AND number < newer.number
            ORDER BY number DESC LIMIT 1)) AS INTEGER) AS is_latest
FROM jobs
CROSS JOIN runs AS newer
CROSS JOIN runs AS older
CROSS JOIN pages AS later
LEFT JOIN page_keys AS known ON known.run_id = older.id AND known.url_key = later.url_key
LEFT JOIN pages AS former ON former.id = known.page_id
    AND former.url = later.url AND former.method = later.method AND former.state IN ('done', 'failed')
LEFT JOIN unread_pages AS carried ON former.id IS NULL AND carried.job_id = jobs.id
    AND carried.url_key = later.url_key AND carried.run_id = older.id AND carried.verdict = 'unknown'
LEFT JOIN pages AS earlier ON earlier.id = coalesce(former.id, carried.page_id) AND earlier.url = later.url
    AND earlier.method = later.method
WHERE newer.job_id = jobs.id AND newer.pruned_at IS NULL AND older.job_id = jobs.id AND older.id <> newer.id
    AND older.pruned_at IS NULL
    AND later.id BETWEEN newer.first_page_id AND newer.last_page_id AND +later.run_id = newer.id
    AND later.state IN ('done', 'failed') AND later.kind IS NULL
    AND (earlier.id IS NULL OR earlier.state <> later.state
        OR (earlier.status_code <> later.status_code OR (earlier.status_code IS NULL) <> (later.status_code IS NULL))
            AND NOT (later.state = 'done' AND (later.status_code = 304 OR earlier.status_code = 304))
        OR earlier.title <> later.title OR (earlier.title IS NULL) <> (later.title IS NULL)
        OR earlier.content_digest <> later.content_digest)
UNION ALL
-- Pages of the earlier run that the later one does not have.
SELECT
    jobs.name, older.number, newer.number, older.id, newer.id, earlier.name, earlier.method, earlier.url,
    CASE WHEN newer.state <> 'finished' OR EXISTS (
            SELECT 1 FROM unread_pages
            WHERE job_id = jobs.id AND url_key = earlier.url_key AND run_id = newer.id AND verdict = 'unknown')
        THEN 'unknown' ELSE 'gone' END,
    earlier.status_code, NULL, earlier.error_kind, NULL, earlier.title, NULL, earlier.content_length, NULL,
    CASE WHEN earlier.content_digest IS NOT NULL THEN lower(hex(earlier.content_digest)) END, NULL, earlier.id, NULL,
    (newer.id = (SELECT id FROM runs WHERE job_id = jobs.id AND state = 'finished' ORDER BY number DESC LIMIT 1)
        AND older.id = (SELECT id FROM runs WHERE job_id = jobs.id AND state = 'finished' AND number < newer.number
            ORDER BY number DESC LIMIT 1))
FROM jobs
CROSS JOIN runs AS newer
CROSS JOIN runs AS older
CROSS JOIN pages AS earlier
WHERE newer.job_id = jobs.id AND newer.pruned_at IS NULL AND older.job_id = jobs.id AND older.id <> newer.id
    AND older.pruned_at IS NULL
    AND earlier.id BETWEEN older.first_page_id AND older.last_page_id AND +earlier.run_id = older.id
    AND earlier.state IN ('done', 'failed')
    AND earlier.kind IS NULL AND coalesce(earlier.status_code, 0) NOT IN (404, 410) AND NOT EXISTS (
    SELECT 1 FROM page_keys AS known CROSS JOIN pages AS later
    WHERE later.id = known.page_id AND known.run_id = newer.id AND known.url_key = earlier.url_key
        AND later.url = earlier.url AND later.method = earlier.method
        AND (later.state IN ('done', 'failed') OR newer.state <> 'finished' AND later.state IN ('pending', 'sending')
            OR later.skip_reason = 'duplicate' AND earlier.final_url IS NOT NULL))
UNION ALL
-- The same of pages that the earlier run knew from before.
SELECT
    jobs.name, older.number, newer.number, older.id, newer.id, earlier.name, earlier.method, earlier.url,
    CASE WHEN newer.state <> 'finished' OR EXISTS (
            SELECT 1 FROM unread_pages
            WHERE job_id = jobs.id AND url_key = earlier.url_key AND run_id = newer.id AND verdict = 'unknown')
        THEN 'unknown' ELSE 'gone' END,
    earlier.status_code, NULL, earlier.error_kind, NULL, earlier.title, NULL, earlier.content_length, NULL,
    CASE WHEN earlier.content_digest IS NOT NULL THEN lower(hex(earlier.content_digest)) END, NULL, earlier.id, NULL,
    (newer.id = (SELECT id FROM runs WHERE job_id = jobs.id AND state = 'finished' ORDER BY number DESC LIMIT 1)
        AND older.id = (SELECT id FROM runs WHERE job_id = jobs.id AND state = 'finished' AND number < newer.number
            ORDER BY number DESC LIMIT 1))
FROM jobs
CROSS JOIN runs AS newer
CROSS JOIN runs AS older
CROSS JOIN unread_pages AS carried
CROSS JOIN pages AS earlier
WHERE newer.job_id = jobs.id AND newer.pruned_at IS NULL AND older.job_id = jobs.id AND older.id <> newer.id
    AND older.pruned_at IS NULL
    AND carried.run_id = older.id AND carried.verdict = 'unknown'
    AND earlier.id = carried.page_id AND earlier.url_key = carried.url_key AND earlier.run_id <> older.id
    AND earlier.kind IS NULL AND coalesce(earlier.status_code, 0) NOT IN (404, 410) AND NOT EXISTS (
    SELECT 1 FROM page_keys AS known CROSS JOIN pages AS later
    WHERE later.id = known.page_id AND known.run_id = newer.id AND known.url_key = earlier.url_key
        AND later.url = earlier.url AND later.method = earlier.method
        AND (later.state IN ('done', 'failed') OR newer.state <> 'finished' AND later.state IN ('pending', 'sending')
            OR later.skip_reason = 'duplicate' AND earlier.final_url IS NOT NULL));

-- The same between each job's two latest finished runs.
CREATE VIEW changes AS
SELECT
    job, from_run, to_run, change, name, method, url, status_code_before, status_code_after, error_kind_before, error_kind_after,
    title_before, title_after, content_length_before, content_length_after, content_digest_before, content_digest_after,
    page_id_before, page_id_after
FROM run_changes
WHERE is_latest;

-- The items of all runs.
CREATE VIEW all_items AS
SELECT
    jobs.name AS job, runs.number AS run, CAST(runs.id AS INTEGER) AS run_id, pages.name, item_rows.page_id,
    CAST(coalesce(page_chains.number, 1) AS INTEGER) AS page, item_rows.position, item_rows.key, item_rows.value
FROM item_rows
JOIN pages ON pages.id = item_rows.page_id
JOIN runs ON runs.id = pages.run_id
JOIN jobs ON jobs.id = runs.job_id
LEFT JOIN page_chains ON page_chains.page_id = item_rows.page_id
WHERE runs.pruned_at IS NULL;

-- The items of each job's latest run.
CREATE VIEW items AS
SELECT all_items.* FROM (SELECT max(id) AS id FROM runs GROUP BY job_id) AS latest
CROSS JOIN all_items
WHERE all_items.run_id = latest.id;

-- The items with a key of all runs, the newest of each name and key: what is known now, where each run asks for what is new (`since`).
CREATE VIEW current_items AS
SELECT jobs.name AS job, runs.number AS run, newest.name, item_rows.key, item_rows.value
FROM (
    SELECT runs.job_id, pages.name, max(item_rows.id) AS id
    FROM item_rows
    JOIN pages ON pages.id = item_rows.page_id
    JOIN runs ON runs.id = pages.run_id
    WHERE item_rows.key IS NOT NULL AND pages.state = 'done'
    GROUP BY runs.job_id, pages.name, item_rows.key
) AS newest
JOIN item_rows ON item_rows.id = newest.id
JOIN pages ON pages.id = item_rows.page_id
JOIN runs ON runs.id = pages.run_id
JOIN jobs ON jobs.id = runs.job_id;

-- What became of the items with a key between each job's two latest finished runs: one row an item that is `new`, `changed` or
-- `gone`. Of several items of a run with one key the last counts. Of a request with `since` no item is gone.
CREATE VIEW item_changes AS
SELECT
    jobs.name AS job, older_run.number AS from_run, newer_run.number AS to_run, pairs.name, pairs.key,
    CAST(CASE WHEN older.id IS NULL THEN 'new' WHEN newer.id IS NULL THEN 'gone' ELSE 'changed' END AS TEXT) AS change,
    older.value AS value_before, newer.value AS value_after
FROM (
    SELECT job_id, newer_id, older_id, name, key,
        max(CASE WHEN run_id = newer_id THEN item_id END) AS newer_item, max(CASE WHEN run_id = older_id THEN item_id END) AS older_item
    FROM (
        SELECT latest.job_id, latest.newer_id, latest.older_id, pages.run_id, pages.name, item_rows.key, max(item_rows.id) AS item_id
        FROM (
            SELECT newest.job_id, newest.id AS newer_id, max(earlier.id) AS older_id
            FROM (
                SELECT job_id, max(id) AS id FROM runs WHERE state = 'finished' AND pruned_at IS NULL GROUP BY job_id
            ) AS newest
            CROSS JOIN runs AS earlier
            WHERE earlier.job_id = newest.job_id AND earlier.state = 'finished' AND earlier.id < newest.id AND earlier.pruned_at IS NULL
            GROUP BY newest.job_id, newest.id
        ) AS latest
        CROSS JOIN pages
        CROSS JOIN item_rows
        WHERE (pages.run_id = latest.newer_id OR pages.run_id = latest.older_id) AND item_rows.page_id = pages.id
            AND item_rows.key IS NOT NULL
        GROUP BY latest.job_id, latest.newer_id, latest.older_id, pages.run_id, pages.name, item_rows.key
    ) AS sides
    GROUP BY job_id, newer_id, older_id, name, key
) AS pairs
JOIN jobs ON jobs.id = pairs.job_id
JOIN runs AS newer_run ON newer_run.id = pairs.newer_id
JOIN runs AS older_run ON older_run.id = pairs.older_id
LEFT JOIN item_rows AS newer ON newer.id = pairs.newer_item
LEFT JOIN item_rows AS older ON older.id = pairs.older_item
-- What a run did not ask for is not gone.
WHERE newer.value IS NULL AND NOT EXISTS (SELECT 1 FROM json_each(newer_run.marks) WHERE json_each.key = pairs.name) OR older.value IS NULL OR newer.value <> older.value;
