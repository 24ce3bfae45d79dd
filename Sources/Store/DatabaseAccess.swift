/// What a database is opened for.
package enum DatabaseAccess: Sendable {
    /// Created and migrated where needed.
    case readWrite
    /// Must exist; migrated where needed.
    case existing
    /// Must exist and be of this version.
    case readOnly
}
