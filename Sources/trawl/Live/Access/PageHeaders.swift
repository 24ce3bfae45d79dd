/// What each answer forbids a browser to do with it.
enum PageHeaders {
    /// Only what is served here may act in the page, and nothing is asked for elsewhere; no other page may frame or read it (CSP Level 3; Fetch
    /// Standard, "Cross-Origin-Resource-Policy").
    static func added(to response: WebResponse) -> WebResponse {
        common(response).with(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
    }

    /// A report holds strangers' texts. Its script acts in an origin of its own (`sandbox`), which is nobody here.
    static func addedToReport(_ response: WebResponse) -> WebResponse {
        guard response.status == .ok else { return added(to: response) }
        let policy = PagePolicy.text(style: ReportHTML.style, script: ReportHTML.script)
        return common(response).with(
            "Content-Security-Policy",
            policy + "; frame-ancestors 'none'; sandbox allow-scripts allow-downloads allow-popups")
    }

    private static func common(_ response: WebResponse) -> WebResponse {
        response.with("Cache-Control", "no-store").with("X-Content-Type-Options", "nosniff")
            .with("Referrer-Policy", "no-referrer").with("Cross-Origin-Resource-Policy", "same-origin")
            .with("Cross-Origin-Opener-Policy", "same-origin")
    }
}
