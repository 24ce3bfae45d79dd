internal import TrawlStore

/// A format of graphs.
enum GraphFormat {
    /// GraphML (<http://graphml.graphdrawing.org>), which Gephi, networkx, yEd and igraph read.
    case graphml
    /// DOT, the language of Graphviz.
    case dot
    /// GEXF 1.2, Gephi's own; networkx reads no other version without being told.
    case gexf
}

/// Writes links as a graph: a node a URL, and an edge from each page to each URL that it links to, whose weight is how many times it
/// does.
///
/// Nodes have to come before edges. So all links are gone through twice: ``addNodes(of:)`` is called for each, then
/// ``beginEdges()``, then ``addEdge(of:)`` for each in the same order, those of a page one after the other. What is kept of a URL is
/// its number.
struct LinkGraphWriter {
    private let format: GraphFormat
    private let descriptor: Int32
    /// The numbers of URLs by their hashes: Swift's, of 64 bits and seeded anew in each process, so that nobody can make two alike.
    private var nodes: [Int: Int] = [:]
    private var edges = 0
    /// The page whose links are being gathered, and how often it links to which nodes.
    private var page: (node: Int, url: String)?
    private var weights: [Int: Int] = [:]
    /// Text that is not written yet.
    private var text = ""

    /// - Parameter descriptor: where it goes; it is not closed.
    init(_ format: GraphFormat, to descriptor: Int32) {
        self.format = format
        self.descriptor = descriptor
    }

    /// Writes what comes before the first node.
    mutating func begin() throws {
        switch format {
        case .graphml:
            try put(
                """
                <?xml version="1.0" encoding="UTF-8"?>
                <graphml xmlns="http://graphml.graphdrawing.org/xmlns">
                <key id="label" for="node" attr.name="label" attr.type="string"/>
                <key id="weight" for="edge" attr.name="weight" attr.type="int"/>
                <graph edgedefault="directed">

                """)
        case .dot: try put("digraph {\n")
        case .gexf:
            try put(
                """
                <?xml version="1.0" encoding="UTF-8"?>
                <gexf xmlns="http://www.gexf.net/1.2draft" version="1.2">
                <graph mode="static" defaultedgetype="directed">
                <nodes>

                """)
        }
    }

    /// Writes the nodes of a link that are new.
    mutating func addNodes(of link: LinkRow) throws {
        for url in [link.from, link.to] {
            let hash = url.hashValue
            guard nodes[hash] == nil else { continue }
            let node = nodes.count
            nodes[hash] = node
            switch format {
            case .graphml:
                try put("<node id=\"\(node)\"><data key=\"label\">\(XMLText.escaped(url))</data></node>\n")
            case .dot: try put("  \(node) [label=\"\(LinkGraphWriter.dotText(url))\"];\n")
            case .gexf: try put("<node id=\"\(node)\" label=\"\(XMLText.escaped(url))\"/>\n")
            }
        }
    }

    /// Writes what comes between nodes and edges.
    mutating func beginEdges() throws {
        if format == .gexf { try put("</nodes>\n<edges>\n") }
    }

    /// Adds a link to its edge, which is written after the last link of its page.
    mutating func addEdge(of link: LinkRow) throws {
        // A link that came in between the two passes has no nodes. There is none where both read one state of the database.
        guard let to = nodes[link.to.hashValue] else { return }
        if page?.url != link.from {
            try writeEdges()
            page = nodes[link.from.hashValue].map { ($0, link.from) }
        }
        weights[to, default: 0] += link.count
    }

    /// Writes what is left.
    mutating func end() throws {
        try writeEdges()
        switch format {
        case .graphml: try put("</graph>\n</graphml>\n")
        case .dot: try put("}\n")
        case .gexf: try put("</edges>\n</graph>\n</gexf>\n")
        }
        try flush()
    }

    private mutating func writeEdges() throws {
        defer { weights.removeAll(keepingCapacity: true) }
        guard let from = page?.node else { return }
        for (to, weight) in weights.sorted(by: { $0.key < $1.key }) {
            switch format {
            case .graphml:
                try put(
                    "<edge source=\"\(from)\" target=\"\(to)\"><data key=\"weight\">\(weight)</data></edge>\n"
                )
            case .dot: try put("  \(from) -> \(to) [weight=\(weight)];\n")
            case .gexf:
                try put("<edge id=\"\(edges)\" source=\"\(from)\" target=\"\(to)\" weight=\"\(weight)\"/>\n")
            }
            edges += 1
        }
    }

    /// A text as it stands between the quotes of a string of DOT. In labels a backslash begins an escape sequence.
    private static func dotText(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\":
                escaped += "\\"
                escaped.unicodeScalars.append(scalar)
            case "\0"..."\u{1f}", "\u{7f}": escaped += "\u{fffd}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    // MARK: - Output

    private static let bufferSize = 64 << 10

    private mutating func put(_ more: String) throws {
        text += more
        if text.utf8.count >= LinkGraphWriter.bufferSize { try flush() }
    }

    private mutating func flush() throws {
        try Terminal.put(text, to: descriptor)
        text.removeAll(keepingCapacity: true)
    }
}
