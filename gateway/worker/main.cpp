// zegelpost-worker - files what the doors took in, has it checked, applies the rules, sends receipts, messages and
// letters.
//
// SECURITY: holds the zone key and may run gpg; talks to no stranger. A stranger's bytes are never parsed here but in
// cells; what doors and cells say is bounded and checked before use. Keys and documents live in memory only.
#include <thread>
#include <vector>

#include "crypto/keyring/openpgp.h"
#include "crypto/token_key.h"
#include "gateway/casework/letter_steps.h"
#include "gateway/dispatch/dkim_signer.h"
#include "gateway/dispatch/sms_sender.h"
#include "gateway/ipc/cell_client.h"
#include "gateway/ipc/keymaker.h"
#include "gateway/ipc/office_client.h"
#include "gateway/process/process.h"
#include "gateway/store/files.h"
#include "gateway/store/sqlite_store.h"
#include "gateway/worker/inbox.h"
#include "gateway/worker/jobs.h"
#include "gateway/worker/rounds.h"
#include "gateway/worker/sole_worker.h"

namespace {

using namespace zp;
using namespace zp::gateway;
using std::chrono::milliseconds;

constexpr int kJobThreads = 2;
constexpr milliseconds kTrayPause{200}, kJobPause{250}, kRoundPause{60'000}, kAfterError{2'000};
constexpr std::int64_t kRubbishAfterSeconds = 24 * 3600;

void run_inbox(Process& process, const Tools& tools, const Tray& tray, const crypto::Opener& opener) {
  Inbox inbox(tools, tray, opener);
  bool stop = false;
  while (!stop) {
    const auto filed = inbox.empty([&] { return process.stop_requested(); });
    if (!filed) log_error("tray not read", filed.error());
    stop = process.wait(filed ? kTrayPause : kAfterError);
  }
}

void run_jobs(Process& process, const Tools& tools, Work work) {
  bool stop = false;
  while (!stop) {
    const auto did = do_one_job(tools, work);
    if (!did) log_error("job queue not read", did.error());
    stop = did && *did ? process.stop_requested() : process.wait(did ? kJobPause : kAfterError);
  }
}

void run_rounds(Process& process, const Tools& tools, const Tray& tray) {
  if (auto kept = keep_keys(tools, true); !kept) log_error("keys not looked at", kept.error());
  if (auto published = publish_web_key(tools); !published) log_error("web key not published", published.error());
  do {
    make_rounds(tools);
    if (auto swept = tray.sweep(kRubbishAfterSeconds); !swept) log_error("tray not swept", swept.error());
    if (auto signed_now = tools.office.ledger.checkpoint(); !signed_now)
      log_error("ledger checkpoint failed", signed_now.error());
  } while (!process.wait(kRoundPause));
}

Result<crypto::SealKey> load_seal(const KeysConfig& keys) {
  TRY_ASSIGN(const auto chain, read_file(keys.seal_certificate));
  if (crypto::is_token_uri(keys.seal_key)) return crypto::load_token_seal(as_text(chain), keys.seal_key);
  TRY_ASSIGN(const auto key, read_secret_file(keys.seal_key));
  return crypto::SealKey::load(as_text(chain), key);
}

Result<std::string> trust_anchors(const KeysConfig& keys) {
  if (keys.trust_anchors.empty()) return std::string();
  TRY_ASSIGN(const auto pem, read_file(keys.trust_anchors));
  return std::string(as_text(pem));
}

Result<void> serve(Process& process) {
  const Config& config = process.config();
  TRY_ASSIGN(const auto opener, crypto::Opener::load(config.zone_home()));
  TRY_ASSIGN(const auto vault, Vault::open(config, opener));
  TRY_ASSIGN(const auto ledger, LedgerBook::open(config, opener, now_ms));
  TRY_ASSIGN(const auto store, open_sqlite_store(config.store()));
  TRY_ASSIGN(const auto objects, open_folder_objects(config.objects()));
  TRY_ASSIGN(const auto shelf, Shelf::open(config.shelf()));
  TRY_ASSIGN(const auto tray, Tray::open(config.incoming(), config.limits.disk_reserve_bytes));
  TRY_ASSIGN(const auto rules, intake::RuleBook::load(config.rules + "/requests"));
  TRY_ASSIGN(const auto calendar, intake::Calendar::load(config.rules + "/holidays.yaml"));
  TRY_ASSIGN(const auto ways, intake::WayPolicy::load(config.rules + "/verzendwegen.yaml"));
  TRY_ASSIGN(const auto letters, templates::LetterPress::load(config.letters, letterhead(config.organisation)));
  TRY_ASSIGN(const auto messages, templates::PageBook::load(config.pages + "/../messages"));
  TRY_ASSIGN(const auto seal, load_seal(config.keys));
  TRY_ASSIGN(const auto anchors, trust_anchors(config.keys));
  const auto inspector = with_office(connect_cells(config.broker_socket()), config.office_socket());
  const Clamd clamd(config.clamd_socket);
  const SmtpSender smtp(config.smtp);
  const TimeStampClient time_stamps(config.keys);
  const KeymakerClient keymaker(config.keymaker_socket());
  const Office office{config, *store,   *objects, shelf,    *vault, *ledger,
                      rules,  calendar, ways,     *letters, now_ms, [&] {
                        return keymaker.fresh_key(); }};
  Casework casework(office);
  const CourierClient courier(config.courier_socket());
  Tools tools{office,    casework, *inspector,  clamd,   smtp,
              *messages, seal,     time_stamps, anchors, config.keys.sender_keys};
  if (config.courier.configured()) tools.hand_over = [&](const CourierMail& mail) { return courier.hand_over(mail); };
  const SmsSender sms(config.sms);
  if (config.sms.configured())
    tools.send_sms = [&](const std::string& number, const std::string& text) { return sms.send(number, text); };
  TRY_DO(take_over_leases(config, *store));
  // A key that is no good stops the start, not each mail.
  TRY_DO(dkim_signed(config.smtp, "From: <" + config.smtp.from + ">\r\n\r\nx\r\n"));
  const std::uint32_t senders = smtp.configured() || tools.hand_over ? config.smtp.connections : 1;
  process.ready();
  {
    std::vector<std::jthread> threads;
    threads.emplace_back([&] { run_inbox(process, tools, tray, opener); });
    threads.emplace_back([&] { run_rounds(process, tools, tray); });
    for (int i = 0; i < kJobThreads; ++i) threads.emplace_back([&] { run_jobs(process, tools, Work::kOthers); });
    for (std::uint32_t i = 0; i < senders; ++i) threads.emplace_back([&] { run_jobs(process, tools, Work::kMails); });
  }
  return ledger->checkpoint();
}

}  // namespace

int main(int argc, char** argv) { return run_process(argc, argv, "worker", serve); }
