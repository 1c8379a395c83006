// envelope.json of a message on the shelf: nlohmann/json stays in here.
#include <nlohmann/json.hpp>

#include "gateway/store/shelf.h"

namespace zp::gateway {
namespace {

constexpr std::uint32_t kMaxAttachments = 1000;

std::unexpected<Error> malformed(const char* field) { return fail(Code::kMalformed, "read envelope", field); }

}  // namespace

std::string Envelope::json() const {
  const nlohmann::json out = {{"lock", lock.encode()},
                              {"expires_ms", expires_ms},
                              {"code_until_ms", code_until_ms},
                              {"code_hint", code_hint},
                              {"attachments", attachments}};
  return out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Result<Envelope> Envelope::parse(std::string_view json) {
  const auto parsed = nlohmann::json::parse(json, nullptr, false);
  if (!parsed.is_object()) return malformed("no JSON object");
  const auto lock = parsed.find("lock"), expires = parsed.find("expires_ms"), hint = parsed.find("code_hint"),
             until = parsed.find("code_until_ms"), count = parsed.find("attachments");
  if (lock == parsed.end() || !lock->is_string()) return malformed("lock");
  if (expires == parsed.end() || !expires->is_number_integer()) return malformed("expires_ms");
  if (until != parsed.end() && !until->is_number_integer()) return malformed("code_until_ms");
  if (hint == parsed.end() || !hint->is_string()) return malformed("code_hint");
  if (count == parsed.end() || !count->is_number_unsigned() || count->get<std::uint64_t>() > kMaxAttachments)
    return malformed("attachments");
  Envelope envelope;
  TRY_ASSIGN(envelope.lock, crypto::RecipientLock::decode(lock->get_ref<const std::string&>()));
  envelope.expires_ms = expires->get<std::int64_t>();
  if (until != parsed.end()) envelope.code_until_ms = until->get<std::int64_t>();  // older messages have none
  envelope.code_hint = hint->get<std::string>();
  envelope.attachments = count->get<std::uint32_t>();
  return envelope;
}

}  // namespace zp::gateway
