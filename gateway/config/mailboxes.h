// gateway/config/mailboxes.h - the mailboxes on other servers that mail is fetched from: the list `mailboxes` of the
// configuration file.
//
// mailbox_keys.def is the only list of their keys. Config::load() refuses a file whose list is wrong.
// Threads: values. Secrets: none; files with them are named.
#ifndef GATEWAY_CONFIG_MAILBOXES_H_
#define GATEWAY_CONFIG_MAILBOXES_H_

#include "gateway/config/config.h"

namespace zp::gateway {

struct MailboxConfig {
  std::string name, address;
  std::string protocol;  // "imaps" | "pop3s"
  std::string host;
  std::uint32_t port;
  std::string user;
  std::string login;  // "password" | "xoauth2"
  std::string secret_file, token_url, client_id, scope;
  std::string folder, move_to;  // imaps; move_to empty: delete
  std::string ca_file;
  std::uint32_t poll_seconds, silence_hours;
};

/// Of the file that `config` came from; kConfig with file and line if something is wrong.
Result<std::vector<MailboxConfig>> load_mailboxes(const Config& config);

/// Where the mail door keeps its notes about them (store/mailbox_state.h).
std::string mailbox_notes(const Config& config);
/// The name of those about scanner.folder; no mailbox can be called that.
inline constexpr const char* kScannerNotes = "_scanner";

}  // namespace zp::gateway

#endif  // GATEWAY_CONFIG_MAILBOXES_H_
