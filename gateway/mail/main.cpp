// zegelpost-mail - the door for mail: takes messages from the MTA by LMTP, seals them, drops them into the incoming
// tray.
//
// SECURITY: faces the MTA, and so anybody's bytes, which it neither parses nor can read back. Holds public keys only by
// way of the keymaker, has no database, writes to the incoming tray alone.
#include "gateway/mail/lmtp_server.h"
#include "gateway/mail/mail_tray.h"
#include "gateway/process/process.h"

namespace {

using namespace zp;
using namespace zp::gateway;

Result<void> serve(Process& process) {
  const Config& config = process.config();
  TRY_ASSIGN(auto tray, Tray::open(config.incoming(), config.limits.disk_reserve_bytes));
  MailTray intake(std::move(tray), KeymakerClient(config.keymaker_socket()));
  LmtpLimits limits;
  limits.recipients = config.mail.recipients;
  limits.max_message_bytes = config.mail.max_message_bytes;
  if (config.mail.lmtp_listen.empty()) {
    log(Level::kWarning, "no mail comes in: mail.lmtp_listen is empty");
    process.ready();
    while (!process.wait(std::chrono::hours(1))) {
    }
    return {};
  }
  TRY_ASSIGN(auto server, LmtpServer::start(config.mail.lmtp_listen, limits, intake));
  process.ready();
  while (!process.wait(std::chrono::hours(1))) {
  }
  server.stop();
  return {};
}

}  // namespace

int main(int argc, char** argv) { return run_process(argc, argv, "mail", serve); }
