#include "gateway/config/config.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <set>

#include "gateway/config/data_folder.h"
#include "gateway/config/keys.h"

namespace zp::gateway {
namespace {

constexpr std::string_view kMailboxes = "mailboxes";

std::unexpected<Error> complain(const std::string& file, const YAML::Mark& mark, const std::string& what) {
  return fail(Code::kConfig, "read configuration",
              file + (mark.is_null() ? "" : ":" + std::to_string(mark.line + 1)) + ": " + what);
}

std::string resolve(const std::string& value, const std::filesystem::path& folder) {
  if (value.empty()) return value;
  if (value.starts_with("pkcs11:")) return value;  // a key in a token, RFC 7512
  if (value.front() == '@') return data_folder() + "/" + value.substr(1);
  return std::filesystem::weakly_canonical(folder / value).string();
}

template <typename Target>
std::string full_name(const KeyOf<Target>& key) {
  return std::string(key.section) + (key.section.empty() ? "" : ".") + std::string(key.name);
}

template <typename Target>
Result<void> set_number(Target& config, const KeyOf<Target>& key, const YAML::Node& node, const std::string& file) {
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

template <typename Target>
Result<void> set_value(Target& config, const KeyOf<Target>& key, const YAML::Node& node, const std::string& file) {
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

template <typename Target>
Result<void> set_default(Target& config, const KeyOf<Target>& key, const std::string& file) {
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

bool is_name(const std::string& text) {
  return !text.empty() && text.size() <= 40 &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
}

/// A folder name goes into a command as it is.
bool is_folder(const std::string& text) {
  return text.size() <= 200 &&
         std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 0x7f && c != '"' && c != '\\'; });
}

/// What is wrong with one mailbox; empty: nothing.
std::string fault_of(const MailboxConfig& box) {
  if (!is_name(box.name)) return "name is made of a-z, 0-9 and -, at most 40";
  if (box.protocol != "imaps" && box.protocol != "pop3s") return "protocol must be imaps or pop3s";
  if (box.login != "password" && box.login != "xoauth2") return "login must be password or xoauth2";
  const bool token = box.login == "xoauth2";
  if (token && (!box.token_url.starts_with("https://") || box.client_id.empty()))
    return "xoauth2 needs client_id and a token_url that begins with https://";
  if (!token && !box.token_url.empty()) return "token_url goes with login xoauth2";
  if (box.folder.empty() || !is_folder(box.folder) || !is_folder(box.move_to))
    return "folder and move_to are plain ASCII without quotes";
  if (box.protocol == "pop3s" && (box.folder != "INBOX" || !box.move_to.empty()))
    return "folder and move_to go with protocol imaps";
  if (box.move_to == box.folder) return "move_to must be another folder than folder";
  return {};
}

Result<MailboxConfig> read_mailbox(const YAML::Node& item, const std::string& file) {
  if (!item.IsMap()) return complain(file, item.Mark(), "each of the mailboxes must hold keys of its own");
  MailboxConfig box{};
  std::set<std::string> seen;
  for (const auto& pair : item) {
    const std::string name = pair.first.Scalar();
    const auto key = std::ranges::find(mailbox_keys(), name, &MailboxKey::name);
    if (key == mailbox_keys().end()) return complain(file, pair.first.Mark(), "unknown key 'mailboxes." + name + "'");
    if (!seen.insert(name).second) return complain(file, pair.first.Mark(), full_name(*key) + " stands here twice");
    TRY_DO(set_value(box, *key, pair.second, file));
  }
  for (const MailboxKey& key : mailbox_keys())
    if (!seen.contains(std::string(key.name))) TRY_DO(set_default(box, key, file));
  if (const std::string fault = fault_of(box); !fault.empty())
    return complain(file, item.Mark(), "mailbox '" + box.name + "': " + fault);
  return box;
}

Result<std::vector<MailboxConfig>> read_mailboxes(const YAML::Node& list, const std::string& file) {
  if (!list.IsSequence()) return complain(file, list.Mark(), std::string(kMailboxes) + " must be a list");
  std::vector<MailboxConfig> boxes;
  for (const auto& item : list) {
    TRY_ASSIGN(auto box, read_mailbox(item, file));
    if (std::ranges::find(boxes, box.name, &MailboxConfig::name) != boxes.end())
      return complain(file, item.Mark(), "two mailboxes are called '" + box.name + "'");
    boxes.push_back(std::move(box));
  }
  return boxes;
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
    if (section.empty() && name == kMailboxes) {
      TRY_DO(read_mailboxes(item.second, file));
      continue;
    }
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

/// What is wrong; empty: nothing.
std::string fault_of(const CourierConfig& courier) {
  for (const std::string& one : courier.accept)
    if (one != "nta" && one != "dane" && one != "mta-sts") return "courier.accept may hold nta, dane and mta-sts";
  if (courier.nta_header.empty()) return {};
  const std::size_t colon = courier.nta_header.find(": ");
  const bool printable = std::ranges::all_of(courier.nta_header, [](char c) { return c >= ' ' && c <= '~'; });
  if (colon == 0 || colon == std::string::npos || !printable || courier.nta_header.size() > 200 ||
      courier.nta_header.find(' ') < colon)
    return "courier.nta_header must look like 'Name: value'";
  return {};
}

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
  if (config.smtp.dkim_selector.empty() != config.smtp.dkim_key.empty())
    return wrong("smtp.dkim_selector and smtp.dkim_key go together");
  if (config.notice.remind_days >= config.notice.other_way_days)
    return wrong("notice.remind_days must be less than notice.other_way_days");
  if (const std::string fault = fault_of(config.courier); !fault.empty()) return wrong(fault);
  if (config.keys.mail_certificate.empty() != config.keys.mail_key.empty())
    return wrong("keys.mail_certificate and keys.mail_key go together");
  if (config.public_door.certificate.empty() != config.public_door.key.empty())
    return wrong("public.certificate and public.key go together");
  if (config.staff.certificate.empty() != config.staff.key.empty())
    return wrong("staff.certificate and staff.key go together");
  for (const auto& url : {config.public_door.base_url, config.staff.base_url})
    if (!url.starts_with("https://") && !url.starts_with("http://")) return wrong("base_url begins with https://");
  const SmsConfig& sms = config.sms;
  if (sms.configured() && !sms.url.starts_with("https://") && !sms.url.starts_with("http://127.0.0.1"))
    return wrong("sms.url begins with https://: a code would cross the network in the clear");
  if (sms.configured() && (!sms.body.contains("{number}") || !sms.body.contains("{text}")))
    return wrong("sms.body must hold {number} and {text}: see docs/operators/mail.md");
  const std::string& stamps = config.keys.time_stamp_url;
  if (!stamps.empty() && !stamps.starts_with("https://") && !stamps.starts_with("http://"))
    return wrong("keys.time_stamp_url begins with https:// or http://");
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

Result<std::vector<MailboxConfig>> load_mailboxes(const Config& config) {
  try {
    const YAML::Node list = YAML::LoadFile(config.file)[std::string(kMailboxes)];
    if (!list) return std::vector<MailboxConfig>();
    return read_mailboxes(list, config.file);
  } catch (const YAML::BadFile&) {
    return fail(Code::kConfig, "read configuration", config.file + ": cannot be opened");
  } catch (const YAML::Exception& error) {
    return complain(config.file, error.mark, error.msg);
  }
}

std::string mailbox_notes(const Config& config) { return config.data + "/mailboxes"; }

}  // namespace zp::gateway
