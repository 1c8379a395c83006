#include <fmt/format.h>

#include "gateway/process/process.h"
#include "gateway/public/portal.h"
#include "gateway/public/tus.h"

namespace zp::gateway {
namespace {

constexpr std::int64_t kHalfYearMs = std::int64_t{180} * 24 * 3600 * 1000;

}  // namespace

Response Portal::accessibility(Request&) { return door_.page("toegankelijkheid", {{"title", "Toegankelijkheid"}}); }

Response Portal::privacy(Request&) {
  return door_.page("privacy", {{"title", "Privacy"},
                                {"expiry_hours", door_.config.public_door.upload_expiry_hours},
                                {"message_days", door_.config.limits.message_days}});
}

Response Portal::security_txt(Request&) {
  const auto& config = door_.config;
  return Response::text(
      fmt::format("Contact: mailto:{}\nExpires: {}\nPreferred-Languages: nl, en\nCanonical: "
                  "{}/.well-known/security.txt\n",
                  config.organisation.fg_email, utc_time(now_ms() + kHalfYearMs), config.public_door.base_url));
}

Response Portal::health(Request&) {
  const bool space = door_.tray.check_space().has_value();
  const bool keys = door_.keys_flow();
  const char* word = space && keys ? "ok" : "niet beschikbaar";
  return Response::json({{"status", word}, {"ruimte", space}, {"sleutels", keys}}, space && keys ? 200 : 503);
}

}  // namespace zp::gateway
