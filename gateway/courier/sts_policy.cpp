#include "gateway/courier/sts_policy.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "gateway/ipc/domain_facts.h"

namespace zp::gateway {
namespace {

constexpr std::uint64_t kLongestAge = 31'557'600;  // section 3.2: a year
constexpr std::size_t kMaxId = 32, kMaxHosts = 100, kMaxHeld = 10'000;

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  return begin == std::string_view::npos ? std::string_view()
                                         : text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

/// What stands before `separator`, which is taken off `text` with it.
std::string_view next(std::string_view& text, char separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view piece = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return piece;
}

/// A host name, or one behind "*."; in lower case.
std::optional<std::string> pattern_of(std::string_view value) {
  const bool wild = value.starts_with("*.");
  const std::string host = domain_of_address("x@" + std::string(wild ? value.substr(2) : value));
  if (host.empty()) return std::nullopt;
  return wild ? "*." + host : host;
}

/// False: not as the grammar has it. Of a key that stands there twice the first counts.
bool take(StsPolicy& policy, bool& aged, std::string_view name, std::string_view value) {
  if (name == "mode" && policy.mode.empty()) policy.mode = value;
  if (name == "mx") {
    auto pattern = pattern_of(value);
    if (!pattern || policy.hosts.size() == kMaxHosts) return false;
    policy.hosts.push_back(std::move(*pattern));
  }
  if (name != "max_age" || aged) return true;
  const char* const end = value.data() + value.size();
  const auto number = std::from_chars(value.data(), end, policy.max_age);
  policy.max_age = std::min(policy.max_age, kLongestAge);
  aged = true;
  return number.ec == std::errc() && number.ptr == end;
}

}  // namespace

std::optional<std::string> parse_sts_id(std::string_view text) {
  if (trimmed(next(text, ';')) != "v=STSv1") return std::nullopt;
  while (!text.empty()) {
    const std::string_view field = trimmed(next(text, ';'));
    if (!field.starts_with("id=")) continue;
    const std::string_view id = field.substr(3);
    const bool fits =
        !id.empty() && id.size() <= kMaxId && std::ranges::all_of(id, [](unsigned char c) { return std::isalnum(c); });
    return fits ? std::optional<std::string>(id) : std::nullopt;
  }
  return std::nullopt;
}

bool StsPolicy::allows(std::string_view host) const {
  return std::ranges::any_of(hosts, [&](const std::string& pattern) {
    if (!pattern.starts_with("*.")) return pattern == host;
    const std::size_t dot = host.find('.');  // the star stands for one label
    return dot != 0 && dot != std::string_view::npos && host.substr(dot) == std::string_view(pattern).substr(1);
  });
}

std::optional<StsPolicy> parse_sts_policy(std::string_view text) {
  StsPolicy policy;
  bool versioned = false, aged = false;
  while (!text.empty()) {
    std::string_view line = next(text, '\n');
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (trimmed(line).empty()) continue;
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const std::string_view name = trimmed(line.substr(0, colon)), value = trimmed(line.substr(colon + 1));
    if (name == "version") {
      if (value != "STSv1") return std::nullopt;
      versioned = true;
    } else if (!take(policy, aged, name, value)) {
      return std::nullopt;
    }
  }
  const bool known = policy.mode == "enforce" || policy.mode == "testing" || policy.mode == "none";
  if (!versioned || !aged || !known || (policy.hosts.empty() && policy.mode != "none")) return std::nullopt;
  return policy;
}

StsBook::Found StsBook::find(const Dns& dns, const std::string& domain, std::int64_t now) {
  Found found{false, held(domain, now)};
  const auto answer = dns.ask("_mta-sts." + domain, RecordType::kTxt);
  std::vector<std::string> ids;
  if (answer && answer->trust != Trust::kBogus)
    for (const Bytes& record : answer->records)
      if (const auto text = parse_txt(record))
        if (auto id = parse_sts_id(*text)) ids.push_back(std::move(*id));
  if (ids.size() != 1) return found;  // section 3.1: several records count as none
  found.announced = true;
  if (found.policy && found.policy->id == ids[0]) return found;
  const auto body = fetch_(domain);
  const auto policy = body ? parse_sts_policy(*body) : std::nullopt;
  if (!policy) return found;
  found.policy = HeldPolicy{*policy, ids[0], now + static_cast<std::int64_t>(policy->max_age) * 1000};
  hold(domain, *found.policy, now);
  return found;
}

std::optional<HeldPolicy> StsBook::held(const std::string& domain, std::int64_t now) {
  const std::lock_guard lock(mutex_);
  const auto found = held_.find(domain);
  if (found == held_.end() || found->second.until <= now) return std::nullopt;
  return found->second;
}

void StsBook::hold(const std::string& domain, const HeldPolicy& policy, std::int64_t now) {
  const std::lock_guard lock(mutex_);
  if (held_.size() >= kMaxHeld) std::erase_if(held_, [now](const auto& one) { return one.second.until <= now; });
  if (held_.size() >= kMaxHeld) held_.clear();
  held_[domain] = policy;
}

}  // namespace zp::gateway
