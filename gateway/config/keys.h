// gateway/config/keys.h - keys.def as a table: one source for parser, defaults and `zegelpost init --explain-config`.
#ifndef GATEWAY_CONFIG_KEYS_H_
#define GATEWAY_CONFIG_KEYS_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/config/mailboxes.h"

namespace zp::gateway {

enum class KeyKind { kText, kPath, kList, kNumber };

/// Target: what the value is written to.
template <typename Target>
struct KeyOf {
  std::string_view section, name, meaning;
  KeyKind kind;
  const char* default_text = nullptr;                          // nullptr: must be given (texts and paths)
  std::uint64_t default_number = 0, minimum = 0, maximum = 0;  // in the unit that the name says
  void (*set_text)(Target&, std::string) = nullptr;
  void (*set_list)(Target&, std::vector<std::string>) = nullptr;
  void (*set_number)(Target&, std::uint64_t) = nullptr;
};

using Key = KeyOf<Config>;
using MailboxKey = KeyOf<MailboxConfig>;

std::span<const Key> keys();
/// Of each item of the list `mailboxes`.
std::span<const MailboxKey> mailbox_keys();

/// Every key with default, range and meaning, as Markdown (docs/configuration.md is this text).
std::string describe_keys();

}  // namespace zp::gateway

#endif  // GATEWAY_CONFIG_KEYS_H_
