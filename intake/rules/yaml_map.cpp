#include "intake/rules/yaml_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace zp::intake {

void refuse(const std::string& file, const YAML::Node& node, const std::string& what) {
  throw Mistake{fmt::format("{}:{}: {}", file, node.Mark().line + 1, what)};
}

YAML::Node read_yaml(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw Mistake{fmt::format("{}:1: cannot be read; check that it exists and its permissions", path)};
  std::ostringstream text;
  text << in.rdbuf();
  return YAML::Load(text.str());
}

YamlMap::YamlMap(const YAML::Node& node, const std::string& file) : node_(node), file_(file) {
  if (!node.IsMap()) zp::intake::refuse(file, node, "expected a mapping (key: value)");
  std::vector<std::string> seen;
  for (const auto& pair : node) {
    const std::string key = pair.first.Scalar();
    if (std::ranges::find(seen, key) != seen.end())
      zp::intake::refuse(file, pair.first, fmt::format("key '{}' stands here twice", key));
    seen.push_back(key);
  }
}

bool YamlMap::has(const std::string& key) const { return static_cast<bool>(node_[key]); }

YAML::Node YamlMap::node(const std::string& key) {
  asked_.push_back(key);
  return node_[key];
}

void YamlMap::refuse(const std::string& key, const std::string& what) const {
  const YAML::Node value = node_[key];
  zp::intake::refuse(file_, value ? value : node_, fmt::format("'{}' {}", key, what));
}

std::string YamlMap::text(const std::string& key) {
  const YAML::Node value = node(key);
  if (!value) refuse(key, "is missing");
  if (!value.IsScalar() || value.Scalar().empty()) refuse(key, "must be a text");
  return value.Scalar();
}

std::string YamlMap::text_or(const std::string& key, std::string otherwise) {
  if (!node(key)) return otherwise;
  return text(key);
}

bool YamlMap::flag_or(const std::string& key, bool otherwise) {
  const YAML::Node value = node(key);
  if (!value) return otherwise;
  if (value.IsScalar() && value.Scalar() == "true") return true;
  if (value.IsScalar() && value.Scalar() == "false") return false;
  refuse(key, "must be true or false");
}

int YamlMap::number(const std::string& key, int least, int most) {
  const std::string written = text(key);
  int value = 0;
  try {
    value = node_[key].as<int>();
  } catch (const YAML::BadConversion&) {
    refuse(key, "must be a whole number");
  }
  if (value < least || value > most) refuse(key, fmt::format("is {}: it must be from {} to {}", written, least, most));
  return value;
}

int YamlMap::number_or(const std::string& key, int least, int most, int otherwise) {
  if (!node(key)) return otherwise;
  return number(key, least, most);
}

std::vector<std::string> YamlMap::texts(const std::string& key) {
  const YAML::Node value = node(key);
  if (!value) return {};
  if (value.IsScalar()) return {text(key)};
  if (!value.IsSequence()) refuse(key, "must be a text or a list of texts");
  std::vector<std::string> result;
  for (const YAML::Node& item : value) {
    if (!item.IsScalar() || item.Scalar().empty())
      zp::intake::refuse(file_, item, fmt::format("'{}' holds something else than texts", key));
    result.push_back(item.Scalar());
  }
  return result;
}

void YamlMap::refuse_unknown_keys() const {
  for (const auto& pair : node_)
    if (std::ranges::find(asked_, pair.first.Scalar()) == asked_.end())
      zp::intake::refuse(file_, pair.first, fmt::format("key '{}' is unknown here", pair.first.Scalar()));
}

}  // namespace zp::intake
