// gateway/store/sqlite_store.h - Store on SQLite: WAL, synchronous=FULL, the embedded default.
//
// Two databases: FOLDER/zegelpost.db and FOLDER/keys.db (secure_delete; truncated after shredding). Schema
// migrations run at open.
#ifndef GATEWAY_STORE_SQLITE_STORE_H_
#define GATEWAY_STORE_SQLITE_STORE_H_

#include <memory>
#include <string>

#include "gateway/store/store.h"

namespace zp::gateway {

/// kConfig if the schema is newer than this program.
Result<std::unique_ptr<Store>> open_sqlite_store(const std::string& folder);

}  // namespace zp::gateway

#endif  // GATEWAY_STORE_SQLITE_STORE_H_
