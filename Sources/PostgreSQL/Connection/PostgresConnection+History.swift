/// What became of a transaction whose end was not heard of.
enum TransactionFate {
    case committed
    case aborted
    case unknown
}

/// What tells a transaction from all others, in one history of a server.
struct TransactionMark {
    /// nil where it has written nothing.
    let id: String?
    /// nil where the server does not tell.
    let timeline: String?
}

extension PostgresConnection {
    /// The history that the server is in, eight hexadecimal digits. Right at once after a promotion, and open to ordinary roles.
    static let timelineSQL = "left(pg_walfile_name(pg_current_wal_lsn()), 8)"

    /// The history that the server is in; nil where it does not tell. Outside of transactions.
    func timeline() throws -> String? {
        do {
            return try run("SELECT \(PostgresConnection.timelineSQL)").first?.optionalText(0)
        } catch let failure as PostgresFailure where !failure.isConnectionLost && !failure.isReadOnly {
            return nil
        }
    }

    /// What tells the transaction under way from all others.
    ///
    /// - Parameter withTimeline: whether the server tells which history it is in.
    func mark(withTimeline: Bool) throws -> TransactionMark {
        let timeline = withTimeline ? PostgresConnection.timelineSQL : "NULL::text"
        let row = try run("SELECT pg_current_xact_id_if_assigned()::text, \(timeline)").first
        return TransactionMark(id: row?.optionalText(0), timeline: row?.optionalText(1))
    }

    /// What became of a transaction of another connection.
    func fate(of mark: TransactionMark) throws -> TransactionFate? {
        guard let id = mark.id else { return .aborted }
        guard let timeline = mark.timeline, try self.timeline() == timeline else { return .unknown }
        switch try run("SELECT pg_xact_status($1::text::xid8)", [.text(id)]).first?.optionalText(0) {
        case "committed": return .committed
        case "aborted": return .aborted
        case "in progress": return nil
        default: return .unknown
        }
    }
}
