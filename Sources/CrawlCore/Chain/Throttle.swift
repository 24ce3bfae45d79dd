/// Where a reply says how much of a bucket is left that fills up again: the key `throttle` of a request. Shopify's GraphQL does so
/// (`extensions.cost` in its documentation of API limits).
package struct Throttle: Sendable, Equatable {
    /// How much is left.
    package var remaining: ReplyPlace
    /// How much comes back a second.
    package var perSecond: ReplyPlace
    /// How much a request takes; nil for 1.
    package var need: ReplyPlace?
    /// How much there is at most; nil where no reply says so. A request that takes more will never be answered.
    package var most: ReplyPlace?

    /// A bucket.
    package init(remaining: ReplyPlace, perSecond: ReplyPlace) {
        self.remaining = remaining
        self.perSecond = perSecond
    }

    /// The places that are read of each reply.
    package var places: [ReplyPlace] { [remaining, perSecond, need, most].compactMap { $0 } }

    /// What a reply says of further requests; nil where it says nothing that can be read.
    ///
    /// - Parameter values: what was read of the reply.
    package func allowance(_ values: [ReplyPlace: ReplyValue]) -> RateAllowance? {
        func number(_ place: ReplyPlace) -> Double? {
            guard let text = values[place]?.text, let number = Double(text), number.isFinite else {
                return nil
            }
            return number
        }
        guard let left = number(remaining), let rate = number(perSecond), left >= 0, rate > 0 else {
            return nil
        }
        let need = max(need.flatMap(number) ?? 1, 0)
        guard need > 0 else { return nil }
        let longest = Double(RetryAfter.longest)
        let refill = Duration.seconds(min(need / rate, longest))
        let affordable = Int(min(left / need, 1_000_000))
        let missing = max(need - left, 0)
        let reset = missing > 0 ? Duration.seconds(min(missing / rate, longest)) : refill
        // A millisecond more, since servers count in fractions that they round.
        return RateAllowance(
            remaining: affordable, reset: reset + .milliseconds(1), refill: .bucket(each: refill))
    }

    /// Whether a request takes more than there ever is.
    package func isHopeless(_ values: [ReplyPlace: ReplyValue]) -> Bool {
        guard let need, let most, let needed = values[need]?.text.flatMap(Double.init),
            let size = values[most]?.text.flatMap(Double.init)
        else { return false }
        return needed > size
    }
}
