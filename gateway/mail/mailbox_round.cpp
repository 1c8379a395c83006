#include "gateway/mail/mailbox_round.h"

#include <algorithm>
#include <set>

#include "gateway/process/log.h"

namespace zp::gateway {
namespace {

constexpr std::int64_t kFirstWait = 30'000;
constexpr std::int64_t kLongestWait = 6 * 3'600'000;
constexpr std::size_t kMaxLeft = 10'000;

}  // namespace

void MailboxRound::compare(const Listing& listing) {
  if (listing.generation != state_.generation) {
    if (!state_.generation.empty())
      log(Level::kWarning, "the server has numbered a mailbox anew: all of it is fetched again");
    state_.generation = listing.generation;
    state_.kept.clear();
    state_.left.clear();
  }
  std::set<std::string> there;
  for (const RemoteMessage& message : listing.messages) there.insert(message.uid);
  std::erase_if(state_.kept, [&](const std::string& uid) { return !there.contains(uid); });
  std::erase_if(state_.left, [&](const LeftMessage& one) { return !there.contains(one.uid); });
  kept_before_ = state_.kept;
}

/// Each note counts for one message: a server may give two of them the same uid (RFC 1939 section 7).
bool MailboxRound::take_kept(const std::string& uid) {
  const auto found = std::ranges::find(kept_before_, uid);
  if (found == kept_before_.end()) return false;
  kept_before_.erase(found);
  return true;
}

bool MailboxRound::waits(const std::string& uid, std::int64_t now_ms) const {
  const auto found = std::ranges::find(state_.left, uid, &LeftMessage::uid);
  return found != state_.left.end() && found->next_ms > now_ms;
}

Result<void> MailboxRound::leave(const RemoteMessage& message, const Error& error, std::int64_t now_ms) {
  left_one_ = true;
  auto found = std::ranges::find(state_.left, message.uid, &LeftMessage::uid);
  if (found == state_.left.end()) {
    if (state_.left.size() == kMaxLeft) return std::unexpected(error);
    found = state_.left.insert(state_.left.end(), {.uid = message.uid, .reason = {}});
  }
  // A message that is too large does not get smaller.
  const bool soon = error.code != Code::kTooLarge;
  found->next_ms = now_ms + (soon ? std::min(kFirstWait << std::min(found->times, 12u), kLongestWait) : kLongestWait);
  found->reason = error.message();
  ++found->times;
  log_error("message stays in the mailbox", error, {{"times", found->times}});
  TRY_DO(save_(state_));
  return std::unexpected(error);
}

Result<void> MailboxRound::keep(RemoteMailbox& mailbox, const RemoteMessage& message, std::int64_t now_ms) {
  left_one_ = false;
  MailEnvelope envelope;
  envelope.to = {address_};
  envelope.fetched = true;
  TRY_ASSIGN(const auto writer, intake_.begin(envelope));
  Result<void> ours;  // what fails on our side says nothing about the message
  std::uint64_t received = 0;
  const auto fetched = mailbox.fetch(message, [&](ByteView bytes) -> Result<void> {
    received += bytes.size();
    if (received > limits_.max_message_bytes)
      return fail(Code::kTooLarge, "fetch message: larger than mail.max_message_megabytes");
    return ours = writer->append(bytes);
  });
  TRY_DO(ours);
  if (!fetched && fetched.error().code == Code::kTimeout) return fetched;
  if (!fetched) return leave(message, fetched.error(), now_ms);
  TRY_DO(writer->accept());
  state_.kept.push_back(message.uid);
  std::erase_if(state_.left, [&](const LeftMessage& one) { return one.uid == message.uid; });
  state_.last_message_ms = now_ms;
  ++state_.messages;
  TRY_DO(save_(state_));
  return mailbox.remove(message);
}

Result<bool> MailboxRound::look(RemoteMailbox& mailbox, std::int64_t now_ms) {
  TRY_ASSIGN(const Listing listing, mailbox.list());
  compare(listing);
  std::size_t handled = 0;
  for (const RemoteMessage& message : listing.messages) {
    if (take_kept(message.uid)) {
      TRY_DO(mailbox.remove(message));
      continue;
    }
    if (message.deleted || waits(message.uid, now_ms)) continue;
    if (handled++ == limits_.max_messages) {
      TRY_DO(mailbox.finish());
      return true;
    }
    if (auto kept = keep(mailbox, message, now_ms); !kept) {
      if (!left_one_) return std::unexpected(kept.error());
      // The session may be over, and POP3 had only planned its deletions. The others come in the next one.
      (void)mailbox.finish();
      return true;
    }
  }
  if (!listing.messages.empty()) TRY_DO(mailbox.finish());
  return false;
}

}  // namespace zp::gateway
