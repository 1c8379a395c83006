#include "gateway/mail/mailbox_fetcher.h"

#include <algorithm>

#include "gateway/store/files.h"

namespace zp::gateway {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kLongestPause = seconds(15 * 60);
constexpr milliseconds kBetweenSessions{500};

}  // namespace

Result<void> MailboxFetcher::save(const MailboxState& state) const {
  return state.write(mailbox_notes(process_.config()), mailbox_.name);
}

/// One session; true: another one right away.
Result<bool> MailboxFetcher::session(MailboxState& state) {
  SecretBytes password;
  const SecretBytes* secret = &password;
  if (mailbox_.login == "xoauth2") {
    TRY_ASSIGN(secret, token_.get(now_ms()));
  } else {
    TRY_ASSIGN(password, read_secret_file(mailbox_.secret_file, 4096));
  }
  TRY_DO(intake_.check_space());
  const auto remote = open_remote_mailbox(mailbox_, *secret, [this] { return process_.stop_requested(); });
  MailboxRound round(mailbox_.address, {.max_message_bytes = process_.config().mail.max_message_bytes}, intake_, state,
                     [this](const MailboxState& now) { return save(now); });
  return round.look(*remote, now_ms());
}

Result<void> MailboxFetcher::look() {
  const auto read = MailboxState::read(mailbox_notes(process_.config()), mailbox_.name);
  MailboxState state = read ? *read : MailboxState{};
  if (state.watched_since_ms == 0) state.watched_since_ms = now_ms();
  const std::uint64_t before = state.messages;
  Result<bool> more = session(state);
  while (more && *more && !process_.wait(kBetweenSessions)) more = session(state);
  if (more) state.reached_ms = now_ms();
  state.failure = more ? std::string() : more.error().message();
  TRY_DO(save(state));
  if (state.messages > before)
    log(Level::kInfo, "mail fetched", {{"mailbox", mailbox_.name}, {"messages", state.messages - before}});
  if (!more) return std::unexpected(more.error());
  return {};
}

void MailboxFetcher::run() {
  const milliseconds usual = seconds(mailbox_.poll_seconds);
  milliseconds pause = usual;
  while (!process_.stop_requested()) {
    const auto done = look();
    pause = done ? usual : std::max(usual, std::min(pause * 2, kLongestPause));
    if (!done && !process_.stop_requested())
      log_error("mailbox not read, will be tried again", done.error(),
                {{"mailbox", mailbox_.name}, {"seconds", pause.count() / 1000}});
    if (process_.wait(pause)) return;
  }
}

}  // namespace zp::gateway
