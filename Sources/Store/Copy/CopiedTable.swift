/// A value on its way from one database to another.
package enum CopiedValue: Sendable, Equatable {
    case null
    case int(Int64)
    case real(Double)
    case text(String)
    case bytes([UInt8])
}

/// A table that is copied from one database to another: the columns that both have.
///
/// What a database keeps beside them, such as which runner has what, is not copied: it makes the rest anew.
package struct CopiedTable: Sendable, Equatable {
    /// The table's name in both databases.
    package let name: String
    /// Its columns.
    package let columns: [Column]

    /// A column.
    package struct Column: Sendable, Equatable {
        /// Its name.
        package let name: String
        /// What its values are.
        package let type: ColumnType
    }

    /// What the values of a column are.
    package enum ColumnType: Sendable {
        case int
        case real
        case text
        case bytes
    }

    private init(_ name: String, _ columns: String) {
        self.name = name
        self.columns = columns.split(whereSeparator: \.isWhitespace).map { word in
            switch word.last {
            case "'": Column(name: String(word.dropLast()), type: .text)
            case "#": Column(name: String(word.dropLast()), type: .bytes)
            case "~": Column(name: String(word.dropLast()), type: .real)
            default: Column(name: String(word), type: .int)
            }
        }
    }

    /// Every table, each behind those that its rows refer to. A name that ends in `'` is a text, in `#` bytes, in `~` a real number; the
    /// others are whole numbers.
    package static let all = [
        CopiedTable("jobs", "id name' spec' state' created_at updated_at"),
        CopiedTable(
            "runs",
            """
            id job_id number state' spec' started_at finished_at elapsed_ms last_seed_id pages_pending pages_done pages_failed
            pages_skipped pages_invalid requests request_time_us size_download has_credentials has_requests has_inputs secrets' marks'
            pruned_at
            """),
        CopiedTable(
            "hosts",
            "id host' last_started_at snoozed_until rate~ failures probe_at remaining remaining_until per_host delay_ms blocked"
        ),
        CopiedTable("robots", "host_id status_code body# url' fetched_at expires_at"),
        CopiedTable("host_pools", "host_id job_id request' pool' paused_until"),
        CopiedTable("run_hosts", "run_id host_id"),
        CopiedTable("host_pages", "run_id host_id pages"),
        CopiedTable("trap_counts", "run_id kind urls"),
        CopiedTable(
            "batches",
            "id run_id number pages pages_done pages_failed pages_skipped pages_retried claimed_at finished_at"
        ),
        CopiedTable("bodies", "id digest# size data#"),
        CopiedTable(
            "pages",
            """
            id run_id host_id url_key state' not_before rank attempts batch_id line depth kind' referrer_id lastmod_at priority~
            method' name' url' status_code content_length size_download num_redirects time_namelookup_ms time_connect_ms
            time_starttransfer_ms time_total_ms fetched_at title' content_type' charset' final_url' etag' last_modified'
            not_modified content_status_code content_digest# body_id remote_ip' http_version' robots' canonical_url' lang'
            description' link_count extracted' error_kind' error' skip_reason'
            """),
        CopiedTable(
            "attempts", "id page_id number started_at status_code error_kind' error' time_total_ms wait_ms"),
        CopiedTable("redirects", "page_id number url' status_code"),
        CopiedTable("page_links", "page_id targets#"),
        CopiedTable("unread_pages", "id run_id job_id url_key verdict' page_id read_id"),
        CopiedTable("link_targets", "id url' url_key"),
        CopiedTable("link_elements", "id target_id digest element' attribute' rel' text' fragment' reason'"),
        CopiedTable("link_rows", "page_id element_id line count"),
        CopiedTable("page_places", "page_id hashes# is_cut"),
        CopiedTable("fragment_faults", "page_id fragment' verdict' reason'"),
        CopiedTable("verdicts", "page_id verdict' reason' broken_since_at checked_at same_as"),
        CopiedTable("skipped_links", "run_id reason' links"),
        CopiedTable("page_requests", "page_id request' idempotency_key'"),
        CopiedTable("page_inputs", "page_id input'"),
        CopiedTable(
            "page_chains",
            "page_id first_page_id number first_url' restarts items_before planned total size digest_before"),
        CopiedTable("item_rows", "id page_id position key' value'"),
        CopiedTable("sitemaps", "page_id entries entries_left_out"),
        CopiedTable("replies", "page_id reply'"),
        CopiedTable("schedules", "job_id schedule' considered_at next_start_at"),
        CopiedTable("starts", "id job_id due_at noted_at outcome' missed run_id error'"),
        CopiedTable(
            "deliveries", "id' run_id action' state' attempts created_at settled_at error'"),
    ]
}
