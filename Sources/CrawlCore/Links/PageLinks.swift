/// The references of a page, and the places in it that fragments may name.
///
/// It is a class, so that the outcome of a page of a job that keeps no links costs one nil.
package final class PageLinks: Sendable {
    /// The references in the order of the page, each once.
    package let list: [Link]
    /// Whether the page has more references than are kept.
    package let isCut: Bool
    /// The places of the page; nil where it is no HTML.
    package let places: FragmentPlaces?

    /// The references of a page.
    package init(_ list: [Link], isCut: Bool = false, places: FragmentPlaces? = nil) {
        self.list = list
        self.isCut = isCut
        self.places = places
    }
}
