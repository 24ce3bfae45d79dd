internal import CharacterNames

/// A named character reference of HTML, from behind its `&`: `eacute;` or, of those that need none, without the semicolon.
struct CharacterName: Sendable, Equatable {
    /// The letters and digits, and the semicolon where there is one.
    let name: [UInt8]
    /// What it stands for.
    let character: UInt32
    /// The second character of the few names that stand for two; 0 for none.
    let second: UInt32
}

extension CharacterName {
    /// The names of characters, those of one first character together. Some ten thousand bytes that are taken apart once, and
    /// only in processes that have secrets.
    private static let byCharacter: [UInt32: [CharacterName]] = {
        var names: [UInt32: [CharacterName]] = [:]
        let table = UnsafeBufferPointer(
            start: NamedCharacterReferences.table.utf8Start,
            count: NamedCharacterReferences.table.utf8CodeUnitCount)
        for entry in table.split(separator: UInt8(ascii: " ")) {
            let parts = entry.split(separator: UInt8(ascii: "="))
            guard parts.count == 2 else { continue }
            let characters = parts[1].split(separator: UInt8(ascii: "+")).compactMap {
                UInt32(String(decoding: $0, as: UTF8.self), radix: 16)
            }
            guard let first = characters.first else { continue }
            names[first, default: []].append(
                CharacterName(
                    name: Array(parts[0]), character: first, second: characters.count > 1 ? characters[1] : 0)
            )
        }
        return names
    }()

    fileprivate static func names(of characters: Set<UInt32>) -> [CharacterName] {
        characters.sorted().flatMap { byCharacter[$0] ?? [] }
    }
}

/// The names of some characters, found by their first letter.
struct CharacterNameList: Sendable, Equatable {
    private var names: [CharacterName] = []
    /// For each letter where its names begin; and at the end where all end.
    private var starts = [Int](repeating: 0, count: 129)

    /// The names of some characters.
    init(of characters: Set<UInt32> = []) {
        names = CharacterName.names(of: characters).sorted { $0.name[0] < $1.name[0] }
        for name in names { starts[Int(name.name[0]) + 1] += 1 }
        for letter in 1..<starts.count { starts[letter] += starts[letter - 1] }
    }

    subscript(index: Int) -> CharacterName { names[index] }

    /// Those that begin with an ASCII letter.
    func range(of letter: UInt8) -> Range<Int> { starts[Int(letter)]..<starts[Int(letter) + 1] }
}
