#pragma once

// What Swift cannot call of SQLite: sqlite3_config is variadic.

// Sets SQLite up for the process, which must not have used it yet:
//  - No account of its memory, which nobody reads: it takes a lock for each allocation, of which a page has twenty.
//    <https://sqlite.org/compile.html#default_memstatus> recommends that.
//  - A lookaside of 512 slots of 1,200 bytes for each connection: statements that stay prepared keep slots of it, and with
//    the default of 40 those that run find none left <https://sqlite.org/malloc.html#lookaside>.
//  - Names that begin with `file:` are URIs, of which one is how a file is read that stays as it is.
// What cannot be set stays as it is, which costs time and nothing else.
void csqlite_set_up(void);
