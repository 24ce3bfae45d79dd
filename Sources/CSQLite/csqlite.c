#include "csqlite.h"

#include <sqlite3.h>

void csqlite_set_up(void) {
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    sqlite3_config(SQLITE_CONFIG_URI, 1);
    sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 1200, 512);
}
