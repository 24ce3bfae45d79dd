-- A database as this version of the schema was written: made by scripts/fixture, not by hand.
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA foreign_keys = OFF;
BEGIN TRANSACTION;
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
INSERT INTO "attempts" VALUES(1,9,1,1796070484146,503,'http_status','status 503 is not accepted',0,1);
INSERT INTO "attempts" VALUES(2,20,1,1796070486211,503,'http_status','status 503 is not accepted',2,1);
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
INSERT INTO "batches" VALUES(1,1,1,3,2,0,1,0,1796070484023,1796070484097);
INSERT INTO "batches" VALUES(2,1,2,1,1,0,0,0,1796070484051,1796070484100);
INSERT INTO "batches" VALUES(3,1,3,5,2,1,1,1,1796070484100,1796070484189);
INSERT INTO "batches" VALUES(4,1,4,1,1,0,0,0,1796070484149,1796070484191);
INSERT INTO "batches" VALUES(5,1,5,1,1,0,0,0,1796070484191,1796070484379);
INSERT INTO "batches" VALUES(6,2,1,3,2,0,1,0,1796070484695,1796070484931);
INSERT INTO "batches" VALUES(7,2,2,1,1,0,0,0,1796070484931,1796070485145);
INSERT INTO "batches" VALUES(8,2,3,5,2,1,1,1,1796070485145,1796070486215);
INSERT INTO "batches" VALUES(9,2,4,1,0,1,0,0,1796070486217,1796070486638);
INSERT INTO "batches" VALUES(10,3,1,2,2,0,0,0,1796070486927,1796070487501);
INSERT INTO "batches" VALUES(11,4,1,2,2,0,0,0,1796070487794,1796070488323);
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
INSERT INTO "bodies" VALUES(1,X'C380401CBF8A4B6AC4CAC4C20F898F19',192,X'785E6D8C4B0E83300C44AF827280785F995C821318311084F351B1DA727B84DA4525B21BCD9B371C2D69A79297DE21BBC0B69A220CB154A66F66E9E21373EF6884E4DD5F860B9E49FE50D1A90D527961BACD6795EDB8B56F399A27D1AC3E88A03B3C3E92AA827EF20967AB3D06');
INSERT INTO "bodies" VALUES(2,X'B376C2FB42B665A18E0906435AC1F972',21,X'3C7469746C653E4D61707065643C2F7469746C653E');
INSERT INTO "bodies" VALUES(3,X'27226ECA3541A8CE5A5BEFF22811810D',23,X'3C7469746C653E4E6F7420686572653C2F7469746C653E');
INSERT INTO "bodies" VALUES(4,X'D771872DD9A5D99E49ECDFBA48DF7C3D',43,X'3C7469746C653E4265616E733C2F7469746C653E372E3530206575726F2C207265616420312074696D6573');
INSERT INTO "bodies" VALUES(5,X'B6B585FAAA282ECD778D22920E2F9DA6',46,X'3C7469746C653E5761793C2F7469746C653E3C6120687265663D222F626568696E642E68746D6C223E2E3C2F613E');
INSERT INTO "bodies" VALUES(6,X'C8675CF6146ECE2A83BAA93BF6D7FBA2',21,X'3C7469746C653E2F666C616B793C2F7469746C653E');
INSERT INTO "bodies" VALUES(7,X'6471C324005039384AFBC5452CED55DD',27,X'3C7469746C653E2F626568696E642E68746D6C3C2F7469746C653E');
INSERT INTO "bodies" VALUES(8,X'B812C7A5FEF994C7B77A73D6DDD378FF',43,X'3C7469746C653E4265616E733C2F7469746C653E372E3530206575726F2C207265616420322074696D6573');
INSERT INTO "bodies" VALUES(9,X'864CFC3772980763AA66AEC765E2865A',9,X'7B226964223A20317D');
INSERT INTO "bodies" VALUES(10,X'A614016BC3DB216C8866B711D5514741',15,X'7B226164646564223A20747275657D');
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
CREATE TABLE host_pages (
    -- The run.
    run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    -- The host.
    host_id INTEGER NOT NULL REFERENCES hosts (id) ON DELETE CASCADE,
    -- Its pages.
    pages INTEGER NOT NULL,
    PRIMARY KEY (run_id, host_id)
) STRICT, WITHOUT ROWID;
INSERT INTO "host_pages" VALUES(1,1,9);
INSERT INTO "host_pages" VALUES(2,1,8);
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
INSERT INTO "hosts" VALUES(1,'http://127.0.0.1:36805',NULL,1796070488324,NULL,2.54630701234521916731e+00,0,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL);
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
INSERT INTO "jobs" VALUES(1,'site','{"name":"site","urls":["http://127.0.0.1:36805/","http://127.0.0.1:36805/private/a.html","not a url"],"sitemaps":["http://127.0.0.1:36805/sitemap.xml"],"follow":{"depth":2},"metadata":true,"delay":"0s","retry":{"attempts":2,"delay":"1ms"},"keep_body":"text","extract":{"price":{"regex":"([0-9.]+) euro"}},"limits":{"pages_per_host":50},"schedule":"0 3 * * *"}','active',1796070483983,1796070484666);
INSERT INTO "jobs" VALUES(2,'api','{"name":"api","robots":"ignore","requests":[{"name":"one","url":"http://127.0.0.1:36805/one.json"},{"name":"add","url":"http://127.0.0.1:36805/add","method":"POST","json":{"n":1}}]}','active',1796070486905,1796070486905);
INSERT INTO "jobs" VALUES(3,'list','{"name":"list","robots":"ignore","urls_from":"/srv/crawl/list.txt","concurrency":{"total":1},"limits":{"pages":2}}','active',1796070487772,1796070487772);
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
CREATE TABLE link_targets (
    -- Identifies the URL.
    id INTEGER PRIMARY KEY,
    -- The URL, absolute, without fragment and credentials; as the page writes it where that is no URL.
    url TEXT NOT NULL UNIQUE,
    -- The key of a GET of it in `page_keys`; null where it is no URL of http or https.
    url_key INTEGER
) STRICT;
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
CREATE TABLE page_inputs (
    -- The page.
    page_id INTEGER PRIMARY KEY REFERENCES pages (id) ON DELETE CASCADE,
    -- A JSON object.
    input TEXT NOT NULL CHECK (json_valid(input))
) STRICT;
INSERT INTO "page_inputs" VALUES(24,'{"price":"1"}');
INSERT INTO "page_inputs" VALUES(25,'{"price":"2"}');
INSERT INTO "page_inputs" VALUES(26,'{"price":"3"}');
INSERT INTO "page_inputs" VALUES(27,'{"price":"4"}');
INSERT INTO "page_inputs" VALUES(28,'{"price":"5"}');
CREATE TABLE page_keys (
    -- The run. It has no foreign key, because the pages have one.
    run_id INTEGER NOT NULL,
    -- The page's `url_key`.
    url_key INTEGER NOT NULL,
    -- The page.
    page_id INTEGER NOT NULL,
    PRIMARY KEY (run_id, url_key)
) STRICT, WITHOUT ROWID;
INSERT INTO "page_keys" VALUES(1,7439968022083210259,9);
INSERT INTO "page_keys" VALUES(1,7440787610835299860,10);
INSERT INTO "page_keys" VALUES(1,7441140506156159604,6);
INSERT INTO "page_keys" VALUES(1,7441148440869290446,4);
INSERT INTO "page_keys" VALUES(1,7441900377222100794,7);
INSERT INTO "page_keys" VALUES(1,7442668404913952007,11);
INSERT INTO "page_keys" VALUES(1,7443184242326836041,2);
INSERT INTO "page_keys" VALUES(1,7443292200585453917,8);
INSERT INTO "page_keys" VALUES(1,7443774463725723418,1);
INSERT INTO "page_keys" VALUES(1,7443977360370425328,5);
INSERT INTO "page_keys" VALUES(2,7439968022083210259,19);
INSERT INTO "page_keys" VALUES(2,7440787610835299860,20);
INSERT INTO "page_keys" VALUES(2,7441140506156159604,16);
INSERT INTO "page_keys" VALUES(2,7441148440869290446,15);
INSERT INTO "page_keys" VALUES(2,7441900377222100794,17);
INSERT INTO "page_keys" VALUES(2,7443184242326836041,13);
INSERT INTO "page_keys" VALUES(2,7443292200585453917,18);
INSERT INTO "page_keys" VALUES(2,7443774463725723418,12);
INSERT INTO "page_keys" VALUES(2,7443977360370425328,21);
INSERT INTO "page_keys" VALUES(3,1419838973722249882,23);
INSERT INTO "page_keys" VALUES(3,7441227755487978082,22);
INSERT INTO "page_keys" VALUES(4,7441423084655412793,26);
INSERT INTO "page_keys" VALUES(4,7442067010202240285,24);
INSERT INTO "page_keys" VALUES(4,7442552306734152223,28);
INSERT INTO "page_keys" VALUES(4,7443024602007037309,27);
INSERT INTO "page_keys" VALUES(4,7443355065091197706,25);
CREATE TABLE page_links (
    -- The page.
    page_id INTEGER PRIMARY KEY REFERENCES pages (id) ON DELETE CASCADE,
    -- The ids of the pages, each as the difference to the one before, from 0, in zigzag varints.
    targets BLOB NOT NULL
) STRICT;
INSERT INTO "page_links" VALUES(1,X'0C02020202');
INSERT INTO "page_links" VALUES(4,X'0A');
INSERT INTO "page_links" VALUES(8,X'0C');
INSERT INTO "page_links" VALUES(10,X'16');
INSERT INTO "page_links" VALUES(12,X'2002020202');
INSERT INTO "page_links" VALUES(15,X'2A');
INSERT INTO "page_links" VALUES(18,X'20');
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
CREATE TABLE page_places (
    -- The page.
    page_id INTEGER PRIMARY KEY REFERENCES pages (id) ON DELETE CASCADE,
    -- XXH3 of each, 64 bits, little-endian, in ascending order.
    hashes BLOB NOT NULL,
    -- Whether the page has more.
    is_cut INTEGER NOT NULL CHECK (is_cut = 0 OR is_cut = 1)
) STRICT;
CREATE TABLE page_requests (
    -- The page.
    page_id INTEGER PRIMARY KEY REFERENCES pages (id) ON DELETE CASCADE,
    -- A JSON object with the keys of a request in a job file but `name`, `method` and `url`. References to secrets stand in it as
    -- they are written: `${env:NAME}`.
    request TEXT CHECK (request IS NULL OR json_valid(request)),
    -- The value of `Idempotency-Key`. It is made as the page is added, so that each attempt sends the same.
    idempotency_key TEXT
) STRICT;
INSERT INTO "page_requests" VALUES(23,'{"json":{"n":1}}',NULL);
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
    -- From the start until the end.
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
INSERT INTO "pages" VALUES(1,1,1,7443774463725723418,'done',0,0,NULL,1,1,NULL,0,NULL,NULL,NULL,NULL,'GET',NULL,'http://127.0.0.1:36805/',200,192,192,0,0,0,0,47,1796070484073,'Shop','text/html; charset=utf-8','UTF-8',NULL,NULL,NULL,0,NULL,X'C380401CBF8A4B6AC4CAC4C20F898F19',1,'127.0.0.1','1.1',NULL,NULL,'en',NULL,6,'{"price":null}',NULL,NULL,NULL);
INSERT INTO "pages" VALUES(2,1,1,7443184242326836041,'skipped',0,0,NULL,0,1,NULL,0,NULL,NULL,NULL,NULL,'GET',NULL,'http://127.0.0.1:36805/private/a.html',NULL,NULL,NULL,0,0,0,0,0,1796070484026,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'line 2 of robots.txt disallows http://127.0.0.1:36805/private/a.html','robots');
INSERT INTO "pages" VALUES(3,1,NULL,NULL,'skipped',0,0,NULL,0,NULL,NULL,0,NULL,NULL,NULL,NULL,'GET',NULL,'not a url',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'it has no scheme and there is nothing to resolve it against','invalid_url');
INSERT INTO "pages" VALUES(4,1,1,7441148440869290446,'done',0,0,NULL,1,1,NULL,0,'sitemap',NULL,NULL,NULL,'GET',NULL,'http://127.0.0.1:36805/sitemap.xml',200,148,148,0,0,0,1,2,1796070484029,NULL,'application/xml',NULL,NULL,NULL,NULL,0,NULL,X'FB821B5ABA82619CBB754B5A64EF8007',NULL,'127.0.0.1','1.1',NULL,NULL,NULL,NULL,NULL,NULL,NULL,'sitemap: 1 of 2 entries left out, the first at byte 117: names no page',NULL);
INSERT INTO "pages" VALUES(5,1,1,7443977360370425328,'done',0,-300,NULL,1,2,NULL,0,NULL,4,1767312000000,0.8,'GET',NULL,'http://127.0.0.1:36805/mapped.html',200,21,21,0,0,0,0,43,1796070484099,'Mapped','text/html; charset=utf-8','UTF-8',NULL,'"m"','Fri, 02 Jan 2026 00:00:00 GMT',0,NULL,X'B376C2FB42B665A18E0906435AC1F972',2,'127.0.0.1','1.1',NULL,NULL,NULL,NULL,0,'{"price":null}',NULL,NULL,NULL);
INSERT INTO "pages" VALUES(6,1,1,7441140506156159604,'done',0,1001,NULL,1,3,NULL,1,NULL,1,NULL,NULL,'GET',NULL,'http://127.0.0.1:36805/beans.html',200,43,43,0,0,0,0,43,1796070484144,'Beans','text/html; charset=utf-8','UTF-8',NULL,NULL,NULL,0,NULL,X'D771872DD9A5D99E49ECDFBA48DF7C3D',4,'127.0.0.1','1.1',NULL,NULL,NULL,NULL,0,'{"price":"7.50"}',NULL,NULL,NULL);
INSERT INTO "pages" VALUES(7,1,1,7441900377222100794,'failed',0,1001,NULL,1,3,NULL,1,NULL,1,NULL,NULL,'GET',NULL,'http://127.0.0.1:36805/old.html',404,23,23,0,0,0,1,42,1796070484144,'Not here','text/html; charset=utf-8','UTF-8',NULL,NULL,NULL,0,NULL,X'27226ECA3541A8CE5A5BEFF22811810D',3,'127.0.0.1','1.1',NULL,NULL,NULL,NULL,0,'{"price":null}','http_status','status 404 is not accepted',NULL);
INSERT INTO "pages" VALUES(8,1,1,7443292200585453917,'skipped',0,1001,NULL,1,3,NULL,1,NULL,1,NULL,NULL,'GET',NULL,'http://127.0.0.1:36805/moved',301,0,0,1,0,0,0,0,1796070484146,NULL,NULL,NULL,'http://127.0.0.1:36805/beans.html',NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'redirected to http://127.0.0.1:36805/beans.html, which is a page of its own','duplicate');
INSERT INTO "pages" VALUES(9,1,1,7439968022083210259,'done',1796070484149,1001,NULL,2,4,NULL,1,NULL,1,NULL,NULL,'GET',NULL,'http://127.0.0.1:36805/flaky',200,21,21,0,0,0,0,41,1796070484191,'/flaky','text/html; charset=utf-8','UTF-8',NULL,NULL,NULL,0,NULL,X'C8675CF6146ECE2A83BAA93BF6D7FBA2',6,'127.0.0.1','1.1',NULL,NULL,NULL,NULL,0,'{"price":null}',NULL,NULL,NULL);
INSERT INTO "pages" VALUES(10,1,1,7440787610835299860,'done',0,1001,NULL,1,3,NULL,1,NULL,1,NULL,NULL,'GET',NULL,'http://127.0.0.1:36805/way.html',200,46,46,0,0,0,0,41,1796070484188,'Way','text/html; charset=utf-8','UTF-8',NULL,NULL,NULL,0,NULL,X'B6B585FAAA282ECD778D22920E2F9DA6',5,'127.0.0.1','1.1',NULL,NULL,NULL,NULL,1,'{"price":null}',NULL,NULL,NULL);
INSERT INTO "pages" VALUES(11,1,1,7442668404913952007,'done',0,2002,NULL,1,5,NULL,2,NULL,10,NULL,NULL,'GET',NULL,'http://127.0.0.1:36805/behind.html',200,27,27,0,0,0,2,3,1796070484378,'/behind.html','text/html; charset=utf-8','UTF-8',NULL,NULL,NULL,0,NULL,X'6471C324005039384AFBC5452CED55DD',7,'127.0.0.1','1.1',NULL,NULL,NULL,NULL,0,'{"price":null}',NULL,NULL,NULL);
INSERT INTO "pages" VALUES(12,2,1,7443774463725723418,'done',0,0,NULL,1,6,NULL,0,NULL,NULL,NULL,NULL,'GET',NULL,'http://127.0.0.1:36805/',200,192,192,0,0,0,3,6,1796070484709,'Shop','text/html; charset=utf-8','UTF-8',NULL,NULL,NULL,0,NULL,X'C380401CBF8A4B6AC4CAC4C20F898F19',1,'127.0.0.1','1.1',NULL,NULL,'en',NULL,6,'{"price":null}',NULL,NULL,NULL);
INSERT INTO "pages" VALUES(13,2,1,7443184242326836041,'skipped',0,0,NULL,0,6,NULL,0,NULL,NULL,NULL,NULL,'GET',NULL,'http://127.0.0.1:36805/private/a.html',NULL,NULL,NULL,0,0,0,0,0,1796070484701,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'line 2 of robots.txt disallows http://127.0.0.1:36805/private/a.html','robots');
INSERT INTO "pages" VALUES(14,2,NULL,NULL,'skipped',0,0,NULL,0,NULL,NULL,0,NULL,NULL,NULL,NULL,'GET',NULL,'not a url',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'it has no scheme and there is nothing to resolve it against','invalid_url');
INSERT INTO "pages" VALUES(15,2,1,7441148440869290446,'done',0,0,NULL,1,6,NULL,0,'sitemap',NULL,NULL,NULL,'GET',NULL,'http://127.0.0.1:36805/sitemap.xml',200,148,148,0,0,0,2,6,1796070484930,NULL,'application/xml',NULL,NULL,NULL,NULL,0,NULL,X'FB821B5ABA82619CBB754B5A64EF8007',NULL,'127.0.0.1','1.1',NULL,NULL,NULL,NULL,NULL,NULL,NULL,'sitemap: 1 of 2 entries left out, the first at byte 117: names no page',NULL);
INSERT INTO "pages" VALUES(16,2,1,7441140506156159604,'done',0,1001,NULL,1,8,NULL,1,NULL,12,NULL,NULL,'GET',NULL,'http://127.0.0.1:36805/beans.html',200,43,43,0,0,0,1,2,1796070485362,'Beans','text/html; charset=utf-8','UTF-8',NULL,NULL,NULL,0,NULL,X'B812C7A5FEF994C7B77A73D6DDD378FF',8,'127.0.0.1','1.1',NULL,NULL,NULL,NULL,0,'{"price":"7.50"}',NULL,NULL,NULL);
INSERT INTO "pages" VALUES(17,2,1,7441900377222100794,'failed',0,1001,NULL,1,8,NULL,1,NULL,12,NULL,NULL,'GET',NULL,'http://127.0.0.1:36805/old.html',404,23,23,0,0,0,1,2,1796070485576,'Not here','text/html; charset=utf-8','UTF-8',NULL,NULL,NULL,0,NULL,X'27226ECA3541A8CE5A5BEFF22811810D',3,'127.0.0.1','1.1',NULL,NULL,NULL,NULL,0,'{"price":null}','http_status','status 404 is not accepted',NULL);
INSERT INTO "pages" VALUES(18,2,1,7443292200585453917,'skipped',0,1001,NULL,1,8,NULL,1,NULL,12,NULL,NULL,'GET',NULL,'http://127.0.0.1:36805/moved',301,0,0,1,0,0,0,1,1796070485792,NULL,NULL,NULL,'http://127.0.0.1:36805/beans.html',NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'redirected to http://127.0.0.1:36805/beans.html, which is a page of its own','duplicate');
INSERT INTO "pages" VALUES(19,2,1,7439968022083210259,'done',0,1001,NULL,1,8,NULL,1,NULL,12,NULL,NULL,'GET',NULL,'http://127.0.0.1:36805/flaky',200,21,21,0,0,0,1,2,1796070486003,'/flaky','text/html; charset=utf-8','UTF-8',NULL,NULL,NULL,0,NULL,X'C8675CF6146ECE2A83BAA93BF6D7FBA2',6,'127.0.0.1','1.1',NULL,NULL,NULL,NULL,0,'{"price":null}',NULL,NULL,NULL);
INSERT INTO "pages" VALUES(20,2,1,7440787610835299860,'failed',1796070486216,1001,NULL,2,9,NULL,1,NULL,12,NULL,NULL,'GET',NULL,'http://127.0.0.1:36805/way.html',503,0,0,0,0,0,2,2,1796070486637,NULL,'text/html; charset=utf-8',NULL,NULL,NULL,NULL,0,NULL,X'99AA06D3014798D86001C324468D497F',NULL,'127.0.0.1','1.1',NULL,NULL,NULL,NULL,NULL,NULL,'http_status','status 503 is not accepted',NULL);
INSERT INTO "pages" VALUES(21,2,1,7443977360370425328,'done',0,-300,NULL,1,7,NULL,0,NULL,15,1767312000000,0.8,'GET',NULL,'http://127.0.0.1:36805/mapped.html',304,21,0,0,0,0,1,1,1796070485143,'Mapped','text/html; charset=utf-8','UTF-8',NULL,'"m"','Fri, 02 Jan 2026 00:00:00 GMT',1,200,X'B376C2FB42B665A18E0906435AC1F972',2,'127.0.0.1','1.1',NULL,NULL,NULL,NULL,0,'{"price":null}',NULL,NULL,NULL);
INSERT INTO "pages" VALUES(22,3,1,7441227755487978082,'done',0,0,NULL,1,10,NULL,0,NULL,NULL,NULL,NULL,'GET','one','http://127.0.0.1:36805/one.json',200,9,9,0,0,2,3,4,1796070487072,NULL,'application/json','UTF-8',NULL,NULL,NULL,0,NULL,X'864CFC3772980763AA66AEC765E2865A',9,'127.0.0.1','1.1',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "pages" VALUES(23,3,1,1419838973722249882,'done',0,0,NULL,1,10,NULL,0,NULL,NULL,NULL,NULL,'POST','add','http://127.0.0.1:36805/add',201,15,15,0,0,0,2,2,1796070487500,NULL,'application/json','UTF-8',NULL,NULL,NULL,0,NULL,X'A614016BC3DB216C8866B711D5514741',10,'127.0.0.1','1.1',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "pages" VALUES(24,4,1,7442067010202240285,'done',0,0,NULL,1,11,1,0,NULL,NULL,NULL,NULL,'GET',NULL,'http://127.0.0.1:36805/page/1',200,22,22,0,0,2,4,8,1796070487920,'/page/1','text/html; charset=utf-8','UTF-8',NULL,NULL,NULL,0,NULL,X'0A799B061FB3E1C6478DD62D55BFDBA2',NULL,'127.0.0.1','1.1',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "pages" VALUES(25,4,1,7443355065091197706,'done',0,0,NULL,1,11,2,0,NULL,NULL,NULL,NULL,'GET',NULL,'http://127.0.0.1:36805/page/2',200,22,22,0,0,0,2,3,1796070488322,'/page/2','text/html; charset=utf-8','UTF-8',NULL,NULL,NULL,0,NULL,X'64E93E2FD97FC225C6951989989FF719',NULL,'127.0.0.1','1.1',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "pages" VALUES(26,4,1,7441423084655412793,'pending',0,0,NULL,0,NULL,3,0,NULL,NULL,NULL,NULL,'GET',NULL,'http://127.0.0.1:36805/page/3',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "pages" VALUES(27,4,1,7443024602007037309,'pending',0,0,NULL,0,NULL,4,0,NULL,NULL,NULL,NULL,'GET',NULL,'http://127.0.0.1:36805/page/4',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "pages" VALUES(28,4,1,7442552306734152223,'pending',0,0,NULL,0,NULL,5,0,NULL,NULL,NULL,NULL,'GET',NULL,'http://127.0.0.1:36805/page/5',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
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
INSERT INTO "redirects" VALUES(8,1,'http://127.0.0.1:36805/moved',301);
INSERT INTO "redirects" VALUES(18,1,'http://127.0.0.1:36805/moved',301);
CREATE TABLE replies (
    -- The page.
    page_id INTEGER PRIMARY KEY REFERENCES pages (id) ON DELETE CASCADE,
    -- The reply.
    reply TEXT NOT NULL CHECK (json_valid(reply))
) STRICT;
INSERT INTO "replies" VALUES(22,'{"id": 1}');
INSERT INTO "replies" VALUES(23,'{"added": true}');
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
INSERT INTO "robots" VALUES(1,200,X'557365722D6167656E743A202A0A446973616C6C6F773A202F707269766174652F0A',NULL,1796070484023,1796156884023);
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
INSERT INTO "run_activity" VALUES(2,1796070485792,0,1,1,NULL);
CREATE TABLE run_hosts (
    -- The run.
    run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    -- The host.
    host_id INTEGER NOT NULL REFERENCES hosts (id) ON DELETE CASCADE,
    PRIMARY KEY (run_id, host_id)
) STRICT, WITHOUT ROWID;
INSERT INTO "run_hosts" VALUES(1,1);
INSERT INTO "run_hosts" VALUES(2,1);
INSERT INTO "run_hosts" VALUES(3,1);
INSERT INTO "run_hosts" VALUES(4,1);
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
INSERT INTO "runs" VALUES(1,1,1,'finished','{"name":"site","urls":["http://127.0.0.1:36805/","http://127.0.0.1:36805/private/a.html","not a url"],"sitemaps":["http://127.0.0.1:36805/sitemap.xml"],"follow":{"depth":2},"metadata":true,"delay":"0s","retry":{"attempts":2,"delay":"1ms"},"keep_body":"text","extract":{"price":{"regex":"([0-9.]+) euro"}},"limits":{"pages_per_host":50},"schedule":"0 3 * * *"}',NULL,1796070483989,1796070484382,380,1,11,4,0,7,1,3,1,10,267201,521,0,0,0,NULL,NULL,NULL);
INSERT INTO "runs" VALUES(2,1,2,'finished','{"name":"site","urls":["http://127.0.0.1:36805/","http://127.0.0.1:36805/private/a.html","not a url"],"sitemaps":["http://127.0.0.1:36805/sitemap.xml"],"follow":{"depth":2},"metadata":true,"delay":"0s","retry":{"attempts":2,"delay":"1ms"},"keep_body":"text","extract":{"price":{"regex":"([0-9.]+) euro"}},"limits":{"pages_per_host":50},"schedule":"0 3 * * *"}',NULL,1796070484672,1796070486641,1956,12,21,15,0,5,2,3,1,9,28256,427,0,0,0,NULL,NULL,NULL);
INSERT INTO "runs" VALUES(3,2,1,'finished','{"name":"api","robots":"ignore","requests":[{"name":"one","url":"http://127.0.0.1:36805/one.json"},{"name":"add","url":"http://127.0.0.1:36805/add","method":"POST","json":{"n":1}}]}',NULL,1796070486912,1796070487503,581,22,23,23,0,2,0,0,0,2,7357,24,0,1,0,NULL,NULL,NULL);
INSERT INTO "runs" VALUES(4,3,1,'active','{"name":"list","robots":"ignore","urls_from":"/srv/crawl/list.txt","concurrency":{"total":1},"limits":{"pages":2}}',NULL,1796070487779,NULL,1229,24,28,28,3,2,0,0,0,2,11416,44,0,0,1,NULL,NULL,NULL);
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
CREATE TABLE sitemaps (
    -- The page of kind `sitemap`.
    page_id INTEGER PRIMARY KEY REFERENCES pages (id) ON DELETE CASCADE,
    -- Entries that were read.
    entries INTEGER NOT NULL,
    -- Entries that were left out because something is wrong with them.
    entries_left_out INTEGER NOT NULL
) STRICT;
INSERT INTO "sitemaps" VALUES(4,1,1);
INSERT INTO "sitemaps" VALUES(15,1,1);
CREATE TABLE skipped_links (
    -- The run.
    run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    -- Why, of the same list as `pages.skip_reason`.
    reason TEXT NOT NULL,
    -- How many.
    links INTEGER NOT NULL,
    PRIMARY KEY (run_id, reason)
) STRICT, WITHOUT ROWID;
INSERT INTO "skipped_links" VALUES(1,'scope',1);
INSERT INTO "skipped_links" VALUES(2,'scope',1);
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
CREATE TABLE trap_counts (
    -- The run.
    run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    -- The kind: a hash of what its URLs have in common, their host among it.
    kind INTEGER NOT NULL,
    -- Its URLs.
    urls INTEGER NOT NULL,
    PRIMARY KEY (run_id, kind)
) STRICT, WITHOUT ROWID;
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
INSERT INTO "unread_pages" VALUES(1,2,1,7440787610835299860,'unknown',20,10);
INSERT INTO "unread_pages" VALUES(2,2,1,7442668404913952007,'unknown',11,11);
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
CREATE UNIQUE INDEX runs_unfinished ON runs (job_id) WHERE state <> 'finished';
CREATE INDEX runs_runner ON runs (runner_id) WHERE runner_id IS NOT NULL;
CREATE INDEX hosts_runner ON hosts (runner_id) WHERE runner_id IS NOT NULL;
CREATE INDEX hosts_wanted ON hosts (runner_id) WHERE wanted_by IS NOT NULL;
CREATE INDEX host_pools_job ON host_pools (job_id);
CREATE INDEX run_hosts_host ON run_hosts (host_id);
CREATE INDEX pages_run ON pages (run_id);
CREATE INDEX pages_pending ON pages (run_id, host_id, not_before, rank) WHERE state = 'pending' AND in_range IS NULL;
CREATE INDEX pages_sending ON pages (run_id) WHERE state = 'sending';
CREATE INDEX pages_body ON pages (body_id) WHERE body_id IS NOT NULL;
CREATE INDEX waiting_ranges_claimed ON waiting_ranges (host_id) WHERE is_claimed = 1;
CREATE INDEX attempts_page ON attempts (page_id);
CREATE UNIQUE INDEX unread_pages_request ON unread_pages (job_id, url_key, run_id);
CREATE INDEX unread_pages_run ON unread_pages (run_id);
CREATE UNIQUE INDEX link_elements_content ON link_elements (target_id, digest);
CREATE INDEX link_elements_malformed ON link_elements (id) WHERE reason = 'malformed';
CREATE INDEX link_rows_element ON link_rows (element_id, page_id);
CREATE INDEX verdicts_broken ON verdicts (page_id) WHERE verdict = 'broken';
CREATE INDEX verdicts_same ON verdicts (same_as) WHERE same_as IS NOT NULL;
CREATE INDEX fragment_faults_broken ON fragment_faults (page_id) WHERE verdict = 'broken';
CREATE INDEX bodies_digest ON bodies (digest);
CREATE INDEX page_chains_first ON page_chains (first_page_id);
CREATE INDEX item_rows_page ON item_rows (page_id);
CREATE INDEX starts_run ON starts (run_id) WHERE run_id IS NOT NULL;
CREATE INDEX deliveries_run ON deliveries (run_id);
CREATE INDEX deliveries_pending ON deliveries (created_at) WHERE state = 'pending';
CREATE INDEX deliveries_runner ON deliveries (runner_id) WHERE runner_id IS NOT NULL;
CREATE TRIGGER jobs_deleted AFTER DELETE ON jobs
BEGIN
    DELETE FROM runs WHERE job_id = OLD.id;
    DELETE FROM schedules WHERE job_id = OLD.id;
    DELETE FROM starts WHERE job_id = OLD.id;
END;
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
CREATE VIEW results AS
SELECT all_results.* FROM (SELECT max(id) AS id FROM runs GROUP BY job_id) AS latest
CROSS JOIN all_results
WHERE all_results.run_id = latest.id;
CREATE VIEW finished_results AS
SELECT all_results.* FROM (SELECT max(id) AS id FROM runs WHERE state = 'finished' GROUP BY job_id) AS latest
CROSS JOIN all_results
WHERE all_results.run_id = latest.id;
CREATE VIEW failures AS
SELECT
    job, run, run_id, page_id, name, url, CAST(coalesce(error_kind, skip_reason) AS TEXT) AS error_kind, error, status_code,
    attempts, title, line, referrer_id, referrer, fetched_at, fetched
FROM results
WHERE state = 'failed' OR skip_reason = 'invalid_url';
CREATE VIEW duplicate_titles AS
SELECT job, run, run_id, title, pages, page_id, url, status_code
FROM (
    SELECT
        job, run, run_id, title, page_id, url, status_code,
        CAST(count(1) OVER (PARTITION BY job, title) AS INTEGER) AS pages
    FROM results
    WHERE state = 'done' AND kind IS NULL AND title <> '')
WHERE pages > 1;
CREATE VIEW duplicate_content AS
SELECT job, run, run_id, content_digest, pages, page_id, url, status_code, content_length, title
FROM (
    SELECT
        job, run, run_id, content_digest, page_id, url, status_code, content_length, title,
        CAST(count(1) OVER (PARTITION BY job, content_digest) AS INTEGER) AS pages
    FROM results
    WHERE state = 'done' AND kind IS NULL AND content_digest IS NOT NULL AND content_length > 0)
WHERE pages > 1;
CREATE VIEW missing_titles AS
SELECT job, run, run_id, page_id, url, status_code, content_type, content_length, referrer_id, referrer
FROM results
WHERE state = 'done' AND kind IS NULL AND coalesce(title, '') = ''
    AND (lower(substr(content_type, 1, 9)) = 'text/html' OR lower(substr(content_type, 1, 21)) = 'application/xhtml+xml');
CREATE VIEW slow_pages AS
SELECT
    job, run, run_id, page_id, name, url, state, status_code, time_total_ms, time_namelookup_ms, time_connect_ms,
    time_starttransfer_ms, content_length, size_download, num_redirects, attempts, fetched_at, fetched
FROM results
WHERE time_total_ms >= 1000
ORDER BY time_total_ms DESC;
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
CREATE VIEW changes AS
SELECT
    job, from_run, to_run, change, name, method, url, status_code_before, status_code_after, error_kind_before, error_kind_after,
    title_before, title_after, content_length_before, content_length_after, content_digest_before, content_digest_after,
    page_id_before, page_id_after
FROM run_changes
WHERE is_latest;
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
CREATE VIEW items AS
SELECT all_items.* FROM (SELECT max(id) AS id FROM runs GROUP BY job_id) AS latest
CROSS JOIN all_items
WHERE all_items.run_id = latest.id;
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
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('runners',4);
INSERT INTO "sqlite_sequence" VALUES('runs',4);
COMMIT;
PRAGMA application_id = 1953653111;
PRAGMA user_version = 1;
