// gateway/cli/key_rotation.h - new zone keys in the place of the old: the OpenPGP pair and the AES key under it.
//
// Order, so that a stop in between leaves something that opens: the new pair; the AES key of before as the former one,
// sealed to the new pair; the ledger's key; the new AES key. The worker does the rest (gateway/casework/key_change.h).
// Threads: one.
#ifndef GATEWAY_CLI_KEY_ROTATION_H_
#define GATEWAY_CLI_KEY_ROTATION_H_

#include "gateway/cli/inner_zone.h"

namespace zp::gateway {

/// The new pair's fingerprint. `opener` opens the keys as they are now: the zone home's, or one with a recovery key. kRefused
/// while an earlier change is under way.
Result<std::string> rotate_keys(InnerZone& zone, const crypto::Opener& opener, int years);
/// The sealed keys of what waits in the incoming tray, sealed to the keys of today: a new zone home opens no others. How many
/// items were changed.
Result<std::size_t> reseal_tray(const InnerZone& zone, const crypto::Opener& opener, const std::string& fingerprint);

/// The configuration file, opened for writing as whoever calls: before root becomes somebody else.
class ConfigEditor {
 public:
  explicit ConfigEditor(const std::string& path);
  ConfigEditor(const ConfigEditor&) = delete;
  ConfigEditor& operator=(const ConfigEditor&) = delete;
  ~ConfigEditor();
  /// Puts one fingerprint in the place of another where it stands once, durably. False: a person must do it.
  bool replace(const std::string& before, const std::string& after) const;

 private:
  int fd_;
};

}  // namespace zp::gateway

#endif  // GATEWAY_CLI_KEY_ROTATION_H_
