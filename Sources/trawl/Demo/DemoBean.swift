/// A sort of coffee that the demo shop sells.
struct DemoBean {
    let name: String
    let origin: String
    /// In pence for 250 g.
    let price: Int

    /// How it is called in URLs.
    var id: String { name.lowercased().split(separator: " ").joined(separator: "-") }

    var path: String { "/beans/\(id).html" }

    /// `7.50`.
    var priceText: String { "\(price / 100).\(price % 100 < 10 ? "0" : "")\(price % 100)" }

    var json: String {
        "{\"id\": \"\(id)\", \"name\": \"\(name)\", \"origin\": \"\(origin)\", \"price\": \(priceText)}"
    }

    /// Sorts on a page of the list, and of the API.
    static let pageSize = 4

    static let all = [
        DemoBean(name: "Yirgacheffe", origin: "Ethiopia", price: 950),
        DemoBean(name: "Sidamo", origin: "Ethiopia", price: 890),
        DemoBean(name: "Huila", origin: "Colombia", price: 750),
        DemoBean(name: "Antigua", origin: "Guatemala", price: 820),
        DemoBean(name: "Santos", origin: "Brazil", price: 620),
        DemoBean(name: "Blue Mountain", origin: "Jamaica", price: 3400),
        DemoBean(name: "Mandheling", origin: "Indonesia", price: 790),
        DemoBean(name: "Malabar", origin: "India", price: 680),
        DemoBean(name: "Kona", origin: "Hawaii", price: 2900),
        DemoBean(name: "Nyeri", origin: "Kenya", price: 980),
    ]

    static var pageCount: Int { (all.count + pageSize - 1) / pageSize }

    /// What is on a page of the list; nil where there is no such page.
    static func page(_ number: Int) -> ArraySlice<DemoBean>? {
        guard (1...pageCount).contains(number) else { return nil }
        return all[((number - 1) * pageSize)..<min(number * pageSize, all.count)]
    }
}
