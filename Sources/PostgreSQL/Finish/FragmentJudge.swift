internal import CrawlCore
internal import TrawlStore

/// Finds the fragments of links that name no place of their page, and notes them.
struct FragmentJudge {
    private let run: RunID
    private let link: RunnerConnection

    /// Pages whose fragments are judged in one go.
    private static let step = 100

    init(_ run: RunID, _ link: RunnerConnection) {
        self.run = run
        self.link = link
    }

    /// Judges the fragments of all pages of the run. It can be done again at any time: a page that a run has read does not change any
    /// more.
    ///
    /// - Parameter progressed: called after each step.
    func judge(progressed: () throws -> Void) throws {
        var last: Int64? = 0
        while let start = last {
            last = try link.attempting { connection in
                let pipeline = PostgresPipeline(connection)
                try pipeline.begin(.write)
                let last = try judge(after: start, pipeline)
                try pipeline.commit()
                try pipeline.flush()
                return last
            }
            try progressed()
        }
    }

    /// - Returns: the last page that was looked at; nil at the end.
    private func judge(after start: Int64, _ pipeline: PostgresPipeline) throws -> Int64? {
        var places: [Int64: FragmentPlaces] = [:]
        var last: Int64?
        try pipeline.send(
            """
            SELECT page_id, hashes, is_cut FROM {schema}.page_places
            WHERE page_id IN (SELECT id FROM {schema}.pages WHERE run_id = $1 AND id > $2) AND page_id > $2
            ORDER BY page_id LIMIT $3
            """, [.int(run.rawValue), .int(start), .int(Int64(FragmentJudge.step))]
        ) { result in
            for row in result.rows {
                places[row.int(0)] = FragmentPlaces(littleEndian: row.bytes(1), isCut: row.int(2) == 1)
                last = row.int(0)
            }
        }
        try pipeline.flush()
        guard !places.isEmpty else { return nil }
        var faults: [FragmentFault] = []
        // The pages themselves, and those that redirect to them.
        try pipeline.send(
            """
            SELECT DISTINCT named.id, named.place, fragment FROM (
                SELECT id, id AS place, url FROM {schema}.pages WHERE id = ANY($1)
                UNION ALL
                SELECT pages.id, same_as, url FROM {schema}.verdicts JOIN {schema}.pages ON pages.id = verdicts.page_id
                WHERE same_as = ANY($1)) AS named
            JOIN {schema}.link_targets ON md5(link_targets.url) = md5(named.url)
            JOIN {schema}.link_elements ON target_id = link_targets.id
            WHERE fragment IS NOT NULL ORDER BY 1, 3
            """, [.ints(places.keys.sorted())]
        ) { result in
            for row in result.rows {
                guard let (verdict, reason) = places[row.int(1)]?.fault(of: row.text(2)) else { continue }
                faults.append(
                    FragmentFault(page: row.int(0), fragment: row.text(2), verdict: verdict, reason: reason))
            }
        }
        try pipeline.flush()
        guard !faults.isEmpty else { return last }
        try pipeline.send(
            """
            INSERT INTO {schema}.fragment_faults (page_id, fragment, verdict, reason)
            SELECT DISTINCT ON (page, fragment) page, fragment, verdict, reason
            FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[]) AS o(page, fragment, verdict, reason)
            ORDER BY page, fragment
            ON CONFLICT (page_id, fragment) DO UPDATE SET verdict = excluded.verdict, reason = excluded.reason
            """,
            [
                .ints(faults.map(\.page)), .texts(faults.map(\.fragment)),
                .texts(faults.map(\.verdict.rawValue)), .texts(faults.map(\.reason.rawValue)),
            ])
        return last
    }
}
