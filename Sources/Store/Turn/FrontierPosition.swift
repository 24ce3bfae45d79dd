/// A place in the order in which a host's pages are claimed: first those that wait for nothing, by rank, then by id.
package struct FrontierPosition: Sendable, Equatable {
    /// When the page there may be requested, in unix milliseconds; 0 for at once.
    package let notBefore: Int64
    /// Its rank: lower ones are requested earlier.
    package let rank: Int64
    /// Its row.
    package let id: Int64

    /// A place.
    package init(notBefore: Int64, rank: Int64, id: Int64) {
        self.notBefore = notBefore
        self.rank = rank
        self.id = id
    }
}
