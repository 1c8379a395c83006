// item.json of a tray: nlohmann/json stays in here.
#include <nlohmann/json.hpp>

#include "gateway/store/tray.h"

namespace zp::gateway {
namespace {

using Json = nlohmann::json;
constexpr std::size_t kMaxKeys = 1000;  // far more sessions than any submission has

std::unexpected<Error> malformed(const char* field) { return fail(Code::kMalformed, "read tray item", field); }

std::string text_of(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

std::string TrayItem::json() const {
  Json keys = Json::array();
  for (const Bytes& key : sealed_keys) keys.push_back(to_base64(key));
  Json out = {{"kind", kind}, {"accepted_ms", accepted_ms}, {"sealed_keys", std::move(keys)}};
  if (!event.empty()) {
    out["event"] = event;
    out["subject"] = subject.hex();
  }
  return out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Result<TrayItem> TrayItem::parse(std::string_view json) {
  const Json parsed = Json::parse(json, nullptr, false);
  if (!parsed.is_object()) return malformed("no JSON object");
  TrayItem item;
  item.kind = text_of(parsed, "kind");
  if (item.kind.empty()) return malformed("kind");
  const auto accepted = parsed.find("accepted_ms");
  if (accepted == parsed.end() || !accepted->is_number_integer()) return malformed("accepted_ms");
  item.accepted_ms = accepted->get<std::int64_t>();
  const auto keys = parsed.find("sealed_keys");
  if (keys == parsed.end() || !keys->is_array() || keys->size() > kMaxKeys) return malformed("sealed_keys");
  for (const Json& key : *keys) {
    if (!key.is_string()) return malformed("sealed_keys");
    TRY_ASSIGN(Bytes sealed, from_base64(key.get_ref<const std::string&>()));
    item.sealed_keys.push_back(std::move(sealed));
  }
  item.event = text_of(parsed, "event");
  if (item.event.empty()) return item;
  TRY_ASSIGN(item.subject, Id::parse(text_of(parsed, "subject")));
  return item;
}

}  // namespace zp::gateway
