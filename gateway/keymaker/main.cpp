// zegelpost-keymaker: makes data keys, sealed to the zone and recovery keys, and hands them to the doors.
//
// SECURITY: holds public keys only and refuses to start if its key ring has a secret one. What it hands out
// can be opened by the taker (who has the key itself) and by the inner zone, by nobody else, and is forgotten
// here. It reads one byte from a client and nothing else. It is a small process because GPGME, which reads the key
// ring, forks its caller.
#include <ctime>

#include "crypto/keyring/sealer.h"
#include "gateway/ipc/unix_socket.h"
#include "gateway/keymaker/key_pool.h"
#include "gateway/process/process.h"

namespace zp::gateway {
namespace {

constexpr int kClientMs = 2000;
constexpr std::chrono::milliseconds kPatience{4000};

/// Loads the recipients anew when the key ring has changed, a key expires or sealing fails.
class Maker {
 public:
  explicit Maker(const Config& config) : home_(config.public_home()), recipients_{config.keys.zone_fingerprint} {
    recipients_.insert(recipients_.end(), config.keys.recovery_fingerprints.begin(),
                       config.keys.recovery_fingerprints.end());
  }

  Result<void> load() {
    sealer_.reset();
    TRY_ASSIGN(auto sealer, crypto::Sealer::load(home_, recipients_, std::time(nullptr)));
    sealer_.emplace(std::move(sealer));
    return {};
  }

  Result<std::vector<crypto::FreshKey>> make() {
    if (!sealer_ || std::time(nullptr) >= sealer_->usable_until() || !sealer_->is_current()) TRY_DO(load());
    auto keys = sealer_->fresh_keys(KeyPool::kBatch);
    if (!keys) sealer_.reset();
    return keys;
  }

 private:
  const std::string home_;
  std::vector<std::string> recipients_;
  std::optional<crypto::Sealer> sealer_;
};

Result<void> answer(UnixSocket& client, KeyPool& pool) {
  std::array<std::uint8_t, 1> wanted{};
  TRY_DO(client.read(wanted));
  const auto keys = pool.take(wanted[0], kPatience);
  const auto count = static_cast<std::uint8_t>(keys.size());
  TRY_DO(client.write({&count, 1}));
  for (const crypto::FreshKey& key : keys) {
    TRY_DO(client.write(key.key.bytes().view()));
    TRY_DO(client.write_counted(key.sealed.openpgp));
  }
  return {};
}

Result<void> keymaker(Process& process) {
  Maker maker(process.config());
  TRY_DO(maker.load());
  KeyPool pool([&] { return maker.make(); });
  TRY_ASSIGN(auto listener, UnixListener::listen(process.config().keymaker_socket()));
  process.ready();
  while (!process.stop_requested()) {
    TRY_ASSIGN(auto client, listener.accept(250, kClientMs));
    if (!client) continue;
    if (auto answered = answer(*client, pool); !answered) log_error("client not served", answered.error());
  }
  return {};
}

}  // namespace
}  // namespace zp::gateway

int main(int argc, char** argv) { return zp::gateway::run_process(argc, argv, "keymaker", zp::gateway::keymaker); }
