// The zone's public key goes on the shelf, where the public door finds it for who looks up our address (Web Key Directory).
#include "crypto/keyring/web_key.h"

#include <algorithm>

#include "crypto/keyring/openpgp.h"
#include "gateway/process/log.h"
#include "gateway/worker/rounds.h"

namespace zp::gateway {

Result<void> publish_web_key(const Tools& tools) {
  const Config& config = tools.office.config;
  TRY_ASSIGN(const auto key, crypto::find_key(config.public_home(), config.keys.zone_fingerprint));
  const std::string address = crypto::address_in_user_id(key.user_id);
  const bool ours =
      address == config.smtp.from || std::ranges::find(config.mail.recipients, address) != config.mail.recipients.end();
  if (!ours) {
    log(Level::kInfo, "zone key is not published: it carries none of our addresses");
    return {};
  }
  TRY_ASSIGN(const Bytes bytes, crypto::web_key(config.public_home(), key.fingerprint));
  const std::string hash = crypto::web_key_hash(address.substr(0, address.find('@')));
  return tools.office.shelf.publish_web_key(web_key_id(hash), bytes);
}

}  // namespace zp::gateway
