/// Questions about a body that its `Content-Type` header answers.
package enum ContentType {
    /// Whether a body of this type is scanned for a title: HTML, XHTML, or no type at all.
    ///
    /// Where there is no type a scanner looks at the body itself, and may find that it is something else.
    ///
    /// - Parameter contentType: The header's value; nil and an empty one mean that there was none.
    package static func isHTML(_ contentType: String?) -> Bool {
        MIMEType(contentType: contentType).isPage
    }

    /// Whether a body of this type is text to people: HTML, XML, JSON, other text, or of no type at all.
    ///
    /// - Parameter contentType: The header's value; nil and an empty one mean that there was none.
    package static func isText(_ contentType: String?) -> Bool {
        MIMEType(contentType: contentType).isText
    }

    /// Whether a body is said to be JSON (MIME Sniffing Standard, "JSON MIME type").
    package static func isJSON(_ contentType: String?) -> Bool {
        guard let contentType else { return false }
        let essence = essence(of: contentType)
        return essence == "application/json" || essence == "text/json" || essence.hasSuffix("+json")
    }

    private static func essence(of contentType: String) -> String {
        contentType.prefix { $0 != ";" }.lowercased().filter { $0 != " " && $0 != "\t" }
    }

    /// Whether a body of this type may be JSON: a JSON type (MIME Sniffing Standard), plain text, or no type at all.
    package static func mayBeJSON(_ contentType: String?) -> Bool {
        guard let contentType else { return true }
        return isJSON(contentType) || ["", "text/plain"].contains(essence(of: contentType))
    }
}
