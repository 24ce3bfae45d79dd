/// What an expression reads.
enum XPathLanguage {
    /// Names are in lower case, and have no prefixes.
    case html
    /// Names are as they are written.
    case xml
}
