#include "gateway/store/mailbox_state.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "gateway/store/files.h"

namespace zp::gateway {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxFile = 16 * 1024 * 1024;
constexpr std::size_t kMaxUid = 100;
constexpr std::size_t kMaxText = 500;
constexpr std::int64_t kHour = 3'600'000;

std::string path_of(const std::string& folder, const std::string& name) { return folder + "/" + name + ".json"; }

std::string text_of(const Json& json, const char* key, std::size_t limit) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>().substr(0, limit) : std::string();
}

std::int64_t number_of(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_number_integer() ? std::max<std::int64_t>(found->get<std::int64_t>(), 0) : 0;
}

Json array_of(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_array() ? *found : Json::array();
}

}  // namespace

std::string MailboxState::json() const {
  Json waiting = Json::array();
  for (const LeftMessage& one : left)
    waiting.push_back({{"uid", one.uid}, {"times", one.times}, {"next_ms", one.next_ms}, {"reason", one.reason}});
  return Json{{"generation", generation},   {"kept", kept},
              {"left", std::move(waiting)}, {"watched_since_ms", watched_since_ms},
              {"reached_ms", reached_ms},   {"last_message_ms", last_message_ms},
              {"messages", messages},       {"failure", failure}}
      .dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<MailboxState> MailboxState::parse(std::string_view untrusted_json) {
  const Json json = Json::parse(untrusted_json, nullptr, false);
  if (!json.is_object()) return fail(Code::kMalformed, "read mailbox state");
  MailboxState state;
  state.generation = text_of(json, "generation", kMaxUid);
  for (const Json& uid : array_of(json, "kept"))
    if (uid.is_string()) state.kept.push_back(uid.get<std::string>().substr(0, kMaxUid));
  for (const Json& one : array_of(json, "left")) {
    if (!one.is_object()) continue;
    state.left.push_back({text_of(one, "uid", kMaxUid), static_cast<std::uint32_t>(number_of(one, "times")),
                          number_of(one, "next_ms"), text_of(one, "reason", kMaxText)});
  }
  state.watched_since_ms = number_of(json, "watched_since_ms");
  state.reached_ms = number_of(json, "reached_ms");
  state.last_message_ms = number_of(json, "last_message_ms");
  state.messages = static_cast<std::uint64_t>(number_of(json, "messages"));
  state.failure = text_of(json, "failure", kMaxText);
  return state;
}

Result<MailboxState> MailboxState::read(const std::string& folder, const std::string& name) {
  TRY_ASSIGN(const Bytes text, read_file(path_of(folder, name), kMaxFile));
  return parse(as_text(text));
}

Result<void> MailboxState::write(const std::string& folder, const std::string& name) const {
  return replace_file(path_of(folder, name), as_bytes(json()), 0640);
}

MailboxHealth health_of(const MailboxState& state, std::uint32_t silence_hours, std::int64_t now_ms) noexcept {
  if (state.reached_ms == 0) return MailboxHealth::kNeverReached;
  if (now_ms - state.reached_ms > kHour / 2) return MailboxHealth::kUnreachable;
  const std::int64_t last = std::max(state.last_message_ms, state.watched_since_ms);
  if (now_ms - last > silence_hours * kHour) return MailboxHealth::kSilent;
  return state.left.empty() ? MailboxHealth::kGood : MailboxHealth::kLeft;
}

}  // namespace zp::gateway
