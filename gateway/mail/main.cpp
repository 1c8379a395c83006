// zegelpost-mail - the door for mail: takes messages from the MTA by LMTP, fetches them from mailboxes, seals them, drops
// them into the incoming tray.
//
// SECURITY: faces the MTA and mail servers, and so anybody's bytes, which it neither parses nor can read back. Holds
// public keys only by way of the keymaker and the log-ins of its mailboxes, has no database, writes to the incoming tray
// and to its notes about mailboxes (gateway/store/mailbox_state.h).
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
  } else if (mailboxes.empty()) {
    log(Level::kWarning, "no mail comes in: mail.lmtp_listen and mailboxes are empty");
  }
  if (!mailboxes.empty()) TRY_DO(make_folder(mailbox_notes(config), 0750));
  process.ready();
  {
    std::vector<std::jthread> threads;
    for (const MailboxConfig& mailbox : mailboxes)
      threads.emplace_back([&] { MailboxFetcher(mailbox, process, intake).run(); });
    while (!process.wait(std::chrono::hours(1))) {
    }
    if (server) server->stop();
  }
  return {};
}

}  // namespace

int main(int argc, char** argv) { return run_process(argc, argv, "mail", serve); }
