#include "gateway/config/keys.h"

#include <type_traits>

namespace zp::gateway {
namespace {

#define ZP_TEXT(section_, name_, member_, kind_, default_, meaning_) \
  Key{.section = section_,                                           \
      .name = name_,                                                 \
      .meaning = meaning_,                                           \
      .kind = KeyKind::kind_,                                        \
      .default_text = default_,                                      \
      .set_text = [](Config& c, std::string v) { c.member_ = std::move(v); }},
#define ZP_LIST(section_, name_, member_, meaning_) \
  Key{.section = section_,                          \
      .name = name_,                                \
      .meaning = meaning_,                          \
      .kind = KeyKind::kList,                       \
      .set_list = [](Config& c, std::vector<std::string> v) { c.member_ = std::move(v); }},
#define ZP_NUMBER(section_, name_, member_, default_, minimum_, maximum_, factor_, meaning_)  \
  Key{.section = section_,                                                                    \
      .name = name_,                                                                          \
      .meaning = meaning_,                                                                    \
      .kind = KeyKind::kNumber,                                                               \
      .default_number = default_,                                                             \
      .minimum = minimum_,                                                                    \
      .maximum = maximum_,                                                                    \
      .set_number = [](Config& c, std::uint64_t v) {                                          \
        c.member_ = static_cast<std::remove_reference_t<decltype(c.member_)>>(v * (factor_)); \
      }},

const Key kKeys[] = {
#include "gateway/config/keys.def"
};

std::string default_of(const Key& key) {
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

}  // namespace

std::span<const Key> keys() { return kKeys; }

std::string describe_keys() {
  std::string text =
      "# Configuration\n\nOne YAML file. Paths are relative to the file; `@` stands for the installed data folder. "
      "Unknown keys are refused "
      "with file and line.\nThis page is what `zegelpost init --explain-config` prints.\n";
  std::string_view section = "-";
  for (const Key& key : kKeys) {
    if (key.section != section) {
      section = key.section;
      text += "\n## " + (section.empty() ? std::string("At the top") : std::string(section)) +
              "\n\n| key | default | meaning |\n|---|---|---|\n";
    }
    text += "| `" + std::string(key.name) + "` | " + default_of(key) + " | " + std::string(key.meaning) + " |\n";
  }
  return text;
}

}  // namespace zp::gateway
