/// What other tools call the keys of job files: curl, wget2, Scrapy, lychee, aiohttp and their like.
///
/// A name is given in small letters with underscores; a key in any spelling of that finds it, `user-agent` or `USER_AGENT`.
enum ForeignKey {
    /// Names at the top of a job file, with the path of the key that is meant.
    static let ofJob = table([
        "urls": "url start_urls start_url seeds seed targets",
        "urls_from": "input input_file url_file urls_file url_list list",
        "sitemaps": "sitemap_urls",
        "follow": "crawl spider recursive recurse mirror",
        "follow.depth": "max_depth depth_limit level levels",
        "follow.scope": "allowed_domains domains same_domain same_host span_hosts no_parent",
        "follow.include": "allow accept_regex include_regex",
        "follow.exclude": "deny reject_regex exclude_regex ignore",
        "concurrency.total":
            "parallel parallel_max max_concurrency max_threads threads workers concurrent_requests connections",
        "concurrency.per_host":
            "max_host_connections host_concurrency concurrent_requests_per_domain concurrent_requests_per_ip",
        "delay": "wait sleep download_delay crawl_delay request_delay host_request_interval",
        "rate": "rate_limit rps requests_per_second requests_per_minute throttle",
        "robots": "robots_txt robotstxt robotstxt_obey obey_robots respect_robots",
        "timeouts.total": "timeout max_time request_timeout download_timeout",
        "timeouts.connect": "connect_timeout connection_timeout",
        "timeouts.read": "read_timeout idle_timeout",
        "retry.attempts": "retries tries max_retries max_attempts retry_times retry_count",
        "retry.delay": "retry_delay retry_wait retry_wait_time waitretry backoff",
        "retry.on": "retry_on retry_on_http_error retry_http_codes",
        "limits.body": "max_filesize max_size max_body download_maxsize",
        "limits.redirects": "max_redirs max_redirect max_redirects redirect_max_times",
        "limits.pages": "max_pages max_requests page_limit closespider_pagecount",
        "limits.time": "closespider_timeout time_limit",
        "limits.bytes": "quota max_bytes",
        "request.headers": "header default_request_headers",
        "request.user_agent": "user_agent useragent agent",
        "request.auth": "authentication authenticator credentials authorization auth_type",
        "request.proxy": "proxies http_proxy https_proxy all_proxy",
        "request.cookies": "cookie cookies_enabled cookie_jar cookie_file load_cookies",
        "request.insecure": "no_check_certificate check_certificate verify verify_ssl ssl_verify",
        "accept_types": "accept_type content_type content_types mime_types mime_type",
        "newer_than": "modified_since since last_modified",
        "retry.max_wait": "max_retry_after",
        "accept": "accept_status valid_status status_codes handle_httpstatus_list",
        "schedule": "cron interval crontab",
        "extract": "fields selectors extractors",
        "on_finish": "notify notifications on_complete on_end on_exit after hooks",
        "on_finish.exec": "post_run command",
        "on_finish.webhook": "webhook webhooks callback",
        "keep_body": "save_body save_html store_html save_content",
    ])

    static let ofFollow = table([
        "depth": "max_depth depth_limit level", "scope": "allowed_domains domains same_domain same_host",
        "include": "allow", "exclude": "deny ignore",
    ])

    static let ofRetry = table([
        "attempts": "retries tries count max times max_retries max_attempts",
        "delay": "wait backoff min_delay initial_delay", "max_delay": "max_backoff",
        "on": "status statuses codes status_codes",
    ])

    static let ofConcurrency = table([
        "total": "max parallel workers threads", "per_host": "host per_domain per_server",
    ])

    static let ofTimeouts = table([
        "total": "timeout request max max_time", "connect": "connection", "read": "idle sock_read",
    ])

    static let ofRequest = table([
        "query": "params parameters query_string", "form": "data form_data formdata",
        "json": "payload json_body", "headers": "header", "url": "uri",
        "timeouts.total": "timeout max_time", "retry.attempts": "retries max_retries",
        "paginate": "paginator pagination pages paging", "expect": "assert asserts checks",
        "items": "data_selector records records_path record_selector",
        "item_key": "primary_key key_properties",
        "auth": "authentication authenticator credentials",
    ])

    static let ofCredentials = table([
        "bearer": "token bearer_token access_token", "basic": "http_basic user userpwd",
        "api_key": "apikey key", "oauth2": "oauth oauth2_client_credentials client_credentials",
        "login": "session session_token", "aws_sigv4": "aws sigv4 awssigv4",
    ])

    static let ofOAuth = table([
        "token_url": "access_token_url token_endpoint token_refresh_endpoint url",
        "params": "access_token_request_data parameters extra refresh_request_body",
        "scope": "scopes",
    ])

    /// A key as the tables have it.
    static func normalized(_ key: String) -> String {
        String(key.lowercased().map { $0 == "-" || $0 == " " ? "_" : $0 })
    }

    private static func table(_ names: [String: String]) -> [String: String] {
        var table: [String: String] = [:]
        for (key, others) in names {
            for other in others.split(separator: " ") { table[String(other)] = key }
        }
        return table
    }
}
