/// What was found out about a link, or about the URL that links lead to. A closed list: the raw values are stored, and are never
/// renamed.
package enum LinkVerdict: String, Sendable, CaseIterable {
    /// The URL answers as it should.
    case ok
    /// The URL answers behind a redirect that is meant to last (301, 308): links should name the new place.
    case redirected
    /// Whoever follows the link does not get there.
    case broken
    /// It cannot be told from here. A bot wall, for one, answers a crawler otherwise than a reader.
    case unsure
    /// Nothing was asked for.
    case notChecked = "not_checked"
}
