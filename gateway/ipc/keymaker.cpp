#include "gateway/ipc/keymaker.h"

#include <cerrno>

#include "gateway/ipc/unix_socket.h"

namespace zp::gateway {
namespace {

constexpr int kTimeoutMs = 5000;
constexpr std::uint32_t kMaxSealedBytes = 64 * 1024;

constexpr std::uint8_t kStocked = 16;
constexpr std::chrono::minutes kStockedFor{1};

Result<crypto::FreshKey> read_key(UnixSocket& socket) {
  SecretBytes bytes(crypto::kDataKeyBytes);
  TRY_DO(socket.read(bytes.mutable_view()));
  TRY_ASSIGN(auto key, crypto::DataKey::from(std::move(bytes)));
  TRY_ASSIGN(Bytes sealed, socket.read_counted(kMaxSealedBytes));
  return crypto::FreshKey{std::move(key), {std::move(sealed)}};
}

}  // namespace

Result<std::vector<crypto::FreshKey>> KeymakerClient::fresh_keys(std::uint8_t wanted) const {
  TRY_ASSIGN(auto socket, UnixSocket::connect(socket_path_, kTimeoutMs));
  TRY_DO(socket.write({&wanted, 1}));
  std::array<std::uint8_t, 1> count{};
  TRY_DO(socket.read(count));
  if (count[0] == 0) return fail(Code::kUnavailable, "get fresh key: the keymaker can't make one");
  if (count[0] > wanted) return fail(Code::kMalformed, "get fresh key");
  std::vector<crypto::FreshKey> keys;
  while (keys.size() < count[0]) {
    TRY_ASSIGN(auto key, read_key(socket));
    keys.push_back(std::move(key));
  }
  return keys;
}

Result<crypto::FreshKey> KeymakerClient::fresh_key() const {
  TRY_ASSIGN(auto keys, fresh_keys(1));
  return std::move(keys.front());
}

Result<crypto::FreshKey> KeyStock::take() {
  const std::lock_guard lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  if (now > got_ + kStockedFor) keys_.clear();
  if (keys_.empty()) {
    TRY_ASSIGN(keys_, keymaker_.fresh_keys(kStocked));
    got_ = now;
  }
  auto key = std::move(keys_.back());
  keys_.pop_back();
  return key;
}

}  // namespace zp::gateway
