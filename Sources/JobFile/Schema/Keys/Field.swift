/// One key of a mapping: its name, what its value may be and means, and how the value gets into a `Target` and back.
///
/// There is no other list of keys: the parser and its messages, `trawl schema` and `--dry-run` go by it, and tests compare
/// docs/job-file.md with it.
struct Field<Target>: Sendable {
    let name: String
    /// What the value may be; within a mapping, with the defaults that a target has.
    let type: @Sendable (_ defaults: Target?) -> ValueType
    /// What the value says, as docs/job-file.md has it.
    let meaning: String
    /// A value that says more than the examples of its type; nil for none.
    let example: DocumentNode?
    /// The keys of the mapping that is the value; empty for any other value.
    let children: [String]
    /// The value as job files write it. Of a target with the defaults that is the key's default. Nil where there is none, or
    /// where only the file itself says what was written.
    let written: @Sendable (Target) -> DocumentNode?
    let read: @Sendable (Cursor, inout Target) throws(JobFileError) -> Void

    init(
        _ name: String, _ type: ValueType, _ meaning: String, example: DocumentNode? = nil,
        children: [String] = [], written: @escaping @Sendable (Target) -> DocumentNode? = { _ in nil },
        _ read: @escaping @Sendable (Cursor, inout Target) throws(JobFileError) -> Void
    ) {
        self.init(
            name, type: { _ in type }, meaning, example: example, children: children, written: written, read)
    }

    private init(
        _ name: String, type: @escaping @Sendable (Target?) -> ValueType, _ meaning: String,
        example: DocumentNode?, children: [String], written: @escaping @Sendable (Target) -> DocumentNode?,
        _ read: @escaping @Sendable (Cursor, inout Target) throws(JobFileError) -> Void
    ) {
        self.name = name
        self.type = type
        self.meaning = meaning
        self.example = example
        self.children = children
        self.written = written
        self.read = read
    }
}

extension Field {
    /// A property of the target that a key path names.
    typealias Property<Value> = any WritableKeyPath<Target, Value> & Sendable

    static func duration(_ name: String, _ property: Property<Duration>, _ meaning: String) -> Field {
        Field(name, .duration, meaning, written: { .word($0[keyPath: property].jobFileText) }) {
            cursor, target throws(JobFileError) in
            target[keyPath: property] = try cursor.duration()
        }
    }

    static func byteCount(_ name: String, _ property: Property<Int64>, _ meaning: String) -> Field {
        Field(name, .size, meaning, written: { ByteCount.written($0[keyPath: property]) }) {
            cursor, target throws(JobFileError) in
            target[keyPath: property] = try ByteCount.read(cursor)
        }
    }

    static func integer(
        _ name: String, _ range: ClosedRange<Int>, _ property: Property<Int>, _ meaning: String
    ) -> Field {
        Field(name, .integer(range), meaning, written: { .number($0[keyPath: property]) }) {
            cursor, target throws(JobFileError) in
            target[keyPath: property] = try cursor.integer(in: range)
        }
    }

    static func boolean(_ name: String, _ property: Property<Bool>, _ meaning: String) -> Field {
        Field(name, .boolean, meaning, written: { DocumentNode(.boolean($0[keyPath: property])) }) {
            cursor, target throws(JobFileError) in
            target[keyPath: property] = try cursor.boolean()
        }
    }

    /// One of the words of a type.
    static func choice<Choice: RawRepresentable<String> & CaseIterable & Sendable>(
        _ name: String, _ property: Property<Choice>, _ meaning: String
    ) -> Field {
        Field(name, .words(Choice.self), meaning, written: { .word($0[keyPath: property].rawValue) }) {
            cursor, target throws(JobFileError) in
            target[keyPath: property] = try cursor.choice()
        }
    }

    /// A text that ends up in a header or a command to curl, and so holds no control characters.
    static func line(
        _ name: String, _ property: Property<String?>, _ meaning: String, type: ValueType = .line,
        example: DocumentNode? = nil
    ) -> Field {
        Field(
            name, type, meaning, example: example, written: { $0[keyPath: property].map(DocumentNode.text) }
        ) {
            cursor, target throws(JobFileError) in
            target[keyPath: property] = try HeaderSchema.value(cursor)
        }
    }

    /// A list of texts.
    static func texts(
        _ name: String, _ type: ValueType, _ property: Property<[String]>, _ meaning: String,
        example: DocumentNode,
        _ read: @escaping @Sendable (Cursor) throws(JobFileError) -> [String]
    ) -> Field {
        Field(
            name, type, meaning, example: example,
            written: { target in
                let texts = target[keyPath: property]
                return texts.isEmpty ? nil : .texts(texts)
            }
        ) { cursor, target throws(JobFileError) in
            target[keyPath: property] = try read(cursor)
        }
    }

    /// A mapping of keys.
    ///
    /// - Parameter showsDefaults: whether the target's values are the defaults of its keys.
    static func mapping<Child>(
        _ name: String, _ property: Property<Child>, _ schema: Schema<Child>, _ meaning: String,
        showsDefaults: Bool = true
    ) -> Field {
        Field(
            name, type: { schema.type(defaults: showsDefaults ? $0?[keyPath: property] : nil) }, meaning,
            example: nil, children: schema.fields.map(\.name),
            written: { schema.written($0[keyPath: property]) }
        ) { cursor, target throws(JobFileError) in
            try schema.read(cursor, into: &target[keyPath: property])
        }
    }
}
