/// The response that fields are taken from, beside its body.
package struct FieldResponse {
    /// The URL that answered.
    let url: String
    /// Unix milliseconds. They tell what a year of two digits means.
    let now: Int64
    /// The values of all fields of the header with a name.
    let header: (String) -> [String]

    /// A response. By default it has no header and no URL.
    package init(url: String = "", now: Int64 = 0, header: @escaping (String) -> [String] = { _ in [] }) {
        self.url = url
        self.now = now
        self.header = header
    }
}
