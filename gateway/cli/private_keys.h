// gateway/cli/private_keys.h - a GnuPG home of one's own with the public keys of a file, gone when the object is.
//
// Threads: one.
#ifndef GATEWAY_CLI_PRIVATE_KEYS_H_
#define GATEWAY_CLI_PRIVATE_KEYS_H_

#include <optional>
#include <string>

#include "crypto/base/result.h"

namespace zp::gateway {

class PrivateKeys {
 public:
  /// Nothing for an empty `path`. kRefused if the file holds a secret key.
  static Result<std::optional<PrivateKeys>> load(const std::string& path);
  PrivateKeys(PrivateKeys&& other) noexcept;
  PrivateKeys& operator=(PrivateKeys&&) = delete;
  ~PrivateKeys();

  const std::string& home() const { return folder_; }

 private:
  explicit PrivateKeys(std::string folder) : folder_(std::move(folder)) {}
  std::string folder_;
};

}  // namespace zp::gateway

#endif  // GATEWAY_CLI_PRIVATE_KEYS_H_
