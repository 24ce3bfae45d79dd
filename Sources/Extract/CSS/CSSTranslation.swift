/// Writes CSS selectors as XPath 1.0, as the Python package cssselect does, so that they find the same.
///
/// Where the two differ in the expression, the reason is time: `preceding-sibling::*[2]` ends at the second sibling, and
/// `count(preceding-sibling::*)` goes over all of them for each.
struct CSSTranslation {
    /// Which rules hold for names.
    enum Language {
        /// Names are in lower case, and elements such as links and inputs mean something.
        case html
        case xml
    }

    let language: Language

    /// The expression that finds what any of the selectors finds.
    ///
    /// - Throws: What cannot be written as XPath.
    func xpath(_ selectors: [CSSSelector]) throws(CSSParser.Mistake) -> String {
        var paths: [String] = []
        for selector in selectors { paths.append(try path(selector)) }
        return paths.joined(separator: " | ")
    }

    // MARK: - Selectors

    private func path(_ selector: CSSSelector) throws(CSSParser.Mistake) -> String {
        var path = ""
        for (index, step) in selector.steps.enumerated() {
            let isLast = index == selector.steps.count - 1
            if isLast, selector.target != .element, step.combinator == .descendant, step.compound.isUniversal
            {
                // As in parsel `div ::text` has the texts of the `div` itself, too.
                path += (path.isEmpty ? "" : "/") + "descendant-or-self::*"
            } else {
                path += try self.step(step, isFirst: index == 0)
            }
            if !isLast, selector.steps[index + 1].combinator == .laterSibling {
                path += firstOfItsName(step)
            }
        }
        switch selector.target {
        case .element: return path
        case .text: return path + "/text()"
        case .attribute(let name): return path + "/" + attribute(CSSName(local: name))
        }
    }

    private func step(_ step: CSSSelector.Step, isFirst: Bool) throws(CSSParser.Mistake) -> String {
        let compound = step.compound
        let test = test(compound.name)
        switch step.combinator {
        // A second condition beside the number would have libxml2 go over all siblings.
        case .nextSibling:
            return "/following-sibling::*[1]/self::" + test + predicates(try conditions(of: compound, ""))
        case .laterSibling:
            return "/following-sibling::" + test + predicates(try conditions(of: compound, ""))
        case .child, .descendant: break
        }
        let isChild = step.combinator == .child
        // A series is a matter of the place among the children, which is at hand where all of them are gone through.
        guard let index = compound.conditions.firstIndex(where: \.isSeries),
            case .position(let position) = compound.conditions[index]
        else {
            let axis = isChild ? "/" : isFirst ? "descendant-or-self::" : "/descendant::"
            return axis + test + predicates(try conditions(of: compound, ""))
        }
        var rest = compound
        rest.conditions.remove(at: index)
        let places = predicates([
            series(position, place: position.isFromEnd ? "(last() - position() + 1)" : "position()")
        ])
        let children = isChild ? "/" : "//"
        return position.isOfType
            ? children + (try typeTest(compound)) + places + predicates(try conditions(of: rest, ""))
            : children + "*" + places + predicates(try conditions(rest))
    }

    /// The condition that no sibling before an element has its name; nothing where an element has to fulfil more than that.
    ///
    /// What comes later than any of them comes later than the first, so the siblings are gone over once, and not for each.
    private func firstOfItsName(_ step: CSSSelector.Step) -> String {
        guard step.compound.conditions.isEmpty, step.combinator == .descendant || step.combinator == .child
        else { return "" }
        return "[not(preceding-sibling::\(test(step.compound.name))[1])]"
    }

    private func predicates(_ conditions: [String]) -> String { conditions.map { "[\($0)]" }.joined() }

    /// A condition that holds for the elements that a selector finds.
    private func condition(_ steps: ArraySlice<CSSSelector.Step>) throws(CSSParser.Mistake) -> String {
        guard let last = steps.last else { return "true()" }
        var parts = try conditions(last.compound)
        let before = steps.dropLast()
        if !before.isEmpty {
            let axis =
                switch last.combinator {
                case .descendant: "ancestor::*"
                case .child: "parent::*"
                case .nextSibling: "preceding-sibling::*[1]/self::*"
                case .laterSibling: "preceding-sibling::*"
                }
            parts.append(axis + predicates([try condition(before)]))
        }
        return parts.isEmpty
            ? "true()" : parts.map { parts.count > 1 ? "(\($0))" : $0 }.joined(separator: " and ")
    }

    private func anyOf(_ selectors: [CSSSelector]) throws(CSSParser.Mistake) -> String {
        var conditions: [String] = []
        for selector in selectors { conditions.append(try condition(selector.steps[...])) }
        return conditions.joined(separator: " or ")
    }

    /// A condition that holds where any of the selectors finds something, beginning at the element.
    private func has(_ selectors: [CSSSelector]) throws(CSSParser.Mistake) -> String {
        var paths: [String] = []
        for selector in selectors {
            let path = try path(selector)
            // A path begins at the root, or at an element's children, descendants or siblings.
            paths.append(
                path.hasPrefix("descendant-or-self::")
                    ? "descendant::" + path.dropFirst("descendant-or-self::".count) : "." + path)
        }
        return paths.joined(separator: " or ")
    }

    // MARK: - Names

    /// The test for a name, which a condition may follow.
    private func test(_ name: CSSName) -> String {
        guard let local = name.local.map(written) else {
            if case .named(let prefix) = name.prefix { return "\(prefix):*" }
            return "*"
        }
        switch name.prefix {
        case .any: return "*[local-name() = \(literal(local))]"
        case .named(let prefix) where isPlain(local) && isPlain(prefix): return "\(prefix):\(local)"
        case .named(let prefix): return "*[name() = \(literal("\(prefix):\(local)"))]"
        case .none: return isPlain(local) ? local : "*[name() = \(literal(local))]"
        }
    }

    /// The test for a name among siblings of the same name.
    private func typeTest(_ compound: CSSCompound) throws(CSSParser.Mistake) -> String {
        guard compound.name.local != nil else {
            throw CSSParser.Mistake(
                description:
                    "the pseudo-classes that end in of-type need a name before them, as in p:first-of-type")
        }
        return test(compound.name)
    }

    private func attribute(_ name: CSSName) -> String {
        let local = written(name.local ?? "")
        return switch name.prefix {
        case .any: "@*[local-name() = \(literal(local))]"
        case .named(let prefix) where isPlain(local) && isPlain(prefix): "@\(prefix):\(local)"
        case .named(let prefix): "@*[name() = \(literal("\(prefix):\(local)"))]"
        case .none: isPlain(local) ? "@\(local)" : "@*[name() = \(literal(local))]"
        }
    }

    /// A name as it is in the tree.
    private func written(_ name: String) -> String {
        language == .html ? name.asciiLowercased : name
    }

    /// Whether a name can stand in an expression as it is.
    private func isPlain(_ name: String) -> Bool {
        guard let first = name.utf8.first, first.isNameByte, !first.isDigit else { return false }
        return name.utf8.allSatisfy { $0.isNameByte || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") }
    }

    /// A text in quotes. XPath 1.0 has no escapes, so a text with quotes of both kinds is put together.
    private func literal(_ text: String) -> String {
        if !text.contains("'") { return "'\(text)'" }
        if !text.contains("\"") { return "\"\(text)\"" }
        let parts = text.split(separator: "'", omittingEmptySubsequences: false).map { "'\($0)'" }
        return "concat(\(parts.joined(separator: ", \"'\", ")))"
    }

    // MARK: - Conditions

    /// All conditions of a compound, its name among them.
    private func conditions(_ compound: CSSCompound) throws(CSSParser.Mistake) -> [String] {
        let test = test(compound.name)
        return try conditions(of: compound, test == "*" ? "" : "self::" + test)
    }

    private func conditions(of compound: CSSCompound, _ name: String) throws(CSSParser.Mistake) -> [String] {
        var conditions = name.isEmpty ? [] : [name]
        for condition in compound.conditions {
            switch condition {
            case .attribute(let attribute): conditions.append(test(attribute))
            case .position(let position):
                let axis = position.isFromEnd ? "following-sibling::" : "preceding-sibling::"
                let siblings = axis + (position.isOfType ? try typeTest(compound) : "*")
                if let place = place(position, siblings) { conditions.append(place) }
            case .any(let selectors): conditions.append(try anyOf(selectors))
            case .not(let selectors): conditions.append("not(\(try anyOf(selectors)))")
            case .has(let selectors): conditions.append(try has(selectors))
            case .contains(let text): conditions.append("contains(., \(literal(text)))")
            case .language(let language): conditions.append(test(ofLanguage: language))
            case .state(let state): conditions.append(test(state))
            }
        }
        return conditions
    }

    private func test(_ condition: CSSAttribute) -> String {
        var attribute = attribute(condition.name)
        guard let comparison = condition.comparison else { return attribute }
        var text = condition.value
        if condition.ignoresCase, !text.isEmpty {
            attribute = lowercased(attribute)
            text = text.asciiLowercased
        }
        let value = literal(text)
        let isWord = !text.isEmpty && !text.contains(where: { " \t\r\n\u{C}".contains($0) })
        switch comparison {
        case .equals: return "\(attribute) = \(value)"
        case .differs: return text.isEmpty ? "\(attribute) != ''" : "not(\(attribute) = \(value))"
        case .hasDashedPrefix:
            return "\(attribute) = \(value) or starts-with(\(attribute), \(literal(text + "-")))"
        case .hasWord where isWord:
            // The first half is quick, and false for nearly all.
            return "contains(\(attribute), \(value)) and "
                + "contains(concat(' ', normalize-space(\(attribute)), ' '), \(literal(" \(text) ")))"
        case .hasPrefix where !text.isEmpty: return "starts-with(\(attribute), \(value))"
        case .hasSuffix where !text.isEmpty:
            let start = "string-length(\(attribute)) - \(text.unicodeScalars.count - 1)"
            return "substring(\(attribute), \(start)) = \(value)"
        case .contains where !text.isEmpty: return "contains(\(attribute), \(value))"
        case .hasWord, .hasPrefix, .hasSuffix, .contains: return "false()"
        }
    }

    private func lowercased(_ value: String) -> String {
        "translate(\(value), 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')"
    }

    /// The condition that an element has one of some places.
    ///
    /// - Parameter siblings: The path to the siblings that come before it, the nearest first.
    /// - Returns: nil where every element has one.
    private func place(_ position: CSSPosition, _ siblings: String) -> String? {
        let offset = position.offset
        let least = "\(siblings)[\(offset - 1)]"
        let most = "not(\(siblings)[\(offset)])"
        switch position.step {
        case 0 where offset < 1: return "false()"
        case 0: return offset == 1 ? most : "\(least) and \(most)"
        case 1: return offset > 1 ? least : nil
        case -1: return offset < 1 ? "false()" : most
        default: return series(position, place: "(count(\(siblings)) + 1)")
        }
    }

    /// The condition that a place, which is counted from 1, is in a series.
    private func series(_ position: CSSPosition, place: String) -> String {
        let (step, offset) = (position.step, position.offset)
        // The same remainder as the offset, of the numbers from 0 on.
        let remainder = (offset % abs(step) + abs(step)) % abs(step)
        let isInStep = "\(place) mod \(abs(step)) = \(remainder)"
        if step > 0, offset <= abs(step) { return isInStep }
        return "\(isInStep) and \(place) \(step > 0 ? ">=" : "<=") \(offset)"
    }

    private func test(ofLanguage language: String) -> String {
        guard self.language == .html else { return "lang(\(literal(language)))" }
        let range = language.asciiLowercased + "-"
        return
            "ancestor-or-self::*[@lang][1][starts-with(concat(\(lowercased("@lang")), '-'), \(literal(range)))]"
    }

    private func test(_ state: CSSState) -> String {
        switch state {
        case .root, .scope: return "not(parent::*)"
        case .empty: return "not(* or text())"
        case .link, .checked, .enabled, .disabled:
            return language == .html ? Self.htmlState(state) : "false()"
        case .visited, .hover, .active, .focus, .target: return "false()"
        }
    }

    /// See the HTML Standard, "Pseudo-classes".
    private static func htmlState(_ state: CSSState) -> String {
        let isControl = "self::button or self::input or self::select or self::textarea or self::fieldset"
        let isOption = "self::option or self::optgroup"
        // What is in a fieldset's first legend stays enabled.
        let isInFieldset =
            "ancestor-or-self::*[parent::fieldset[@disabled]][not(self::legend) or preceding-sibling::legend]"
        let isDisabled =
            "(\(isControl)) and (@disabled or \(isInFieldset)) or (\(isOption)) and @disabled "
            + "or self::option and ancestor::optgroup[@disabled]"
        return switch state {
        case .link: "@href and (self::a or self::area or self::link)"
        case .checked:
            "self::option[@selected] or self::input[@checked][@type = 'checkbox' or @type = 'radio']"
        case .disabled: isDisabled
        default: "(\(isControl) or \(isOption)) and not(\(isDisabled))"
        }
    }
}

extension CSSCompound.Condition {
    /// Whether it is about every second child, or third, and so on.
    fileprivate var isSeries: Bool {
        if case .position(let position) = self { abs(position.step) > 1 } else { false }
    }
}

extension String {
    /// The text with the letters A to Z in lower case.
    fileprivate var asciiLowercased: String {
        String(decoding: utf8.map { $0 &- UInt8(ascii: "A") < 26 ? $0 | 0x20 : $0 }, as: UTF8.self)
    }
}
