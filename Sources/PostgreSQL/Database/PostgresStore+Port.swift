internal import CrawlCore
package import TrawlStore

extension PostgresTransaction: StoreWriter {}

extension PostgresStore: CrawlDatabase {
    package func read<Value>(_ body: (any StoreReader) throws -> Value) throws(StoreError) -> Value {
        try transaction(.read, tries: 1) { try body($0) }
    }

    package func write<Value>(_ body: (any StoreWriter) throws -> Value) throws(StoreError) -> Value {
        try transaction(.write) { try body($0) }
    }

    package var tablePrefix: String {
        url.schema == url.schema.lowercased() ? url.schema + "." : url.quotedSchema + "."
    }

    package func settle() {}
}
