/// A body that is read while it is sent, since it may be large.
package enum RequestUpload: Sendable, Equatable {
    /// A file as it is.
    case file(String)
    /// The parts of a form (`multipart/form-data`, RFC 7578).
    case multipart([Part])

    /// A part of a form.
    package struct Part: Sendable, Equatable {
        /// The name of its field.
        package var name: String
        /// What it holds.
        package var content: Content
        /// Its `Content-Type`; nil for libcurl's guess by the file's name, and none for a text.
        package var type: String?
        /// The name of the file that is said; nil for that of the path.
        package var fileName: String?

        /// A part.
        package init(name: String, _ content: Content, type: String? = nil, fileName: String? = nil) {
            self.name = name
            self.content = content
            self.type = type
            self.fileName = fileName
        }

        /// What a part holds.
        package enum Content: Sendable, Equatable {
            case text(String)
            /// A file, by its absolute path.
            case file(String)
        }
    }
}
