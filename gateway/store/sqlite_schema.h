// gateway/store/sqlite_schema.h - the tables of both databases and how older ones become them.
#ifndef GATEWAY_STORE_SQLITE_SCHEMA_H_
#define GATEWAY_STORE_SQLITE_SCHEMA_H_

#include "gateway/store/sqlite.h"

namespace zp::gateway::sqlite {

/// Each brings its database to the newest schema, one transaction per step; kConfig if it is newer than this
/// program.
Result<void> migrate_main(Database& database);
Result<void> migrate_keys(Database& database);

}  // namespace zp::gateway::sqlite

#endif  // GATEWAY_STORE_SQLITE_SCHEMA_H_
