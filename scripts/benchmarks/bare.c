// The bare reference loop: what a crawl costs with nothing in it but the work itself.
//
// One thread drives libcurl's multi socket interface over epoll with reused easy handles, feeds each page to
// libxml2's push parser in 512-byte slices until </title>, and inserts one row a page into SQLite, 500 to a
// transaction. It has no retries, no resume, no queue in the database, no politeness but a cap per host.
//
// usage: bare URLS DATABASE [TOTAL [PER_HOST [follow]]]
//
// With `follow` each page is parsed to its end, and every link to a page (`/page/` in its path) that is not known yet is
// inserted and crawled as well; URLS is then where it begins.
//
// URLS holds one URL a line and is best interleaved over the hosts. The last line printed is
// `pages=… failed=… elapsed=… user=… system=… cpu_per_1000=… peak_kib=…`, times in seconds.

#define _GNU_SOURCE
#include <curl/curl.h>
#include <errno.h>
#include <libxml/HTMLparser.h>
#include <libxml/uri.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum {
    PAGES_PER_TRANSACTION = 500,
    SLICE = 512,
    TITLE_CAPACITY = 4096,
    EVENTS = 64,
};

/// A host and its pages, as indexes into `Crawl.urls`, in the order of the list.
struct Host {
    const char *name;
    size_t name_length;
    size_t *pages;
    size_t count, capacity, next;
    int in_flight;
};

/// A slot of the crawl: one easy handle and the page that it is fetching.
struct Transfer {
    struct Crawl *crawl;
    CURL *easy;
    struct Host *host;
    const char *url;
    size_t index;
    long long length;
    htmlParserCtxtPtr parser;
    bool in_title, title_ended;
    size_t title_length;
    char title[TITLE_CAPACITY];
};

struct Crawl {
    char **urls;
    size_t url_count, url_capacity;
    struct Host *hosts;
    size_t host_count, host_cursor;
    int per_host;
    bool follows;
    struct Transfer *transfers;
    struct Transfer **idle;
    int idle_count;
    CURLM *multi;
    int epoll;
    long long timer_at;  // monotonic milliseconds; -1: no timer
    sqlite3 *database;
    sqlite3_stmt *insert, *find;
    bool is_writing;
    int uncommitted;
    size_t finished, failed;
};

static void die(const char *what, const char *why) {
    fprintf(stderr, "bare: %s: %s\n", what, why);
    exit(1);
}

static void *checked(void *memory) {
    if (!memory) die("memory", "exhausted");
    return memory;
}

static long long now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

// MARK: The list

/// The host of a URL is what stands between `//` and the next `/`.
static struct Host *host_of(struct Crawl *crawl, const char *url) {
    const char *name = strstr(url, "//");
    if (!name) die(url, "not an absolute URL");
    name += 2;
    size_t length = strcspn(name, "/?#");
    for (size_t i = 0; i < crawl->host_count; i++) {
        struct Host *host = &crawl->hosts[i];
        if (host->name_length == length && memcmp(host->name, name, length) == 0) return host;
    }
    crawl->hosts = checked(realloc(crawl->hosts, (crawl->host_count + 1) * sizeof *crawl->hosts));
    struct Host *host = &crawl->hosts[crawl->host_count++];
    *host = (struct Host){.name = name, .name_length = length};
    return host;
}

static void add_url(struct Crawl *crawl, const char *url) {
    if (crawl->url_count == crawl->url_capacity) {
        crawl->url_capacity = crawl->url_capacity ? 2 * crawl->url_capacity : 1024;
        crawl->urls = checked(realloc(crawl->urls, crawl->url_capacity * sizeof *crawl->urls));
    }
    crawl->urls[crawl->url_count++] = checked(strdup(url));
}

/// Puts a URL of `Crawl.urls` in the line of its host.
static void queue_url(struct Crawl *crawl, size_t index) {
    struct Host *host = host_of(crawl, crawl->urls[index]);
    if (host->count == host->capacity) {
        host->capacity = host->capacity ? 2 * host->capacity : 64;
        host->pages = checked(realloc(host->pages, host->capacity * sizeof *host->pages));
    }
    host->pages[host->count++] = index;
}

static void read_urls(struct Crawl *crawl, const char *path) {
    FILE *file = fopen(path, "r");
    if (!file) die(path, strerror(errno));
    char *line = NULL;
    size_t size = 0;
    ssize_t length;
    while ((length = getline(&line, &size, file)) > 0) {
        while (length > 0 && (line[length - 1] == '\n' || line[length - 1] == '\r')) line[--length] = 0;
        if (length == 0) continue;
        add_url(crawl, line);
    }
    free(line);
    fclose(file);
    for (size_t i = 0; i < crawl->url_count; i++) queue_url(crawl, i);
}

// MARK: The database

static void sql(struct Crawl *crawl, const char *statement) {
    char *message = NULL;
    if (sqlite3_exec(crawl->database, statement, NULL, NULL, &message) != SQLITE_OK) die(statement, message);
}

static void open_database(struct Crawl *crawl, const char *path) {
    if (sqlite3_open(path, &crawl->database) != SQLITE_OK) die(path, sqlite3_errmsg(crawl->database));
    sql(crawl, "PRAGMA journal_mode = WAL");
    sql(crawl, "PRAGMA synchronous = NORMAL");
    sql(crawl,
        "CREATE TABLE pages (id INTEGER PRIMARY KEY, url TEXT NOT NULL, status_code INTEGER, content_length INTEGER, "
        "title TEXT, error TEXT, time_connect_ms INTEGER, time_starttransfer_ms INTEGER, time_total_ms INTEGER, "
        "fetched_at INTEGER) STRICT");
    const char *insert =
        "INSERT INTO pages (url, status_code, content_length, title, error, time_connect_ms, time_starttransfer_ms, "
        "time_total_ms, fetched_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
    const char *update =
        "UPDATE pages SET url = ?1, status_code = ?2, content_length = ?3, title = ?4, error = ?5, time_connect_ms = ?6, "
        "time_starttransfer_ms = ?7, time_total_ms = ?8, fetched_at = ?9 WHERE id = ?10";
    if (crawl->follows) {
        sql(crawl, "CREATE UNIQUE INDEX pages_url ON pages (url)");
        const char *find = "INSERT OR IGNORE INTO pages (url) VALUES (?)";
        if (sqlite3_prepare_v3(crawl->database, find, -1, SQLITE_PREPARE_PERSISTENT, &crawl->find, NULL) != SQLITE_OK)
            die("find", sqlite3_errmsg(crawl->database));
        insert = update;
    }
    if (sqlite3_prepare_v3(crawl->database, insert, -1, SQLITE_PREPARE_PERSISTENT, &crawl->insert, NULL) != SQLITE_OK)
        die("insert", sqlite3_errmsg(crawl->database));
}

static void commit(struct Crawl *crawl) {
    if (!crawl->is_writing) return;
    sql(crawl, "COMMIT");
    crawl->is_writing = false;
    crawl->uncommitted = 0;
}

static long long milliseconds(CURL *easy, CURLINFO what) {
    curl_off_t microseconds = 0;
    curl_easy_getinfo(easy, what, &microseconds);
    return microseconds / 1000;
}

static void begin(struct Crawl *crawl) {
    if (!crawl->is_writing) sql(crawl, "BEGIN IMMEDIATE");
    crawl->is_writing = true;
}

/// Takes a URL into the crawl unless it is known. Rows count up from 1 as `Crawl.urls` does from 0.
static void discover(struct Crawl *crawl, const char *url, bool is_listed) {
    sqlite3_bind_text(crawl->find, 1, url, -1, SQLITE_STATIC);
    if (sqlite3_step(crawl->find) != SQLITE_DONE) die("find", sqlite3_errmsg(crawl->database));
    sqlite3_reset(crawl->find);
    if (is_listed || sqlite3_changes(crawl->database) == 0) return;
    add_url(crawl, url);
    queue_url(crawl, crawl->url_count - 1);
}

static void record(struct Transfer *page, CURLcode result) {
    struct Crawl *crawl = page->crawl;
    begin(crawl);
    long status = 0;
    curl_easy_getinfo(page->easy, CURLINFO_RESPONSE_CODE, &status);
    struct timespec wall;
    clock_gettime(CLOCK_REALTIME, &wall);

    sqlite3_stmt *insert = crawl->insert;
    sqlite3_bind_text(insert, 1, page->url, -1, SQLITE_STATIC);
    sqlite3_bind_int64(insert, 2, status);
    sqlite3_bind_int64(insert, 3, page->length);
    if (page->title_ended) sqlite3_bind_text(insert, 4, page->title, (int)page->title_length, SQLITE_STATIC);
    if (result != CURLE_OK) sqlite3_bind_text(insert, 5, curl_easy_strerror(result), -1, SQLITE_STATIC);
    sqlite3_bind_int64(insert, 6, milliseconds(page->easy, CURLINFO_CONNECT_TIME_T));
    sqlite3_bind_int64(insert, 7, milliseconds(page->easy, CURLINFO_STARTTRANSFER_TIME_T));
    sqlite3_bind_int64(insert, 8, milliseconds(page->easy, CURLINFO_TOTAL_TIME_T));
    sqlite3_bind_int64(insert, 9, wall.tv_sec * 1000LL + wall.tv_nsec / 1000000);
    if (crawl->follows) sqlite3_bind_int64(insert, 10, (sqlite3_int64)page->index + 1);
    if (sqlite3_step(insert) != SQLITE_DONE) die("insert", sqlite3_errmsg(crawl->database));
    sqlite3_reset(insert);
    sqlite3_clear_bindings(insert);
    if (++crawl->uncommitted == PAGES_PER_TRANSACTION) commit(crawl);
}

// MARK: The title

static void start_element(void *context, const xmlChar *name, const xmlChar **attributes) {
    struct Transfer *page = context;
    if (xmlStrEqual(name, BAD_CAST "title")) page->in_title = true;
    if (!page->crawl->follows || !attributes || !xmlStrEqual(name, BAD_CAST "a")) return;
    for (; attributes[0]; attributes += 2) {
        if (!xmlStrEqual(attributes[0], BAD_CAST "href") || !attributes[1]) continue;
        xmlChar *url = xmlBuildURI(attributes[1], BAD_CAST page->url);
        if (url && xmlStrstr(url, BAD_CAST "/page/")) {
            begin(page->crawl);
            discover(page->crawl, (const char *)url, false);
        }
        xmlFree(url);
        return;
    }
}

static void end_element(void *context, const xmlChar *name) {
    struct Transfer *page = context;
    if (page->in_title && xmlStrEqual(name, BAD_CAST "title")) {
        page->in_title = false;
        page->title_ended = true;
    }
}

static void characters(void *context, const xmlChar *text, int length) {
    struct Transfer *page = context;
    if (!page->in_title || page->title_ended) return;
    size_t room = TITLE_CAPACITY - page->title_length;
    size_t taken = (size_t)length < room ? (size_t)length : room;
    memcpy(page->title + page->title_length, text, taken);
    page->title_length += taken;
}

static void stop_parser(struct Transfer *page) {
    if (page->parser) htmlFreeParserCtxt(page->parser);
    page->parser = NULL;
}

static void start_parser(struct Transfer *page) {
    static htmlSAXHandler sax = {
        .startElement = start_element, .endElement = end_element, .characters = characters, .cdataBlock = characters};
    page->parser = checked(htmlCreatePushParserCtxt(&sax, page, NULL, 0, NULL, XML_CHAR_ENCODING_UTF8));
    htmlCtxtUseOptions(page->parser, HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET);
}

/// libcurl's write callback. A page mostly arrives in one piece: the slices are what lets the parser stop early.
static size_t take_body(char *bytes, size_t size, size_t count, void *context) {
    struct Transfer *page = context;
    size_t length = size * count;
    if (page->length == 0) start_parser(page);
    page->length += (long long)length;
    for (size_t at = 0, slice; at < length && page->parser; at += slice) {
        slice = page->crawl->follows || length - at < SLICE ? length - at : SLICE;
        htmlParseChunk(page->parser, bytes + at, (int)slice, 0);
        if (page->title_ended && !page->crawl->follows) stop_parser(page);
    }
    return length;
}

// MARK: The loop

/// libcurl's socket callback. What it has assigned to the socket says whether epoll knows it.
static int watch(CURL *easy, curl_socket_t socket, int what, void *context, void *known) {
    struct Crawl *crawl = context;
    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        epoll_ctl(crawl->epoll, EPOLL_CTL_DEL, socket, NULL);
        curl_multi_assign(crawl->multi, socket, NULL);
        return 0;
    }
    struct epoll_event event = {.data.fd = socket};
    if (what & CURL_POLL_IN) event.events |= EPOLLIN;
    if (what & CURL_POLL_OUT) event.events |= EPOLLOUT;
    if (epoll_ctl(crawl->epoll, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket, &event) < 0)
        die("epoll_ctl", strerror(errno));
    if (!known) curl_multi_assign(crawl->multi, socket, crawl);
    return 0;
}

static int set_timer(CURLM *multi, long milliseconds, void *context) {
    struct Crawl *crawl = context;
    (void)multi;
    crawl->timer_at = milliseconds < 0 ? -1 : now_ms() + milliseconds;
    return 0;
}

/// The next host, in turn, that has a page left and is below its cap.
static struct Host *ready_host(struct Crawl *crawl) {
    for (size_t tried = 0; tried < crawl->host_count; tried++) {
        struct Host *host = &crawl->hosts[crawl->host_cursor];
        crawl->host_cursor = (crawl->host_cursor + 1) % crawl->host_count;
        if (host->next < host->count && host->in_flight < crawl->per_host) return host;
    }
    return NULL;
}

static void start_ready(struct Crawl *crawl) {
    struct Host *host;
    while (crawl->idle_count > 0 && (host = ready_host(crawl))) {
        struct Transfer *page = crawl->idle[--crawl->idle_count];
        page->host = host;
        page->index = host->pages[host->next++];
        page->url = crawl->urls[page->index];
        page->length = 0;
        page->title_length = 0;
        page->in_title = page->title_ended = false;
        host->in_flight++;
        curl_easy_setopt(page->easy, CURLOPT_URL, page->url);
        if (curl_multi_add_handle(crawl->multi, page->easy) != CURLM_OK) die(page->url, "cannot be started");
    }
}

static void collect_finished(struct Crawl *crawl) {
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(crawl->multi, &left))) {
        if (message->msg != CURLMSG_DONE) continue;
        CURLcode result = message->data.result;
        struct Transfer *page;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &page);
        curl_multi_remove_handle(crawl->multi, page->easy);
        stop_parser(page);
        record(page, result);
        crawl->finished++;
        if (result != CURLE_OK) crawl->failed++;
        page->host->in_flight--;
        crawl->idle[crawl->idle_count++] = page;
    }
}

static void make_transfers(struct Crawl *crawl, int total) {
    crawl->transfers = checked(calloc((size_t)total, sizeof *crawl->transfers));
    crawl->idle = checked(calloc((size_t)total, sizeof *crawl->idle));
    for (int i = 0; i < total; i++) {
        struct Transfer *page = &crawl->transfers[i];
        page->crawl = crawl;
        page->easy = checked(curl_easy_init());
        curl_easy_setopt(page->easy, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(page->easy, CURLOPT_ACCEPT_ENCODING, "");
        curl_easy_setopt(page->easy, CURLOPT_WRITEFUNCTION, take_body);
        curl_easy_setopt(page->easy, CURLOPT_WRITEDATA, page);
        curl_easy_setopt(page->easy, CURLOPT_PRIVATE, page);
        crawl->idle[crawl->idle_count++] = page;
    }
    crawl->multi = checked(curl_multi_init());
    curl_multi_setopt(crawl->multi, CURLMOPT_SOCKETFUNCTION, watch);
    curl_multi_setopt(crawl->multi, CURLMOPT_SOCKETDATA, crawl);
    curl_multi_setopt(crawl->multi, CURLMOPT_TIMERFUNCTION, set_timer);
    curl_multi_setopt(crawl->multi, CURLMOPT_TIMERDATA, crawl);
    crawl->epoll = epoll_create1(EPOLL_CLOEXEC);
}

static void crawl_all(struct Crawl *crawl) {
    int running = 0;
    start_ready(crawl);
    while (crawl->finished < crawl->url_count) {
        struct epoll_event events[EVENTS];
        long long wait = crawl->timer_at < 0 ? 1000 : crawl->timer_at - now_ms();
        int count = epoll_wait(crawl->epoll, events, EVENTS, wait > 0 ? (int)wait : 0);
        if (count < 0 && errno != EINTR) die("epoll_wait", strerror(errno));
        for (int i = 0; i < count; i++) {
            int mask = 0;
            if (events[i].events & EPOLLIN) mask |= CURL_CSELECT_IN;
            if (events[i].events & EPOLLOUT) mask |= CURL_CSELECT_OUT;
            if (events[i].events & (EPOLLERR | EPOLLHUP)) mask |= CURL_CSELECT_ERR;
            curl_multi_socket_action(crawl->multi, events[i].data.fd, mask, &running);
        }
        if (crawl->timer_at >= 0 && crawl->timer_at <= now_ms()) {
            crawl->timer_at = -1;
            curl_multi_socket_action(crawl->multi, CURL_SOCKET_TIMEOUT, 0, &running);
        }
        collect_finished(crawl);
        start_ready(crawl);
    }
    commit(crawl);
}

int main(int argc, char **argv) {
    if (argc < 3 || argc > 6) die("usage", "bare URLS DATABASE [TOTAL [PER_HOST [follow]]]");
    struct Crawl crawl = {.per_host = argc > 4 ? atoi(argv[4]) : 4, .timer_at = -1, .follows = argc > 5};
    int total = argc > 3 ? atoi(argv[3]) : 64;
    if (total < 1 || crawl.per_host < 1) die("usage", "TOTAL and PER_HOST are at least 1");
    long long started = now_ms();
    curl_global_init(CURL_GLOBAL_DEFAULT);
    xmlInitParser();
    read_urls(&crawl, argv[1]);
    open_database(&crawl, argv[2]);
    make_transfers(&crawl, total);
    for (size_t i = 0; crawl.follows && i < crawl.url_count; i++) discover(&crawl, crawl.urls[i], true);

    crawl_all(&crawl);

    for (int i = 0; i < total; i++) curl_easy_cleanup(crawl.transfers[i].easy);
    curl_multi_cleanup(crawl.multi);
    sqlite3_finalize(crawl.insert);
    sqlite3_finalize(crawl.find);
    sqlite3_close(crawl.database);
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    double user = (double)used.ru_utime.tv_sec + (double)used.ru_utime.tv_usec / 1e6;
    double system = (double)used.ru_stime.tv_sec + (double)used.ru_stime.tv_usec / 1e6;
    printf("pages=%zu failed=%zu elapsed=%.3f user=%.3f system=%.3f cpu_per_1000=%.4f peak_kib=%ld\n", crawl.finished,
        crawl.failed, (double)(now_ms() - started) / 1000, user, system,
        crawl.finished ? (user + system) * 1000 / (double)crawl.finished : 0, used.ru_maxrss);
    return crawl.failed ? 1 : 0;
}
