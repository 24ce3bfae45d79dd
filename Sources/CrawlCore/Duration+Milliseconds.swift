extension Duration {
    /// The duration in milliseconds, rounded up, so that a wait is never cut short.
    package var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        // Both parts have the same sign, and division rounds towards zero: for a negative one that is up.
        let roundingUp = attoseconds > 0 ? 999_999_999_999_999 : Int64(0)
        return seconds * 1000 + (attoseconds + roundingUp) / 1_000_000_000_000_000
    }
}
