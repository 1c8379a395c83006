// gateway/casework/key_change.h - how far a change of zone keys is.
//
//   zegelpost keys rotate   makes the keys: config.zone_key() is the new one, config.former_zone_key() the one before
//   worker, job "rewrap"    wraps and seals each data key anew, then removes the former key (gateway/worker/rewrap_job.cpp)
// Each row of the key table names what it is kept under (keeping_of), and config.keeping() what the worker wants: the rows
// that say something else are what is left to do. So nothing is lost or done twice when a process dies.
// Threads: free functions.
#ifndef GATEWAY_CASEWORK_KEY_CHANGE_H_
#define GATEWAY_CASEWORK_KEY_CHANGE_H_

#include "gateway/config/config.h"
#include "gateway/store/store.h"

namespace zp::gateway {

struct KeyChange {
  bool under_way = false;  // the former zone key is still there
  std::uint64_t keys = 0;  // data keys in all
  std::uint64_t left = 0;  // of these, still to be kept anew
};
Result<KeyChange> key_change(const Config& config, StoreReader& store);

/// What config.keeping() holds; zero if the worker never wrote it.
Result<Id> wanted_keeping(const Config& config);
Result<void> set_wanted_keeping(const Config& config, const Id& keeping);
bool former_key_is_there(const Config& config);

}  // namespace zp::gateway

#endif  // GATEWAY_CASEWORK_KEY_CHANGE_H_
