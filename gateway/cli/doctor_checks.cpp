#include "gateway/cli/doctor_checks.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <functional>

#include "crypto/base/secret_bytes.h"
#include "crypto/keyring/openpgp_mail.h"
#include "gateway/config/data_folder.h"
#include "gateway/config/mailboxes.h"
#include "gateway/dispatch/return_path.h"
#include "gateway/ipc/courier_client.h"
#include "gateway/office/drawing.h"
#include "gateway/process/process.h"
#include "gateway/store/files.h"
#include "gateway/store/ledger_file.h"
#include "gateway/store/mailbox_state.h"
#include "gateway/store/tray.h"

namespace zp::gateway {

void good(Checks& checks, std::string what) { checks.push_back({Health::kGood, std::move(what), ""}); }
void warn(Checks& checks, std::string what, std::string advice) {
  checks.push_back({Health::kWarning, std::move(what), std::move(advice)});
}
void bad(Checks& checks, std::string what, std::string advice) {
  checks.push_back({Health::kBad, std::move(what), std::move(advice)});
}

namespace {

void check_programs(Checks& checks) {
  for (const char* name : {"keymaker", "broker", "office", "courier", "worker", "staff", "public", "mail"}) {
    const std::string path = program_folder() + "/zegelpost-" + name;
    if (::access(path.c_str(), X_OK) != 0)
      bad(checks, "program " + path + " is missing", "Install the complete package.");
  }
  if (std::system("gpg --version >/dev/null 2>&1") != 0) bad(checks, "gpg can't be run", "Install the package gnupg.");
  if (!can_draw())
    warn(checks, "office documents are not shown as pages: LibreOffice or bubblewrap is not installed",
         "Install bubblewrap, libreoffice-writer-nogui, libreoffice-calc-nogui and libreoffice-impress-nogui.");
}

void check_folders(Checks& checks, const Config& config) {
  for (const auto& folder : {config.data, config.run, config.spool(), config.incoming(), config.shelf(), config.store(),
                             config.objects(), config.ledger()}) {
    struct stat info {};
    if (::stat(folder.c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) {
      bad(checks, "folder " + folder + " is missing",
          "Restore it from the backup, or run 'zegelpost init' in a new folder.");
    } else if (info.st_mode & S_IRWXO && folder != config.run) {
      warn(checks, "folder " + folder + " is open to every user of this machine", "chmod o= " + folder);
    } else if (::access(folder.c_str(), W_OK) != 0) {
      bad(checks, "folder " + folder + " can't be written", "Give it to the user that runs Zegelpost.");
    }
  }
  struct stat spool {
  }, tray{};
  if (::stat(config.spool().c_str(), &spool) == 0 && ::stat(config.incoming().c_str(), &tray) == 0 &&
      spool.st_dev != tray.st_dev)
    bad(checks, config.spool() + " and " + config.incoming() + " lie on different file systems",
        "Put them on one: a submission is handed over by renaming it.");
  const auto free = free_bytes(config.data);
  if (!free) return bad(checks, "free space of " + config.data + " is unknown", "Is the disk mounted?");
  const std::string megabytes = std::to_string(*free / 1024 / 1024) + " MB free in " + config.data;
  if (*free < config.limits.disk_reserve_bytes)
    return bad(checks, megabytes + ": nothing new is accepted", "Free some space or add a disk.");
  if (*free < 4 * config.limits.disk_reserve_bytes) return warn(checks, megabytes, "Plan for more space.");
  good(checks, megabytes);
}

void check_tray(Checks& checks, const Config& config) {
  if (!std::filesystem::exists(config.incoming())) return;  // said above, and not for us to make
  const auto tray = Tray::open(config.incoming(), 0);
  const auto damaged = tray ? tray->damaged() : Result<std::vector<Tray::Damaged>>(std::unexpected(tray.error()));
  if (!damaged)
    return bad(checks, "the tray can't be read: " + damaged.error().message(), "Is the disk mounted and whole?");
  for (const Tray::Damaged& one : *damaged)
    bad(checks,
        one.path + ", last written at " + utc_time(one.written_ms) + ", is damaged: " +
            (one.filed ? "what came before the damage was filed, what follows can't be" : "nothing of it can be filed"),
        "Run 'zegelpost balance': it names each acknowledged item that is lost. When that was dealt with "
        "(docs/operators/damage.md): zegelpost balance settle " +
            one.bundle.hex());
  if (damaged->empty()) good(checks, "all bundles in the tray can be read");
}

void check_memory(Checks& checks) {
  constexpr std::size_t kEnough = 8 * 1024 * 1024;
  const std::size_t lockable = lockable_memory_bytes();
  if (lockable < kEnough)
    return warn(checks,
                "only " + std::to_string(lockable / 1024) + " KB of memory may be locked: keys could be swapped out",
                "Raise the limit (LimitMEMLOCK=64M in the service), and encrypt swap or have none.");
  good(checks, "key memory can be locked");
}

void check_clock(Checks& checks, const Config& config) {
  const auto storage = open_ledger_files(config.ledger());
  const auto size = storage ? (*storage)->size() : Result<std::uint64_t>(std::unexpected(storage.error()));
  if (!size)
    return bad(checks, "the ledger can't be read: " + size.error().message(), "Run 'zegelpost ledger verify'.");
  std::string newest;
  if (*size > 0)
    (void)(*storage)->read(*size - 1, *size,
                           [&](std::uint64_t, std::string_view line, const crypto::Digest&) -> Result<void> {
                             if (const auto entry = crypto::LedgerEntry::parse(line)) newest = entry->time;
                             return {};
                           });
  const std::string now = utc_time(now_ms());
  if (now < newest)
    return bad(checks, "the clock says " + now + " but the ledger goes on to " + newest,
               "Set the clock (NTP): terms and proofs depend on it.");
  if (!std::filesystem::exists("/usr/share/zoneinfo/Europe/Amsterdam"))
    bad(checks, "time zone data is missing", "Install the package tzdata: terms are Dutch civil dates.");
  good(checks, "the clock says " + now);
}

/// First line that a server says, after `request` when there is one; empty if it does not answer within 3 seconds.
std::string ask(int fd, const sockaddr* address, socklen_t length, std::string_view request) {
  const timeval limit{3, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  char answer[256] = {};
  std::string text;
  if (::connect(fd, address, length) == 0 &&
      ::send(fd, request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size()))
    if (const ssize_t got = ::recv(fd, answer, sizeof answer - 1, 0); got > 0)
      text.assign(answer, static_cast<std::size_t>(got));
  ::close(fd);
  return text.substr(0, text.find_first_of("\r\n"));
}

void check_clamd(Checks& checks, const Config& config) {
  if (config.clamd_socket.empty())
    return warn(checks, "there is no malware scanner",
                "Every document waits for a person. Install clamav-daemon and set clamd_socket.");
  sockaddr_un address{.sun_family = AF_UNIX};
  config.clamd_socket.copy(address.sun_path, sizeof address.sun_path - 1);
  const std::string answer =
      ask(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), reinterpret_cast<const sockaddr*>(&address), sizeof address,
          std::string_view("zPING\0", 6));
  if (!answer.starts_with("PONG"))
    return bad(checks, "clamd does not answer on " + config.clamd_socket,
               "Start clamav-daemon; until then every document waits for a person.");
  good(checks, "clamd answers");
}

void check_smtp(Checks& checks, const Config& config) {
  if (config.smtp.host.empty())
    return warn(checks, "no mail goes out", "Set smtp.host: senders get no receipts or notifications by mail.");
  addrinfo hints{.ai_socktype = SOCK_STREAM}, *found = nullptr;
  const std::string name = config.smtp.host + ":" + std::to_string(config.smtp.port);
  if (::getaddrinfo(config.smtp.host.c_str(), std::to_string(config.smtp.port).c_str(), &hints, &found) != 0)
    return bad(checks, "the mail server " + name + " has no address", "Mend smtp.host or the name server.");
  const int fd = ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const std::string answer = config.smtp.security == "tls" ? "220" : ask(fd, found->ai_addr, found->ai_addrlen, "");
  ::freeaddrinfo(found);
  if (!answer.starts_with("220"))
    return bad(checks, "the mail server " + name + " does not answer",
               "Mail waits and is tried again; look at that server.");
  good(checks, "the mail server " + name + " answers");
}

/// Reports about our mails come back to a sub-address of smtp.from.
void check_return_path(Checks& checks, const Config& config) {
  if (config.smtp.host.empty()) return;
  const std::string& from = config.smtp.from;
  const auto mailboxes = load_mailboxes(config);
  const bool ours = std::ranges::find(config.mail.recipients, from) != config.mail.recipients.end() ||
                    (mailboxes && std::ranges::find(*mailboxes, from, &MailboxConfig::address) != mailboxes->end());
  if (!ours)
    return warn(checks, "delivery reports to " + from + " do not come in",
                "Add it to mail.recipients, or fetch its mailbox: else nobody hears that a mail did not arrive.");
  if (from.find('@') > kMaxSignedLocal)
    return warn(checks, "delivery reports to " + from + " are not believed",
                "Choose an smtp.from with at most " + std::to_string(kMaxSignedLocal) + " characters before the @.");
  good(checks, "delivery reports come in at " + from);
}

void check_courier(Checks& checks, const Config& config) {
  if (!config.courier.configured()) return;
  if (config.smtp.dkim_key.empty())
    warn(checks, "mail straight to another domain carries no DKIM signature",
         "It passes no server of ours that could sign: set smtp.dkim_selector and smtp.dkim_key "
         "(docs/operators/mail.md).");
  const auto tested = CourierClient(config.courier_socket()).self_test();
  if (!tested)
    return warn(checks, "the courier does not answer",
                "Is Zegelpost running? Until it does, no mail goes straight to another domain.");
  if (*tested != "secure")
    return bad(
        checks, "DNSSEC: " + *tested,
        "Look at courier.trust_anchor and courier.resolver; no mail goes straight to another domain until then.");
  good(checks, "DNSSEC: answers are validated from the trust anchor " + config.courier.trust_anchor);
}

void check_mailbox(Checks& checks, const Config& config, const MailboxConfig& mailbox) {
  const auto read = MailboxState::read(mailbox_notes(config), mailbox.name);
  const MailboxState state = read ? *read : MailboxState{};
  const std::string name = "mailbox " + mailbox.name;
  const std::string why = state.failure.empty() ? "" : ": " + state.failure;
  switch (health_of(state, mailbox.silence_hours, now_ms())) {
    case MailboxHealth::kNeverReached:
      return bad(checks, name + " was never read" + why,
                 "Is Zegelpost running? Check mailboxes." + mailbox.name + " in the configuration, and the server.");
    case MailboxHealth::kUnreachable:
      return bad(checks, name + " was last read at " + utc_time(state.reached_ms) + why,
                 "Is Zegelpost running? Look at that server and at the log-in; mail waits there.");
    case MailboxHealth::kSilent:
      return bad(checks,
                 name + " gave no message for " + std::to_string(mailbox.silence_hours) + " hours; the last one: " +
                     (state.last_message_ms ? utc_time(state.last_message_ms) : std::string("never")),
                 "Send a message to " + mailbox.address + " and see whether it gets there.");
    case MailboxHealth::kLeft:
      return warn(
          checks,
          name + ": " + std::to_string(state.left.size()) + " messages can't be fetched: " + state.left.front().reason,
          "Open them with a mail program, and ask the senders for what is in them another way.");
    case MailboxHealth::kGood:
      return good(checks,
                  name + ": last message " + (state.last_message_ms ? utc_time(state.last_message_ms) : "none yet"));
  }
}

void check_scanner(Checks& checks, const Config& config) {
  if (config.scanner.folder.empty()) return;
  const auto read = MailboxState::read(mailbox_notes(config), kScannerNotes);
  const MailboxState state = read ? *read : MailboxState{};
  const std::string why = state.failure.empty() ? "" : ": " + state.failure, left = std::to_string(state.left.size());
  switch (health_of(state, config.scanner.silence_hours, now_ms())) {
    case MailboxHealth::kNeverReached:
    case MailboxHealth::kUnreachable:
      return bad(
          checks, "scanner.folder is not read" + why,
          "Is Zegelpost running? The user of the mail door must be able to read the folder and remove files from "
          "it (docs/operators/mail.md).");
    case MailboxHealth::kSilent:
      return bad(checks, "no scan for " + std::to_string(config.scanner.silence_hours) + " hours",
                 "Scan a page and see whether it gets there.");
    case MailboxHealth::kLeft:
      return warn(checks,
                  "scanner.folder: " + left + (state.left.size() == 1 ? " file" : " files") +
                      " can't be taken: " + state.left.front().reason,
                  "Look at the file in the folder, and scan the paper in smaller batches if it is too large.");
    case MailboxHealth::kGood:
      return good(checks, "scanner.folder: last scan " +
                              (state.last_message_ms ? utc_time(state.last_message_ms) : std::string("none yet")));
  }
}

void check_hand_over(Checks& checks, const Config& config) {
  const HandOverConfig& to = config.handover;
  if (to.folder.empty() && to.key.empty()) return;
  if (!to.configured())
    return bad(checks, "only one of handover.folder and handover.key is set", "Set both, or neither.");
  if (::access(to.folder.c_str(), W_OK | X_OK) != 0)
    return bad(checks, "handover.folder " + to.folder + " can't be written",
               "Make it, and give it to the user of the inner zone (docs/operators/handover.md).");
  const auto armoured = read_file(to.key);
  const auto key =
      armoured ? crypto::read_openpgp_key(*armoured) : Result<crypto::OpenPgpKey>(std::unexpected(armoured.error()));
  if (!key)
    return bad(checks, "handover.key can't be used: " + key.error().message(),
               "It must be a file with one OpenPGP public key.");
  if (key->revoked || !key->can_encrypt || (key->expires && *key->expires <= now_ms() / 1000))
    return bad(checks, "handover.key " + key->fingerprint + " is expired, revoked, or can't encrypt",
               "Ask the administrators of the case system for a key that holds.");
  good(checks, "handover.key " + key->fingerprint);
}

}  // namespace

Checks examine(const Config& config) {
  Checks checks;
  good(checks, "configuration " + config.file);
  check_programs(checks);
  check_folders(checks, config);
  check_tray(checks, config);
  check_memory(checks);
  check_keys(checks, config);
  check_clock(checks, config);
  check_clamd(checks, config);
  check_smtp(checks, config);
  check_return_path(checks, config);
  check_courier(checks, config);
  if (const auto mailboxes = load_mailboxes(config))
    for (const MailboxConfig& mailbox : *mailboxes) check_mailbox(checks, config, mailbox);
  check_scanner(checks, config);
  check_hand_over(checks, config);
  return checks;
}

}  // namespace zp::gateway
