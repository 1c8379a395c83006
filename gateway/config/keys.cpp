#include "gateway/config/keys.h"

#include <type_traits>

namespace zp::gateway {
namespace {

#define ZP_TEXT(section_, name_, member_, kind_, default_, meaning_) \
  {.section = section_,                                              \
   .name = name_,                                                    \
   .meaning = meaning_,                                              \
   .kind = KeyKind::kind_,                                           \
   .default_text = default_,                                         \
   .set_text = [](Target& c, std::string v) { c.member_ = std::move(v); }},
#define ZP_LIST(section_, name_, member_, meaning_) \
  {.section = section_,                             \
   .name = name_,                                   \
   .meaning = meaning_,                             \
   .kind = KeyKind::kList,                          \
   .set_list = [](Target& c, std::vector<std::string> v) { c.member_ = std::move(v); }},
#define ZP_NUMBER(section_, name_, member_, default_, minimum_, maximum_, factor_, meaning_) \
  {.section = section_,                                                                      \
   .name = name_,                                                                            \
   .meaning = meaning_,                                                                      \
   .kind = KeyKind::kNumber,                                                                 \
   .default_number = default_,                                                               \
   .minimum = minimum_,                                                                      \
   .maximum = maximum_,                                                                      \
   .set_number = [](Target& c, std::uint64_t v) {                                            \
     c.member_ = static_cast<std::remove_reference_t<decltype(c.member_)>>(v * (factor_));   \
   }},

namespace of_config {
using Target = Config;
const Key kKeys[] = {
#include "gateway/config/keys.def"
};
}  // namespace of_config

namespace of_mailbox {
using Target = MailboxConfig;
const MailboxKey kKeys[] = {
#include "gateway/config/mailbox_keys.def"
};
}  // namespace of_mailbox

template <typename Target>
std::string default_of(const KeyOf<Target>& key) {
  switch (key.kind) {
    case KeyKind::kNumber:
      return std::to_string(key.default_number) + " (" + std::to_string(key.minimum) + " to " +
             std::to_string(key.maximum) + ")";
    case KeyKind::kList:
      return "empty list";
    default:
      break;
  }
  if (!key.default_text) return "must be given";
  return *key.default_text ? "`" + std::string(key.default_text) + "`" : "empty";
}

template <typename Target>
std::string row_of(const KeyOf<Target>& key) {
  return "| `" + std::string(key.name) + "` | " + default_of(key) + " | " + std::string(key.meaning) + " |\n";
}

constexpr const char* kTableHead = "| key | default | meaning |\n|---|---|---|\n";

}  // namespace

std::span<const Key> keys() { return of_config::kKeys; }
std::span<const MailboxKey> mailbox_keys() { return of_mailbox::kKeys; }

std::string describe_keys() {
  std::string text =
      "# Configuration\n\nOne YAML file. Paths are relative to the file; `@` stands for the installed data folder. "
      "Unknown keys are refused "
      "with file and line.\nThis page is what `zegelpost init --explain-config` prints.\n";
  std::string_view section = "-";
  for (const Key& key : keys()) {
    if (key.section != section) {
      section = key.section;
      text += "\n## " + (section.empty() ? std::string("At the top") : std::string(section)) + "\n\n" + kTableHead;
    }
    text += row_of(key);
  }
  text += std::string("\n## mailboxes\n\nA list; each item has these keys (docs/operators/mail.md).\n\n") + kTableHead;
  for (const MailboxKey& key : mailbox_keys()) text += row_of(key);
  return text;
}

}  // namespace zp::gateway
