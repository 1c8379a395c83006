#include "gateway/courier/nta_record.h"

#include <algorithm>
#include <charconv>

#include "gateway/ipc/domain_facts.h"

namespace zp::gateway {
namespace {

constexpr std::size_t kMaxProvider = 80, kMaxServers = 16;

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(' ');
  return begin == std::string_view::npos ? std::string_view()
                                         : text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

bool is_month(std::string_view text) {
  const auto digits = [](std::string_view part) {
    return std::ranges::all_of(part, [](char c) { return c >= '0' && c <= '9'; });
  };
  return text.size() == 7 && text[4] == '-' && digits(text.substr(0, 4)) && digits(text.substr(5)) &&
         text.substr(5) >= "01" && text.substr(5) <= "12";
}

std::optional<MxRecord> server_of(std::string_view value) {
  MxRecord server;
  const auto number = std::from_chars(value.data(), value.data() + value.size(), server.preference);
  if (number.ec != std::errc() || server.preference > 65535) return std::nullopt;
  std::string_view host = trimmed(value.substr(static_cast<std::size_t>(number.ptr - value.data())));
  if (host.ends_with('.')) host.remove_suffix(1);
  server.host = domain_of_address("x@" + std::string(host));
  if (server.host.empty()) return std::nullopt;
  return server;
}

/// False: not as the agreement has it.
bool take(NtaRecord& record, std::string_view name, std::string_view value) {
  if (name == "startdate") record.start = value;
  if (name == "enddate") record.end = value;
  if (name == "provider") record.provider = value.substr(0, kMaxProvider);
  if (name != "ntamx") return true;
  const auto server = server_of(value);
  if (!server || record.servers.size() == kMaxServers) return false;
  record.servers.push_back(*server);
  return true;
}

}  // namespace

std::optional<NtaRecord> parse_nta(std::string_view text) {
  NtaRecord record;
  bool first = true;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(';'), text.size());
    const std::string_view field = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (first && field != "v=NTA7516-1") return std::nullopt;
    first = false;
    const std::size_t equals = field.find('=');
    if (equals == std::string_view::npos) continue;
    if (!take(record, trimmed(field.substr(0, equals)), trimmed(field.substr(equals + 1)))) return std::nullopt;
  }
  if (!is_month(record.start) || !is_month(record.end)) return std::nullopt;
  std::ranges::stable_sort(record.servers, {}, &MxRecord::preference);
  return record;
}

}  // namespace zp::gateway
