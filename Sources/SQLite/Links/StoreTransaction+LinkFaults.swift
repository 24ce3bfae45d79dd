package import CrawlCore
internal import GRDB
package import TrawlStore

/// The links of a run that are broken or unsure.
extension StoreTransaction {
    /// Hands over the links of a run that are broken or unsure, those to one URL and fragment one after the other; none is kept.
    ///
    /// A page that no link leads to comes once: one of the job's own URLs with the element `job`, an entry of a sitemap with the element
    /// `sitemap`.
    package func forEachLinkFault(of run: RunID, _ body: (LinkRow) throws -> Bool) throws {
        let rows = try Row.fetchCursor(database, sql: Self.linkFaults, arguments: [run.rawValue])
        while let row = try rows.next() {
            guard try body(LinkRow(row)) else { return }
        }
    }

    /// It begins with what is broken or unsure, and does not look at the other links. Fragments count only where the page is there.
    private static let linkFaults = """
        WITH run AS (SELECT id, first_page_id, last_page_id FROM runs WHERE id = ?1),
        trouble AS (
            SELECT target.id AS page_id, target.url, target.referrer_id, verdict, reason, status_code, error_kind, broken_since_at
            FROM run CROSS JOIN verdicts CROSS JOIN pages AS target
            WHERE verdicts.page_id BETWEEN run.first_page_id AND run.last_page_id
                AND verdicts.verdict IN ('broken', 'unsure')
                AND target.id = verdicts.page_id AND target.run_id = run.id),
        faults AS (
            SELECT link_elements.id AS element_id, verdict, trouble.reason, status_code, error_kind, broken_since_at
            FROM trouble CROSS JOIN link_targets CROSS JOIN link_elements
            WHERE link_targets.url = trouble.url AND link_elements.target_id = link_targets.id
                AND link_elements.reason IS NULL
            UNION ALL
            SELECT link_elements.id, fragment_faults.verdict, fragment_faults.reason, target.status_code, target.error_kind, NULL
            FROM run CROSS JOIN fragment_faults CROSS JOIN pages AS target CROSS JOIN verdicts CROSS JOIN link_targets
            CROSS JOIN link_elements
            WHERE fragment_faults.page_id BETWEEN run.first_page_id AND run.last_page_id
                AND target.id = fragment_faults.page_id AND target.run_id = run.id AND verdicts.page_id = target.id
                AND verdicts.verdict IN ('ok', 'redirected') AND link_targets.url = target.url
                AND link_elements.target_id = link_targets.id AND link_elements.reason IS NULL
                AND link_elements.fragment = fragment_faults.fragment
            UNION ALL
            SELECT id, 'broken', reason, NULL, NULL, NULL FROM link_elements WHERE reason = 'malformed')
        SELECT pages.url AS from_url, link_targets.url AS to_url, element, attribute, rel, text, fragment,
            link_rows.line AS line, link_rows.count AS count, verdict, faults.reason, faults.status_code, faults.error_kind, faults.broken_since_at
        FROM faults CROSS JOIN run CROSS JOIN link_rows CROSS JOIN pages CROSS JOIN link_elements CROSS JOIN link_targets
        WHERE link_rows.element_id = faults.element_id
            AND link_rows.page_id BETWEEN run.first_page_id AND run.last_page_id
            AND pages.id = link_rows.page_id AND +pages.run_id = run.id
            AND link_elements.id = faults.element_id AND link_targets.id = link_elements.target_id
        UNION ALL
        SELECT coalesce(referrer.url, ''), trouble.url, CASE WHEN referrer.id IS NULL THEN 'job' ELSE 'sitemap' END,
            CASE WHEN referrer.id IS NULL THEN 'urls' ELSE 'loc' END, NULL, NULL, NULL, 0, 1, verdict, reason,
            trouble.status_code, trouble.error_kind, broken_since_at
        FROM trouble CROSS JOIN run LEFT JOIN pages AS referrer ON referrer.id = trouble.referrer_id
        WHERE NOT EXISTS (SELECT 1 FROM verdicts WHERE same_as = trouble.page_id)
            AND NOT EXISTS (
                SELECT 1 FROM link_targets CROSS JOIN link_elements CROSS JOIN link_rows CROSS JOIN pages
                WHERE link_targets.url = trouble.url AND link_elements.target_id = link_targets.id
                    AND link_elements.reason IS NULL AND link_rows.element_id = link_elements.id
                    AND link_rows.page_id BETWEEN run.first_page_id AND run.last_page_id
                    AND pages.id = link_rows.page_id AND +pages.run_id = run.id)
        ORDER BY to_url, fragment, from_url, line
        """
}
