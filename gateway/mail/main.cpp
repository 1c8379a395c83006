// zegelpost-mail - the door for mail and post: takes messages from the MTA by LMTP, fetches them from mailboxes, takes scans
// out of a folder, seals them, drops them into the incoming tray.
//
// SECURITY: faces the MTA and mail servers, and so anybody's bytes, which it neither parses nor can read back. Holds
// public keys only by way of the keymaker and the log-ins of its mailboxes, has no database, writes to the incoming tray,
// to the scanner's folder and to its notes about both (gateway/store/mailbox_state.h).
#include <malloc.h>

#include <optional>
#include <thread>
#include <vector>

#include "gateway/mail/lmtp_server.h"
#include "gateway/mail/mail_tray.h"
#include "gateway/mail/mailbox_fetcher.h"
#include "gateway/process/process.h"
#include "gateway/store/files.h"

namespace {

using namespace zp;
using namespace zp::gateway;

constexpr std::chrono::seconds kBetweenLooks{1};

void watch_scanner(Process& process, MailTray& intake) {
  const Config& config = process.config();
  const auto save = [&](const MailboxState& state) { return state.write(mailbox_notes(config), kScannerNotes); };
  const auto read = MailboxState::read(mailbox_notes(config), kScannerNotes);
  MailboxState state = read ? *read : MailboxState{};
  if (state.watched_since_ms == 0) state.watched_since_ms = now_ms();
  ScanFolder folder(config.scanner, intake, state, save);
  std::int64_t noted_ms = 0;
  do {
    const auto done = folder.look(now_ms());
    const std::string failure = done ? std::string() : done.error().message();
    if (!done && failure != state.failure) log_error("scanner.folder not emptied, will be tried again", done.error());
    if (done) state.reached_ms = now_ms();
    // Once a minute is enough for who reads the notes.
    if (failure == state.failure && now_ms() - noted_ms < 60'000) continue;
    state.failure = failure;
    noted_ms = now_ms();
    if (const auto saved = save(state); !saved) log_error("notes about the scanner not written", saved.error());
  } while (!process.wait(kBetweenLooks));
}

/// Blocks of up to 256 KB come and go with each message. What malloc gives back to the system in between costs a fault for
/// each of its pages the next time.
void keep_freed_memory() {
  constexpr int kBytes = 1024 * 1024;
  ::mallopt(M_MMAP_THRESHOLD, kBytes);
  ::mallopt(M_TRIM_THRESHOLD, kBytes);
}

Result<void> serve(Process& process) {
  const Config& config = process.config();
  TRY_ASSIGN(auto tray, Tray::open(config.incoming(), config.limits.disk_reserve_bytes));
  TRY_ASSIGN(const auto mailboxes, load_mailboxes(config));
  MailTray intake(std::move(tray), KeymakerClient(config.keymaker_socket()));
  LmtpLimits limits;
  limits.recipients = config.mail.recipients;
  limits.max_message_bytes = config.mail.max_message_bytes;
  std::optional<LmtpServer> server;
  if (!config.mail.lmtp_listen.empty()) {
    TRY_ASSIGN(auto started, LmtpServer::start(config.mail.lmtp_listen, limits, intake));
    server.emplace(std::move(started));
  } else if (mailboxes.empty() && config.scanner.folder.empty()) {
    log(Level::kWarning, "nothing comes in: mail.lmtp_listen, mailboxes and scanner.folder are empty");
  }
  if (!mailboxes.empty() || !config.scanner.folder.empty()) TRY_DO(make_folder(mailbox_notes(config), 0750));
  process.ready();
  {
    std::vector<std::jthread> threads;
    for (const MailboxConfig& mailbox : mailboxes)
      threads.emplace_back([&] { MailboxFetcher(mailbox, process, intake).run(); });
    if (!config.scanner.folder.empty()) threads.emplace_back([&] { watch_scanner(process, intake); });
    while (!process.wait(std::chrono::hours(1))) {
    }
    if (server) server->stop();
  }
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  keep_freed_memory();
  return run_process(argc, argv, "mail", serve);
}
