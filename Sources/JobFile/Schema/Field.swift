/// One key of a mapping and how its value gets into a `Target`.
struct Field<Target>: Sendable {
    let name: String
    /// The keys of the mapping that is the value; empty for any other value.
    let children: [String]
    let read: @Sendable (Cursor, inout Target) throws(JobFileError) -> Void

    init(
        _ name: String, children: [String] = [],
        _ read: @escaping @Sendable (Cursor, inout Target) throws(JobFileError) -> Void
    ) {
        self.name = name
        self.children = children
        self.read = read
    }
}

extension Field {
    /// A property of the target that a key path names.
    typealias Property<Value> = any WritableKeyPath<Target, Value> & Sendable

    static func duration(_ name: String, _ property: Property<Duration>) -> Field {
        Field(name) { cursor, target throws(JobFileError) in
            target[keyPath: property] = try cursor.duration()
        }
    }

    static func byteCount(_ name: String, _ property: Property<Int64>) -> Field {
        Field(name) { cursor, target throws(JobFileError) in
            target[keyPath: property] = try ByteCount.read(cursor)
        }
    }

    static func integer(_ name: String, _ range: ClosedRange<Int>, _ property: Property<Int>) -> Field {
        Field(name) { cursor, target throws(JobFileError) in
            target[keyPath: property] = try cursor.integer(in: range)
        }
    }

    static func boolean(_ name: String, _ property: Property<Bool>) -> Field {
        Field(name) { cursor, target throws(JobFileError) in
            target[keyPath: property] = try cursor.boolean()
        }
    }

    /// A text that ends up in a header or a command to curl, and so holds no control characters.
    static func line(_ name: String, _ property: Property<String?>) -> Field {
        Field(name) { cursor, target throws(JobFileError) in
            target[keyPath: property] = try HeaderSchema.value(cursor)
        }
    }

    static func mapping<Child>(
        _ name: String, _ property: Property<Child>, _ schema: Schema<Child>
    ) -> Field {
        Field(name, children: schema.fields.map(\.name)) { cursor, target throws(JobFileError) in
            try schema.read(cursor, into: &target[keyPath: property])
        }
    }
}
