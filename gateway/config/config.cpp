#include "gateway/config/config.h"

#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <functional>
#include <map>
#include <set>

#include "gateway/config/data_folder.h"
#include "gateway/config/keys.h"

namespace zp::gateway {
namespace {

std::unexpected<Error> complain(const std::string& file, const YAML::Mark& mark, const std::string& what) {
  return fail(Code::kConfig, "read configuration",
              file + (mark.is_null() ? "" : ":" + std::to_string(mark.line + 1)) + ": " + what);
}

std::string resolve(const std::string& value, const std::filesystem::path& folder) {
  if (value.empty()) return value;
  if (value.front() == '@') return data_folder() + "/" + value.substr(1);
  return std::filesystem::weakly_canonical(folder / value).string();
}

std::string full_name(const Key& key) {
  return std::string(key.section) + (key.section.empty() ? "" : ".") + std::string(key.name);
}

Result<void> set_number(Config& config, const Key& key, const YAML::Node& node, const std::string& file) {
  std::uint64_t value = 0;
  try {
    value = node.as<std::uint64_t>();
  } catch (const YAML::Exception&) {
    return complain(file, node.Mark(), full_name(key) + " must be a whole number");
  }
  if (value < key.minimum || value > key.maximum)
    return complain(
        file, node.Mark(),
        full_name(key) + " must be from " + std::to_string(key.minimum) + " to " + std::to_string(key.maximum));
  key.set_number(config, value);
  return {};
}

Result<void> set_value(Config& config, const Key& key, const YAML::Node& node, const std::string& file) {
  const std::filesystem::path folder = std::filesystem::absolute(file).parent_path();
  if (key.kind == KeyKind::kNumber) return set_number(config, key, node, file);
  if (key.kind == KeyKind::kList) {
    if (!node.IsSequence()) return complain(file, node.Mark(), full_name(key) + " must be a list");
    std::vector<std::string> values;
    for (const auto& item : node) {
      if (!item.IsScalar()) return complain(file, item.Mark(), full_name(key) + " must be a list of texts");
      values.push_back(item.Scalar());
    }
    key.set_list(config, std::move(values));
    return {};
  }
  if (!node.IsScalar()) return complain(file, node.Mark(), full_name(key) + " must be a text");
  key.set_text(config, key.kind == KeyKind::kPath ? resolve(node.Scalar(), folder) : node.Scalar());
  return {};
}

Result<void> set_default(Config& config, const Key& key, const std::string& file) {
  switch (key.kind) {
    case KeyKind::kNumber:
      key.set_number(config, key.default_number);
      return {};
    case KeyKind::kList:
      return {};
    default:
      break;
  }
  if (!key.default_text)
    return fail(Code::kConfig, "read configuration",
                file + ": " + full_name(key) + " is missing: " + std::string(key.meaning));
  const std::filesystem::path folder = std::filesystem::absolute(file).parent_path();
  key.set_text(config, key.kind == KeyKind::kPath ? resolve(key.default_text, folder) : key.default_text);
  return {};
}

/// The keys of one mapping, by name; refuses what keys.def does not list.
Result<void> read_section(Config& config, std::set<std::string>& seen, const YAML::Node& map,
                          const std::string& section, const std::string& file) {
  std::map<std::string_view, const Key*> known;
  std::set<std::string_view> sections;
  for (const Key& key : gateway::keys()) {
    if (key.section == section) known[key.name] = &key;
    sections.insert(key.section);
  }
  for (const auto& item : map) {
    const std::string name = item.first.Scalar();
    if (section.empty() && !name.empty() && sections.contains(name)) {
      if (!item.second.IsMap()) return complain(file, item.second.Mark(), name + " must hold keys of its own");
      TRY_DO(read_section(config, seen, item.second, name, file));
      continue;
    }
    const auto found = known.find(name);
    if (found == known.end())
      return complain(file, item.first.Mark(), "unknown key '" + (section.empty() ? "" : section + ".") + name + "'");
    if (!seen.insert(full_name(*found->second)).second)
      return complain(file, item.first.Mark(), full_name(*found->second) + " stands here twice");
    TRY_DO(set_value(config, *found->second, item.second, file));
  }
  return {};
}

bool is_fingerprint(const std::string& text) {
  return text.size() == 40 && text.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
}

bool is_loopback(const std::string& host) { return host == "localhost" || host == "::1" || host.starts_with("127."); }

/// What one key alone can't tell.
Result<void> check_together(const Config& config) {
  const auto wrong = [&](const std::string& what) {
    return fail(Code::kConfig, "read configuration", config.file + ": " + what);
  };
  if (config.log_format != "text" && config.log_format != "json") return wrong("log_format must be text or json");
  if (!is_fingerprint(config.keys.zone_fingerprint)) return wrong("keys.zone_fingerprint must be 40 hex digits");
  for (const auto& fingerprint : config.keys.recovery_fingerprints)
    if (!is_fingerprint(fingerprint)) return wrong("keys.recovery_fingerprints must be 40 hex digits each");
  if (config.smtp.security != "starttls" && config.smtp.security != "tls" && config.smtp.security != "none")
    return wrong("smtp.security must be starttls, tls or none");
  if (config.smtp.security == "none" && !config.smtp.host.empty() && !is_loopback(config.smtp.host))
    return wrong("smtp.security none is allowed for a loopback host only: mail would cross the network in the clear");
  if (config.public_door.certificate.empty() != config.public_door.key.empty())
    return wrong("public.certificate and public.key go together");
  if (config.staff.certificate.empty() != config.staff.key.empty())
    return wrong("staff.certificate and staff.key go together");
  for (const auto& url : {config.public_door.base_url, config.staff.base_url})
    if (!url.starts_with("https://") && !url.starts_with("http://")) return wrong("base_url begins with https://");
  if (config.public_door.base_url.ends_with('/') || config.staff.base_url.ends_with('/'))
    return wrong("base_url has no slash at the end");
  return {};
}

}  // namespace

std::string Config::ledger_origin() const {
  std::string host = public_door.base_url.substr(public_door.base_url.find("://") + 3);
  return host.substr(0, host.find_first_of(":/")) + "/ledger";
}

Result<Config> Config::load(const std::string& path) {
  Config config{};
  config.file = std::filesystem::absolute(path).string();
  try {
    const YAML::Node root = YAML::LoadFile(path);
    if (!root.IsMap()) return fail(Code::kConfig, "read configuration", path + ": the file must hold keys");
    std::set<std::string> seen;
    TRY_DO(read_section(config, seen, root, "", path));
    for (const Key& key : gateway::keys())
      if (!seen.contains(full_name(key))) TRY_DO(set_default(config, key, path));
  } catch (const YAML::BadFile&) {
    return fail(Code::kConfig, "read configuration", path + ": cannot be opened");
  } catch (const YAML::Exception& error) {
    return complain(path, error.mark, error.msg);
  }
  TRY_DO(check_together(config));
  return config;
}

}  // namespace zp::gateway
