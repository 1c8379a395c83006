// gateway/config/keys.h - keys.def as a table: one source for parser, defaults and `zegelpost init --explain-config`.
#ifndef GATEWAY_CONFIG_KEYS_H_
#define GATEWAY_CONFIG_KEYS_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/config/config.h"

namespace zp::gateway {

enum class KeyKind { kText, kPath, kList, kNumber };

struct Key {
  std::string_view section, name, meaning;
  KeyKind kind;
  const char* default_text = nullptr;                          // nullptr: must be given (texts and paths)
  std::uint64_t default_number = 0, minimum = 0, maximum = 0;  // in the unit that the name says
  void (*set_text)(Config&, std::string) = nullptr;
  void (*set_list)(Config&, std::vector<std::string>) = nullptr;
  void (*set_number)(Config&, std::uint64_t) = nullptr;
};

std::span<const Key> keys();

/// Every key with default, range and meaning, as Markdown (docs/configuration.md is this text).
std::string describe_keys();

}  // namespace zp::gateway

#endif  // GATEWAY_CONFIG_KEYS_H_
