// Fills the queue of an instance that stands still: notifications of as many messages, each in a dossier of its own, to as
// many domains as are named.
//
// usage: bench_mail_queue CONFIG MAILS DOMAINS
#include "gateway/casework/mail_queue.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

#include "gateway/config/config.h"
#include "gateway/process/process.h"
#include "gateway/store/files.h"
#include "gateway/store/sqlite_store.h"

namespace {

using namespace zp;
using namespace zp::gateway;

constexpr int kPerWrite = 2'000;

/// The message tells the developer who runs this what is wrong.
template <typename T>
T must(Result<T> result) {
  if (!result) {
    std::fputs((result.error().message() + "\n").c_str(), stderr);
    std::exit(1);
  }
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

/// `sealed`: to the keys of today, or the worker would seal 100,000 keys anew meanwhile.
Result<void> add_mail(StoreWriter& store, const Vault& vault, const Bytes& sealed, int number, int domains,
                      TimeMs now) {
  const Id id = Id::random();
  std::vector<crypto::DataKey> keys;
  keys.push_back(crypto::DataKey::generate());
  const auto rows = vault.file_keys(id, keys, {sealed}, true);
  OpenDossier open{.dossier = {.id = id, .reference = fmt::format("ZP-{:08}", number), .kind = "avg-inzage"},
                   .keys = vault.unlocked(id, rows, keys),
                   .profile = {}};
  open.dossier.state = DossierState::kAnswered;
  open.dossier.channel = "web";
  open.dossier.received = open.dossier.changed = now;
  open.profile.requester.email = fmt::format("ontvanger{}@domein{}.example", number, number % domains);
  open.keys.seal(open.profile, open.dossier);
  TRY_DO(store.add_dossier(open.dossier, {}));
  for (const KeyRow& row : rows) TRY_DO(store.add_key(row));
  Message message{.id = Id::random(), .dossier = id, .route = "mailbox", .state = "published"};
  message.created = now;
  message.expires = now + 90 * kDay;
  MessageData data;
  data.recipient = "Ontvanger";
  data.email = open.profile.requester.email;
  data.subject = "Antwoord op uw verzoek";
  data.link_secret = SecretBytes::random(32);
  message.shelf = Id::random();
  open.keys.seal(data, message);
  TRY_DO(store.put_message(message));
  return add_mail_job(vault, store, new_job("notify", message.id, now), data.email, false);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const Config config = must(Config::load(argv[1]));
  const int mails = std::atoi(argv[2]), domains = std::max(1, std::atoi(argv[3]));
  const auto opener = must(crypto::Opener::load(config.zone_home()));
  const auto vault = must(Vault::open(config, opener));
  const auto store = must(open_sqlite_store(config.store()));
  const Bytes sealed = must(read_file(config.zone_key()));
  const TimeMs now = now_ms();
  for (int first = 0; first < mails; first += kPerWrite)
    must(store->write([&](StoreWriter& writer) -> Result<void> {
      for (int n = first; n < std::min(first + kPerWrite, mails); ++n)
        TRY_DO(add_mail(writer, *vault, sealed, n, domains, now));
      return {};
    }));
  return 0;
}
