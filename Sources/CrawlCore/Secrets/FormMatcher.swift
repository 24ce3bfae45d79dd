/// Follows a form of a secret through a text, along all ways in which the text can be read. Its memory serves the next match.
struct FormMatcher {
    private struct State: Equatable {
        var place: SecretForm.Place
        var position: Int
    }

    private var states: [State] = []
    private var next: [State] = []
    private var candidates: [Int] = []
    /// How many more readings may be tried.
    private var work: Int

    /// A hostile text can be read in many ways at each place. This limit is reached within seconds.
    static let workOfByte = 64
    /// The most ways that are followed at once. More than a dozen come only from hostile texts.
    private static let stateLimit = 64
    /// From this length on a text may have been cut off, within a secret too: titles are, after 4,096 characters.
    static let cutLength = 4096

    /// - Parameter length: bytes of the text.
    init(length: Int) {
        work = 1_000_000 + Self.workOfByte * length
    }

    /// Whether looking further would take too long.
    private var isExhausted: Bool { work <= 0 }

    /// The longest match of forms that begins at a position.
    mutating func match(
        _ forms: [SecretForm], at position: Int, _ unit: UInt32, _ reader: inout SpellingReader
    ) -> (range: Range<Int>, form: Int)? {
        // Nothing is stored of a text that takes too long to read.
        if isExhausted { return (position..<reader.text.bytes.count, 0) }
        candidates.removeAll(keepingCapacity: true)
        if SpellingReader.isSpecial(unit) {
            reader.read(at: position)
            work -= reader.readings.count
            for reading in reader.readings {
                for index in forms.indices where forms[index].mayBegin(with: reading.value) {
                    if !candidates.contains(index) { candidates.append(index) }
                }
            }
        } else {
            for index in forms.indices where forms[index].mayBegin(with: unit) { candidates.append(index) }
        }
        var match: (range: Range<Int>, form: Int)?
        for index in candidates {
            guard let end = end(of: forms[index], at: position, &reader) else { continue }
            if end > match?.range.upperBound ?? 0 {
                match = (forms[index].widened(position..<end, in: reader.text), index)
            }
        }
        return match
    }

    /// Where the longest match that begins at a position ends; nil where there is none.
    private mutating func end(of form: SecretForm, at start: Int, _ reader: inout SpellingReader) -> Int? {
        // Most of what begins like a form goes on otherwise.
        guard form.mayGoOn(with: reader.text.unit(at: start), reader.text.unit(at: start + reader.text.step))
        else { return nil }
        states.removeAll(keepingCapacity: true)
        states.append(State(place: SecretForm.Place(count: 0), position: start))
        let text = reader.text
        var end: Int?
        while !states.isEmpty, !isExhausted {
            next.removeAll(keepingCapacity: true)
            for state in states {
                if state.place.count == form.bytes.count {
                    end = max(end ?? 0, state.position)
                    continue
                }
                step(state, form, &reader)
                // The text ends within the secret: what there is of it is enough to tell.
                if state.position + text.step > text.bytes.count, text.bytes.count >= Self.cutLength,
                    state.place.count >= Redaction.shortest
                {
                    end = max(end ?? 0, text.bytes.count)
                }
            }
            swap(&states, &next)
        }
        return end
    }

    private mutating func step(_ state: State, _ form: SecretForm, _ reader: inout SpellingReader) {
        reader.read(at: state.position)
        work -= reader.readings.count
        for reading in reader.readings {
            form.forEachNext(state.place, reading.value, isByte: reading.isByte) { place in
                guard reading.second != 0 else { return add(place, reading.end) }
                guard place.count < form.bytes.count else { return }
                form.forEachNext(place, reading.second, isByte: false) { add($0, reading.end) }
            }
        }
    }

    private mutating func add(_ place: SecretForm.Place, _ position: Int) {
        let state = State(place: place, position: position)
        guard next.count < Self.stateLimit, !next.contains(state) else { return }
        next.append(state)
    }
}
