// gateway/cli/private_folder.h - a folder that only this user can enter, gone with what is in it when the object is.
//
// Threads: one.
#ifndef GATEWAY_CLI_PRIVATE_FOLDER_H_
#define GATEWAY_CLI_PRIVATE_FOLDER_H_

#include <optional>
#include <string>

#include "crypto/base/result.h"

namespace zp::gateway {

class PrivateFolder {
 public:
  /// In $XDG_RUNTIME_DIR, else in /tmp.
  static Result<PrivateFolder> make();
  /// In memory (/dev/shm), for what may not come on a disk.
  static Result<PrivateFolder> make_in_memory();
  /// A GnuPG home with the public keys of the file `keys`; nothing for an empty path. kRefused if it holds a secret key.
  static Result<std::optional<PrivateFolder>> with_openpgp_keys(const std::string& keys);
  PrivateFolder(PrivateFolder&& other) noexcept;
  PrivateFolder& operator=(PrivateFolder&&) = delete;
  ~PrivateFolder();

  const std::string& path() const noexcept { return path_; }

 private:
  static Result<PrivateFolder> make_below(const std::string& parent);
  explicit PrivateFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace zp::gateway

#endif  // GATEWAY_CLI_PRIVATE_FOLDER_H_
