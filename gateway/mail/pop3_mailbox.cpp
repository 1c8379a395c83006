#include "gateway/mail/pop3_mailbox.h"

#include <algorithm>

namespace zp::gateway {
namespace {

constexpr std::size_t kMaxUid = 70;     // RFC 1939 section 7
constexpr std::size_t kMaxNumber = 10;  // digits

/// "NUMBER VALUE" on each line; lines that are otherwise are left out.
std::vector<std::pair<std::string, std::string>> numbered(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> lines;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    line = line.substr(0, line.find('\r'));
    const std::size_t space = line.find(' ');
    const std::string_view number = line.substr(0, space);
    if (space == std::string_view::npos || number.empty() || number.size() > kMaxNumber) continue;
    if (number.find_first_not_of("0123456789") != std::string_view::npos) continue;
    lines.emplace_back(number, line.substr(space + 1));
  }
  return lines;
}

bool is_uid(std::string_view text) {
  return !text.empty() && text.size() <= kMaxUid &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

}  // namespace

Result<Listing> Pop3Mailbox::list() {
  TRY_ASSIGN(const std::string uids, session_.text("", "UIDL"));
  Listing listing;
  for (auto& [number, uid] : numbered(uids))
    if (is_uid(uid)) listing.messages.push_back({number, std::move(uid)});
  return listing;
}

Result<void> Pop3Mailbox::fetch(const RemoteMessage& message, const crypto::ByteSink& sink) {
  TRY_DO(session_.get(message.handle, "", sink));
  // libcurl takes a connection that ends for the end of the message. Only one that still answers has sent all of it.
  return session_.tell("", "NOOP");
}

Result<void> Pop3Mailbox::remove(const RemoteMessage& message) { return session_.tell(message.handle, "DELE"); }

Result<void> Pop3Mailbox::finish() { return session_.tell("", "QUIT"); }

}  // namespace zp::gateway
