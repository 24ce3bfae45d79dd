/// The pictures of a report. Lengths along the page are parts of its width and the rest are pixels, so that a picture is as wide as there is
/// room and its letters stay as large as they are.
enum ReportSVG {
    static func figure(_ chart: ReportChart) -> String {
        let drawing =
            switch chart.kind {
            case .bars, .nested: bars(chart)
            case .columns: columns(chart)
            }
        let title = ForeignText.html(chart.title)
        return """
            <figure id="\(chart.id)"><figcaption>\(title)</figcaption>
            \(legend(chart))<svg role="img" aria-labelledby="\(chart.id)-t \(chart.id)-d" width="100%" height="\(drawing.height)">\
            <title id="\(chart.id)-t">\(title)</title><desc id="\(chart.id)-d">\(ForeignText.html(chart.summary))</desc>
            \(drawing.shapes)</svg>
            \(table(chart))</figure>

            """
    }

    private static func legend(_ chart: ReportChart) -> String {
        guard chart.series.count > 1 else { return "" }
        let items = chart.series.enumerated().map { index, series in
            "<li><span class=\"swatch \(tone(of: series, index, chart))\"></span>\(series.heading)</li>"
        }
        return "<ul class=\"legend\">\(items.joined())</ul>\n"
    }

    private static func tone(of series: ReportChart.Series, _ index: Int, _ chart: ReportChart) -> String {
        chart.kind == .nested ? "nested\(index)" : series.tone.rawValue
    }

    /// The numbers, for those who do not see the picture.
    private static func table(_ chart: ReportChart) -> String {
        var text =
            "<details><summary>Numbers<span class=\"hidden\"> of: \(ForeignText.html(chart.title))</span></summary>"
        text +=
            "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Numbers of: \(ForeignText.html(chart.title))\">"
        text += "<table><thead><tr><th scope=\"col\">\(chart.label)</th>"
        for series in chart.series { text += "<th scope=\"col\" class=\"number\">\(series.heading)</th>" }
        text += "</tr></thead><tbody>"
        for bar in chart.bars {
            text += "<tr><th scope=\"row\" dir=\"auto\">\(ForeignText.html(bar.label))</th>"
            for value in bar.values { text += "<td class=\"number\">\(Wording.count(value))</td>" }
            text += "</tr>"
        }
        return text + "</tbody></table></div></details>"
    }

    // MARK: Bars

    private static func bars(_ chart: ReportChart) -> (shapes: String, height: Int) {
        let isNested = chart.kind == .nested
        let most = max(1, chart.bars.map { isNested ? $0.values.max() ?? 0 : $0.total }.max() ?? 1)
        var shapes = ""
        for (index, bar) in chart.bars.enumerated() {
            let top = index * 36
            let label = ForeignText.html(ForeignText.cut(bar.label, to: 48))
            let numbers = ForeignText.html(bar.text ?? words(bar, chart))
            shapes += "<g><title>\(label): \(numbers)</title>"
            shapes += "<rect class=\"track\" x=\"0\" y=\"\(top + 20)\" width=\"100%\" height=\"10\"/>"
            shapes += "<text x=\"0\" y=\"\(top + 14)\" aria-hidden=\"true\">\(label)</text>"
            shapes +=
                "<text class=\"figure\" x=\"100%\" y=\"\(top + 14)\" text-anchor=\"end\" aria-hidden=\"true\">\(numbers)</text>"
            var start = 0.0
            let values = Array(bar.values.enumerated())
            for (place, value) in isNested ? values.reversed() : values where value > 0 {
                let width = max(0.4, 100 * Double(value) / Double(most))
                let tone = isNested ? "nested\(place)" : (bar.tone ?? chart.series[place].tone).rawValue
                shapes +=
                    "<rect class=\"\(tone)\" x=\"\(percent(start))\" y=\"\(top + 20)\" width=\"\(percent(width))\" height=\"10\"/>"
                if !isNested { start += width }
            }
            shapes += "</g>\n"
        }
        return (shapes, chart.bars.count * 36)
    }

    private static func words(_ bar: ReportChart.Bar, _ chart: ReportChart) -> String {
        guard chart.series.count > 1 else { return Wording.count(bar.total) }
        let parts = zip(bar.values, chart.series).filter { $0.0 > 0 }
            .map { "\(Wording.count($0)) \($1.heading.lowercased())" }
        return parts.joined(separator: ", ")
    }

    // MARK: Columns

    /// Where columns stand, from the top.
    private static let (top, bottom) = (52, 200)

    private static func columns(_ chart: ReportChart) -> (shapes: String, height: Int) {
        let most = max(1, chart.bars.map(\.total).max() ?? 1)
        let step = 100 / Double(chart.bars.count)
        var shapes = "<line class=\"axis\" x1=\"0\" x2=\"100%\" y1=\"\(bottom)\" y2=\"\(bottom)\"/>\n"
        for (index, bar) in chart.bars.enumerated() {
            let left = Double(index) * step
            shapes += "<g><title>\(ForeignText.html(bar.label)): \(words(bar, chart))</title>"
            shapes +=
                "<rect class=\"hover\" x=\"\(percent(left))\" y=\"\(top)\" width=\"\(percent(step))\" height=\"\(bottom - top)\"/>"
            var base = Double(bottom)
            for (place, value) in bar.values.enumerated() where value > 0 {
                let height = max(1, Double(bottom - top) * Double(value) / Double(most))
                base -= height
                shapes +=
                    "<rect class=\"\((bar.tone ?? chart.series[place].tone).rawValue)\" x=\"\(percent(left + step * 0.06))\" "
                    + "y=\"\(number(base))\" width=\"\(percent(step * 0.88))\" height=\"\(number(height))\"/>"
            }
            shapes += "</g>\n"
        }
        for (index, mark) in chart.marks.enumerated() {
            let place = min(1, max(0, mark.place))
            let isLeft = place > 0.6
            shapes +=
                "<line class=\"mark\" x1=\"\(percent(place * 100))\" x2=\"\(percent(place * 100))\" y1=\"\(14 * index + 4)\" y2=\"\(bottom)\"/>"
            shapes +=
                "<text class=\"figure\" x=\"\(percent(place * 100))\" dx=\"\(isLeft ? -4 : 4)\" y=\"\(14 * index + 12)\" "
                + "text-anchor=\"\(isLeft ? "end" : "start")\" aria-hidden=\"true\">\(ForeignText.html(mark.label))</text>\n"
        }
        // Last, so that a mark goes behind it.
        shapes +=
            "<text class=\"figure\" x=\"0\" y=\"\(top - 4)\" aria-hidden=\"true\">at most \(Wording.count(most))</text>"
        return (shapes + ticks(chart), bottom + 22)
    }

    /// The labels of the first, the last and the middle column.
    private static func ticks(_ chart: ReportChart) -> String {
        var places = [(0, "start", 0.0)]
        let last = chart.bars.count - 1
        if last > 1 { places.append((last / 2, "middle", (Double(last / 2) + 0.5) * 100 / Double(last + 1))) }
        if last > 0 { places.append((last, "end", 100)) }
        return places.map { index, anchor, place in
            "<text x=\"\(percent(place))\" y=\"\(bottom + 16)\" text-anchor=\"\(anchor)\" aria-hidden=\"true\">"
                + "\(ForeignText.html(chart.bars[index].label))</text>"
        }.joined() + "\n"
    }

    // MARK: Numbers

    private static func percent(_ value: Double) -> String { number(value) + "%" }

    /// With two digits behind the point at most.
    private static func number(_ value: Double) -> String {
        let hundredths = Int((value * 100).rounded())
        let (whole, rest) = (hundredths / 100, hundredths % 100)
        if rest == 0 { return "\(whole)" }
        return rest % 10 == 0 ? "\(whole).\(rest / 10)" : "\(whole).\(rest < 10 ? "0" : "")\(rest)"
    }
}
