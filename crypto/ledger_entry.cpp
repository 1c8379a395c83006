#include <nlohmann/json.hpp>

#include "crypto/ledger.h"

namespace zp::crypto {
namespace {

struct Field {
  const char* key;
  std::string LedgerEntry::*member;
};

constexpr Field kFields[] = {
    {"time", &LedgerEntry::time},       {"actor", &LedgerEntry::actor},   {"function", &LedgerEntry::function},
    {"action", &LedgerEntry::action},   {"object", &LedgerEntry::object}, {"dossier", &LedgerEntry::dossier},
    {"purpose", &LedgerEntry::purpose}, {"ground", &LedgerEntry::ground}, {"outcome", &LedgerEntry::outcome},
    {"detail", &LedgerEntry::detail},
};

}  // namespace

std::string LedgerEntry::line() const {
  nlohmann::ordered_json json;
  for (const auto& [key, member] : kFields) json[key] = this->*member;
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

Result<LedgerEntry> LedgerEntry::parse(std::string_view line) {
  const auto json = nlohmann::ordered_json::parse(line, nullptr, false);
  if (!json.is_object() || json.size() != std::size(kFields)) return fail(Code::kMalformed, "read ledger entry");
  LedgerEntry entry;
  for (const auto& [key, member] : kFields) {
    const auto found = json.find(key);
    if (found == json.end() || !found->is_string()) return fail(Code::kMalformed, "read ledger entry");
    entry.*member = found->get<std::string>();
  }
  // One spelling only: what a reader sees is what was hashed, whichever JSON library reads it.
  if (entry.line() != line) return fail(Code::kMalformed, "read ledger entry");
  return entry;
}

}  // namespace zp::crypto
