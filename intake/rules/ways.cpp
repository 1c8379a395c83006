#include "intake/rules/ways.h"

#include <fmt/format.h>

#include <algorithm>

#include "intake/rules/read_rules.h"

namespace zp::intake {
namespace {

const Names kWays = {"openpgp", "smime", "tls", "mailbox", "post"};
const Names kProofs = {"nta", "dane", "mta-sts"};

Names some_of(YamlMap& map, const std::string& key, const Names& allowed) {
  Names names = map.texts(key);
  for (const std::string& name : names)
    if (!contains(allowed, name)) map.refuse(key, fmt::format("has '{}', which is none of these", name));
  return names;
}

WayRule read_rule(const YAML::Node& node, const std::string& file) {
  YamlMap map(node, file);
  WayRule rule;
  rule.name = name_of(map, "name", '-');
  rule.ways = some_of(map, "ways", kWays);
  if (rule.ways.empty()) map.refuse("ways", "is missing");
  rule.proofs = some_of(map, "proofs", kProofs);
  if (contains(rule.ways, "tls") == rule.proofs.empty()) map.refuse("proofs", "goes with tls, and only with that");
  rule.why = map.text("why");
  rule.source = map.text("source");
  rule.source_text = map.text_or("source_text", "");
  map.refuse_unknown_keys();
  return rule;
}

LetterClass read_class(const YAML::Node& node, const std::string& file) {
  YamlMap map(node, file);
  LetterClass made;
  made.name = name_of(map, "name", '-');
  made.title = map.text("title");
  made.about = map.text("about");
  made.letters = map.texts("letters");
  made.with_additions = map.text_or("with_additions", "");
  Names taken;
  for (const YAML::Node& item : map.node("ways")) {
    made.rules.push_back(read_rule(item, file));
    for (const std::string& way : made.rules.back().ways) {
      if (contains(taken, way)) map.refuse("ways", fmt::format("has '{}' twice", way));
      taken.push_back(way);
    }
  }
  if (taken.empty() || taken.back() != "post") map.refuse("ways", "must end with post, which is always possible");
  map.refuse_unknown_keys();
  return made;
}

}  // namespace

const WayRule* LetterClass::rule_for(const std::string& way) const noexcept {
  const auto found = std::ranges::find_if(rules, [&](const WayRule& rule) { return contains(rule.ways, way); });
  return found == rules.end() ? nullptr : &*found;
}

std::string_view route_words(std::string_view name) noexcept {
  if (name == "openpgp") return "versleutelde mail (OpenPGP)";
  if (name == "smime") return "versleutelde mail (S/MIME)";
  if (name == "tls") return "rechtstreekse beveiligde mail";
  if (name == "nta") return "NTA 7516";
  if (name == "dane") return "DANE";
  if (name == "mta-sts") return "MTA-STS";
  return name == "post" ? "post" : "beveiligde mailbox";
}

Result<WayPolicy> WayPolicy::load(const std::string& path) {
  return reading<WayPolicy>("load ways of letters", path, [&path] {
    YamlMap map(read_yaml(path), path);
    WayPolicy policy;
    policy.otherwise_ = map.text("otherwise");
    const YAML::Node classes = map.node("classes");
    if (!classes || !classes.IsSequence()) map.refuse("classes", "must be a list");
    Names letters;
    for (const YAML::Node& item : classes) {
      LetterClass made = read_class(item, path);
      if (policy.named(made.name)) refuse(path, item, fmt::format("a second class '{}'", made.name));
      for (const std::string& letter : made.letters) {
        if (contains(letters, letter)) refuse(path, item, fmt::format("'{}' is in two classes", letter));
        letters.push_back(letter);
      }
      policy.classes_.push_back(std::move(made));
    }
    map.refuse_unknown_keys();
    if (!policy.named(policy.otherwise_)) map.refuse("otherwise", "names no class");
    for (const LetterClass& one : policy.classes_)
      if (!one.with_additions.empty() && !policy.named(one.with_additions))
        map.refuse("classes", fmt::format("with_additions of '{}' names no class", one.name));
    return policy;
  });
}

const LetterClass* WayPolicy::named(const std::string& name) const noexcept {
  const auto found = std::ranges::find(classes_, name, &LetterClass::name);
  return found == classes_.end() ? nullptr : &*found;
}

const LetterClass& WayPolicy::class_of(const std::string& letter, bool has_additions) const noexcept {
  const auto found =
      std::ranges::find_if(classes_, [&](const LetterClass& one) { return contains(one.letters, letter); });
  const LetterClass& own = found == classes_.end() ? *named(otherwise_) : *found;
  return has_additions && !own.with_additions.empty() ? *named(own.with_additions) : own;
}

}  // namespace zp::intake
