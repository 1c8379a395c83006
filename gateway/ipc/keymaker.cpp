#include "gateway/ipc/keymaker.h"

#include <cerrno>

#include "gateway/ipc/unix_socket.h"

namespace zp::gateway {
namespace {

constexpr int kTimeoutMs = 5000;
constexpr std::uint32_t kMaxSealedBytes = 64 * 1024;

}  // namespace

Result<crypto::FreshKey> KeymakerClient::fresh_key() const {
  TRY_ASSIGN(auto socket, UnixSocket::connect(socket_path_, kTimeoutMs));
  const std::uint8_t request = 'K';
  TRY_DO(socket.write({&request, 1}));
  std::array<std::uint8_t, 4> head{};
  TRY_DO(socket.read(head));
  const std::uint32_t length =
      std::uint32_t{head[0]} << 24 | std::uint32_t{head[1]} << 16 | std::uint32_t{head[2]} << 8 | head[3];
  if (length == 0) return fail(Code::kUnavailable, "get fresh key: the keymaker can't make one");
  if (length > kMaxSealedBytes) return fail(Code::kMalformed, "get fresh key");
  SecretBytes bytes(crypto::kDataKeyBytes);
  TRY_DO(socket.read(bytes.mutable_view()));
  crypto::SealedDataKey sealed{Bytes(length)};
  TRY_DO(socket.read(sealed.openpgp));
  TRY_ASSIGN(auto key, crypto::DataKey::from(std::move(bytes)));
  return crypto::FreshKey{std::move(key), std::move(sealed)};
}

}  // namespace zp::gateway
