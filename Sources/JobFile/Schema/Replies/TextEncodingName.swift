internal import TrawlText

/// Names of text encodings.
enum TextEncodingName {
    /// Whether the Encoding Standard knows an encoding by this name.
    static func isKnown(_ name: String) -> Bool {
        MIMEType(contentType: "text/csv; charset=\(name)").encoding != nil
    }
}
