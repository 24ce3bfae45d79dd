/// A small shop with all that a crawler meets: lists, links, a broken one, a slow page, an API.
struct DemoSite {
    /// Its scheme, host and port, without a slash behind them.
    let origin: String

    /// What is answered to a request, whatever its method.
    ///
    /// - Parameters:
    ///   - path: without its query.
    ///   - page: the value of `page` in the query; nil where there is none.
    ///   - minute: minutes since 1970, with which the page of the stock changes.
    func answer(path: String, page: String? = nil, minute: Int = 0) -> DemoAnswer {
        switch path {
        case "/": front
        case "/beans/": list(page)
        case "/stock.html": stock(minute)
        case "/guide/", "/guide/brew.html", "/guide/grind.html": guide(path)
        case "/about.html":
            .page("About us", "<p>We have sold coffee on this machine since you started it.</p>")
        case "/about": .moved(to: "/about.html")
        case "/slow.html": slow
        case "/private/orders.html": .page("Orders", "<p>No crawler that obeys robots.txt is ever here.</p>")
        case "/till.html":
            DemoAnswer(status: 500, type: "text/plain; charset=utf-8", body: "The till is jammed.\n")
        case "/style.css": .text("body { font-family: sans-serif; margin: 2em }\n", type: "text/css")
        case "/robots.txt": .text("User-agent: *\nDisallow: /private/\n\nSitemap: \(origin)/sitemap.xml\n")
        case "/sitemap.xml": sitemap
        case "/urls.txt": .text(pages.map { "\(origin)\($0)\n" }.joined())
        case "/api/beans": api(page)
        default: product(path)
        }
    }

    /// The pages of the list and of the sitemap.
    private var pages: [String] {
        ["/", "/guide/", "/guide/brew.html", "/guide/grind.html", "/about.html", "/stock.html"]
            + DemoBean.all.map(\.path)
    }

    private var front: DemoAnswer {
        .page(
            "Bean Shop",
            """
            <p>Coffee for people who try out a crawler.</p>
            <ul>
            <li><a href="/beans/">All beans</a></li>
            <li><a href="/guide/">How to brew</a></li>
            <li><a href="/stock.html">In stock</a>, which changes each minute</li>
            <li><a href="/about">About us</a>, which has moved</li>
            <li><a href="/offers.html">Offers</a>, which nobody wrote</li>
            <li><a href="/slow.html">The roastery</a>, which takes two seconds</li>
            <li><a href="/till.html">The till</a>, which is jammed</li>
            <li><a href="/private/orders.html">Orders</a>, which robots.txt forbids</li>
            <li><a href="/api/beans">The same for programs</a></li>
            </ul>
            """)
    }

    private func list(_ page: String?) -> DemoAnswer {
        guard let number = Int(page ?? "1"), let beans = DemoBean.page(number) else { return Self.missing }
        let items = beans.map { "<li><a href=\"\($0.path)\">\($0.name)</a> from \($0.origin)</li>" }
        let next =
            number < DemoBean.pageCount
            ? "<p><a rel=\"next\" href=\"/beans/?page=\(number + 1)\">More beans</a></p>" : ""
        let title = number == 1 ? "Beans" : "Beans, page \(number)"
        return .page(title, "<ul>\n\(items.joined(separator: "\n"))\n</ul>\n\(next)")
    }

    private func product(_ path: String) -> DemoAnswer {
        if let bean = DemoBean.all.first(where: { $0.path == path }) {
            return .page(
                bean.name,
                """
                <p>From <span class="origin">\(bean.origin)</span>, <span class="price">£\(bean.priceText)</span> for 250 g.</p>
                <p>Grind it <a href="/guide/grind.html#coarse">coarse</a>.</p>
                """)
        }
        if let bean = DemoBean.all.first(where: { "/api/beans/\($0.id)" == path }) { return .json(bean.json) }
        if path.hasPrefix("/api/") { return .json("{\"error\": \"there is no such thing\"}", status: 404) }
        return Self.missing
    }

    private static var missing: DemoAnswer {
        var answer = DemoAnswer.page("Not found", "<p>There is no such page.</p>")
        answer.status = 404
        return answer
    }

    private func guide(_ path: String) -> DemoAnswer {
        switch path {
        case "/guide/brew.html":
            .page(
                "Brewing",
                """
                <p id="water">Water just off the boil; 60 g of coffee for a litre.</p>
                <p>The cup is <a href="/about.html#cups">here</a>, says a link to a place that is not there.</p>
                <img src="/cup.png" alt="A picture that is not there either">
                """)
        case "/guide/grind.html":
            .page(
                "Grinding", "<p id=\"coarse\">Coarse for the pot.</p>\n<p id=\"fine\">Fine for espresso.</p>")
        default:
            .page(
                "Guide",
                "<ul><li><a href=\"grind.html\">Grinding</a></li><li><a href=\"brew.html#water\">Brewing</a></li></ul>"
            )
        }
    }

    private func stock(_ minute: Int) -> DemoAnswer {
        let items = DemoBean.all.enumerated().map { index, bean in
            "<li>\(bean.name): \((minute * 7 + index * 13) % 40) bags</li>"
        }
        return .page("In stock", "<ul>\n\(items.joined(separator: "\n"))\n</ul>")
    }

    private var slow: DemoAnswer {
        var answer = DemoAnswer.page("The roastery", "<p>Good things take two seconds.</p>")
        answer.delay = .seconds(2)
        return answer
    }

    private var sitemap: DemoAnswer {
        let entries = pages.map { "<url><loc>\(origin)\($0)</loc><lastmod>2026-11-01</lastmod></url>\n" }
        return .text(
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
            \(entries.joined())</urlset>

            """, type: "application/xml")
    }

    private func api(_ page: String?) -> DemoAnswer {
        guard let number = Int(page ?? "1"), let beans = DemoBean.page(number) else {
            return .json("{\"error\": \"there are \(DemoBean.pageCount) pages\"}", status: 404)
        }
        let next = number < DemoBean.pageCount ? "\"\(origin)/api/beans?page=\(number + 1)\"" : "null"
        return .json(
            "{\"page\": \(number), \"pages\": \(DemoBean.pageCount), \"next\": \(next), \"beans\": [\(beans.map(\.json).joined(separator: ", "))]}"
        )
    }
}
