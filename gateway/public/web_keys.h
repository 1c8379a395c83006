// gateway/public/web_keys.h - the OpenPGP key of our address, for mail programs that look for it (Web Key Directory,
// draft-koch-openpgp-webkey-service section 3.1): the direct method, and the advanced one for openpgpkey.OUR-DOMAIN.
//
// Threads: handlers may run at once.
#ifndef GATEWAY_PUBLIC_WEB_KEYS_H_
#define GATEWAY_PUBLIC_WEB_KEYS_H_

#include "gateway/http/router.h"
#include "gateway/public/door.h"

namespace zp::gateway {

class WebKeys {
 public:
  /// `door` is borrowed.
  explicit WebKeys(Door& door) : door_(door) {}
  void add_routes(Router& router);

 private:
  Response key(const std::string& hash) const;
  bool is_ours(std::string_view domain) const;

  Door& door_;
};

}  // namespace zp::gateway

#endif  // GATEWAY_PUBLIC_WEB_KEYS_H_
