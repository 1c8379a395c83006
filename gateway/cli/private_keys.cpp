#include "gateway/cli/private_keys.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "crypto/keyring/openpgp.h"

namespace zp::gateway {

Result<std::optional<PrivateKeys>> PrivateKeys::load(const std::string& path) {
  if (path.empty()) return std::nullopt;
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail_errno("read OpenPGP keys", path);
  const std::string armoured(std::istreambuf_iterator<char>(file), {});
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  std::string folder = std::string(runtime && *runtime ? runtime : "/tmp") + "/zegelpost-XXXXXX";
  if (!::mkdtemp(folder.data())) return fail_errno("make OpenPGP home", folder);
  PrivateKeys keys(folder);
  TRY_DO(crypto::prepare_home(folder, crypto::HomeKind::kPublic));
  TRY_DO(crypto::import_keys(folder, as_bytes(armoured)));
  return std::optional<PrivateKeys>(std::move(keys));
}

PrivateKeys::PrivateKeys(PrivateKeys&& other) noexcept : folder_(std::exchange(other.folder_, {})) {}

PrivateKeys::~PrivateKeys() {
  if (folder_.empty()) return;
  std::error_code error;
  std::filesystem::remove_all(folder_, error);
}

}  // namespace zp::gateway
