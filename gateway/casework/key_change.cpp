#include "gateway/casework/key_change.h"

#include <unistd.h>

#include "crypto/base/text.h"
#include "gateway/store/files.h"

namespace zp::gateway {

bool former_key_is_there(const Config& config) { return ::access(config.former_zone_key().c_str(), F_OK) == 0; }

Result<Id> wanted_keeping(const Config& config) {
  const auto text = read_file(config.keeping(), 100);
  if (!text && text.error().code == Code::kNotFound) return Id{};
  if (!text) return std::unexpected(text.error());
  return Id::parse(trim(as_text(*text)));
}

Result<void> set_wanted_keeping(const Config& config, const Id& keeping) {
  const auto before = wanted_keeping(config);
  if (before && *before == keeping) return {};
  return replace_file(config.keeping(), as_bytes(keeping.hex() + "\n"));
}

Result<KeyChange> key_change(const Config& config, StoreReader& store) {
  TRY_ASSIGN(const Id wanted, wanted_keeping(config));
  TRY_ASSIGN(const KeyCounts counts, store.count_keys(wanted));
  return KeyChange{former_key_is_there(config), counts.keys, counts.other};
}

}  // namespace zp::gateway
