#include "gateway/mail/imap_mailbox.h"

#include <fmt/format.h>

#include <algorithm>

namespace zp::gateway {
namespace {

constexpr std::string_view kDigits = "0123456789";
constexpr std::size_t kMaxDigits = 10;  // of 32 bits

/// The digits that stand directly behind `label`; empty if there are none, or more than a number of IMAP has.
std::string_view number_behind(std::string_view line, std::string_view label) {
  const std::size_t at = line.find(label);
  if (at == std::string_view::npos) return {};
  line.remove_prefix(at + label.size());
  const std::string_view digits = line.substr(0, line.find_first_not_of(kDigits));
  return digits.size() > kMaxDigits ? std::string_view() : digits;
}

}  // namespace

std::optional<RemoteMessage> read_fetch_line(std::string_view untrusted_line) {
  const std::size_t fetch = untrusted_line.find(" FETCH (");
  if (!untrusted_line.starts_with("* ") || fetch == std::string_view::npos) return std::nullopt;
  const std::string_view items = untrusted_line.substr(fetch + 7);
  RemoteMessage message;
  // Before "UID" stands a bracket or a space: "(UID" and " UID", but not "XUID".
  message.uid = number_behind(items, "(UID ");
  if (message.uid.empty()) message.uid = number_behind(items, " UID ");
  if (message.uid.empty()) return std::nullopt;
  message.handle = message.uid;
  message.deleted = items.find("\\Deleted") != std::string_view::npos;
  return message;
}

ImapMailbox::ImapMailbox(const MailboxConfig& config, const SecretBytes& secret, std::function<bool()> stop)
    : session_(config, secret, std::move(stop)), folder_(session_.escaped(config.folder)), move_to_(config.move_to) {
  session_.listen([this](std::string_view line) { hear(line); });
}

void ImapMailbox::hear(std::string_view line) {
  if (line.starts_with("* OK [UIDVALIDITY ")) generation_ = number_behind(line, "[UIDVALIDITY ");
  const std::size_t at = line.find("CAPABILITY ");
  if (at == std::string_view::npos ||
      (!line.starts_with("* ") && line.find(" OK [CAPABILITY ") == std::string_view::npos))
    return;
  capabilities_.clear();
  for (std::string_view rest = line.substr(at + 11); !rest.empty();) {
    const std::string_view word = rest.substr(0, rest.find_first_of(" ]\r\n"));
    if (!word.empty() && capabilities_.size() < 200) capabilities_.emplace(word);
    rest.remove_prefix(std::min(rest.size(), word.size() + 1));
  }
}

Result<void> ImapMailbox::command(const std::string& command) {
  return session_.get(folder_ + ";UIDVALIDITY=" + generation_, command, [](ByteView) -> Result<void> { return {}; });
}

Result<Listing> ImapMailbox::list() {
  TRY_ASSIGN(const std::string answer, session_.text(folder_, "UID FETCH 1:* (UID FLAGS)"));
  if (generation_.empty()) return fail(Code::kUnavailable, "read mailbox: the server gives no UIDVALIDITY");
  Listing listing;
  listing.generation = generation_;
  for (std::string_view rest = answer; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    if (auto message = read_fetch_line(line)) listing.messages.push_back(std::move(*message));
  }
  // What the server can do is known only after the log-in, and not every server says it of its own accord.
  if (!listing.messages.empty()) TRY_DO(command("CAPABILITY"));
  return listing;
}

Result<void> ImapMailbox::fetch(const RemoteMessage& message, const crypto::ByteSink& sink) {
  return session_.get(fmt::format("{};UIDVALIDITY={}/;UID={}", folder_, generation_, message.handle), "", sink);
}

Result<void> ImapMailbox::remove(const RemoteMessage& message) {
  if (!move_to_.empty() && capabilities_.contains("MOVE"))
    return command(fmt::format("UID MOVE {} \"{}\"", message.handle, move_to_));
  if (!move_to_.empty()) TRY_DO(command(fmt::format("UID COPY {} \"{}\"", message.handle, move_to_)));
  TRY_DO(command(fmt::format("UID STORE {} +FLAGS.SILENT (\\Deleted)", message.handle)));
  return command(capabilities_.contains("UIDPLUS") ? "UID EXPUNGE " + message.handle : "EXPUNGE");
}

}  // namespace zp::gateway
