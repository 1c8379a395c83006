#include "gateway/cli/private_folder.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "crypto/keyring/openpgp.h"

namespace zp::gateway {

Result<PrivateFolder> PrivateFolder::make() {
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  return make_below(runtime && *runtime ? runtime : "/tmp");
}

Result<PrivateFolder> PrivateFolder::make_in_memory() { return make_below("/dev/shm"); }

Result<PrivateFolder> PrivateFolder::make_below(const std::string& parent) {
  std::string path = parent + "/zegelpost-XXXXXX";
  if (!::mkdtemp(path.data())) return fail_errno("make folder", path);
  return PrivateFolder(std::move(path));
}

Result<std::optional<PrivateFolder>> PrivateFolder::with_openpgp_keys(const std::string& keys) {
  if (keys.empty()) return std::nullopt;
  std::ifstream file(keys, std::ios::binary);
  if (!file) return fail_errno("read OpenPGP keys", keys);
  const std::string armoured(std::istreambuf_iterator<char>(file), {});
  TRY_ASSIGN(PrivateFolder home, make());
  TRY_DO(crypto::prepare_home(home.path(), crypto::HomeKind::kPublic));
  TRY_DO(crypto::import_keys(home.path(), as_bytes(armoured)));
  return std::optional<PrivateFolder>(std::move(home));
}

PrivateFolder::PrivateFolder(PrivateFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}

PrivateFolder::~PrivateFolder() {
  if (path_.empty()) return;
  std::error_code error;
  std::filesystem::remove_all(path_, error);
}

}  // namespace zp::gateway
