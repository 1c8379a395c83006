#include "gateway/staff/message_steps.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <sstream>

#include "gateway/casework/access_code.h"
#include "gateway/casework/flow.h"
#include "gateway/casework/letter_fields.h"
#include "gateway/casework/mail_queue.h"
#include "gateway/casework/ways.h"
#include "gateway/process/process.h"
#include "gateway/staff/sentences.h"

namespace zp::gateway {
namespace {

constexpr std::ptrdiff_t kReadingsListed = 20;  // one by one

/// "mail=2" among the words of an entry.
std::string value_in(const std::string& detail, std::string_view name) {
  std::istringstream words(detail);
  for (std::string word; words >> word;)
    if (word.starts_with(name) && word.size() > name.size() && word[name.size()] == '=')
      return word.substr(name.size() + 1);
  return {};
}

std::string report_words(const std::string& detail) {
  const std::string status = value_in(detail, "status");
  const std::string_view reason = reason_of_status(status);
  std::string words = detail.starts_with("failed")    ? "Niet aangekomen"
                      : detail.starts_with("delayed") ? "Vertraagd"
                                                      : "Aangekomen";
  if (!reason.empty() && !detail.starts_with("arrived")) words += ": " + std::string(reason);
  return status == "unknown" ? words : words + " (" + status + ")";
}

/// What the ledger says in words of its own, for people.
std::string detail_words(const crypto::LedgerEntry& entry) {
  const std::string mail = value_in(entry.detail, "mail"), key = value_in(entry.detail, "key");
  if (entry.action == act_name(Act::kReport)) return report_words(entry.detail);
  if (entry.action == act_name(Act::kNotify) && entry.detail == "sms") return "Toegangscode per sms";
  if (entry.action == act_name(Act::kNotify))
    return mail == "0" ? "Melding gemaild" : mail == "1" ? "Herinnering gemaild" : "Nog eens gemaild";
  if (entry.action == act_name(Act::kResend)) return "Gaat later nog eens";
  if (entry.action == act_name(Act::kUndeliverable) && entry.detail.starts_with("locked"))
    return "Te veel verkeerde codes";
  if (entry.action == act_name(Act::kUndeliverable)) return std::string(reason_of_status(entry.detail));
  if (!key.empty()) return "Versleuteld met sleutel " + key;
  return entry.detail;
}

std::string outcome_words(const crypto::LedgerEntry& entry) {
  return entry.outcome == "ok" ? std::string() : outcome_sentence(entry.outcome);
}

/// By which way a new code of the dossier went.
std::optional<std::string> new_code(const crypto::LedgerEntry& entry) {
  if (entry.action == act_name(Act::kRenewCode)) return entry.detail;
  if (entry.action != act_name(Act::kSend) && entry.action != act_name(Act::kAskMissing)) return std::nullopt;
  const auto at = entry.detail.find(kCodeMark);
  return at == std::string::npos ? std::nullopt : std::optional(entry.detail.substr(at + kCodeMark.size()));
}

/// By time. A reading that the ledger has twice, because a crash came in between, is one.
std::vector<MessageStep> steps_of(const std::vector<crypto::LedgerEntry>& entries, const Message& message) {
  std::vector<MessageStep> steps;
  std::set<TimeMs> readings;
  const TimeMs sent = message.created / 1000 * 1000;  // moment_of() is to the second
  bool opens = message.route == kByMailbox && message.letter != Id{};
  for (const crypto::LedgerEntry& entry : entries) {
    const TimeMs written = moment_of(entry.time);
    if (const auto way = opens ? new_code(entry) : std::nullopt;
        way && written >= sent && (message.expires == 0 || written < message.expires))
      steps.push_back({written, "Toegangscode gegeven", *way, outcome_words(entry)});
    if (entry.object != message.id.hex()) continue;
    if (entry.action == act_name(Act::kRecall)) opens = false;
    const std::string seen = value_in(entry.detail, "at");  // by the door; the entry came later
    const bool is_reading = entry.action == act_name(Act::kReadByRecipient);
    const TimeMs time = seen.empty() ? written : moment_of(seen);
    if (is_reading && !readings.insert(time).second) continue;
    const bool is_lock = entry.action == act_name(Act::kUndeliverable) && entry.detail.starts_with("locked");
    steps.push_back({time, is_lock ? "Geblokkeerd" : action_sentence(entry.action),
                     is_reading ? "" : detail_words(entry), outcome_words(entry), is_reading});
  }
  std::ranges::stable_sort(steps, {}, &MessageStep::time);
  return steps;
}

/// Of many readings one line a day: the record must stay readable on paper.
std::vector<MessageStep> folded(std::vector<MessageStep> steps) {
  if (std::ranges::count(steps, true, &MessageStep::is_reading) <= kReadingsListed) return steps;
  std::map<std::string, std::pair<int, TimeMs>> days;  // how often, and the last time
  for (const MessageStep& step : steps) {
    if (!step.is_reading) continue;
    auto& [times, last] = days[local_date(step.time)];
    ++times;
    last = step.time;
  }
  std::set<std::string> told;
  std::erase_if(steps,
                [&](const MessageStep& step) { return step.is_reading && !told.insert(local_date(step.time)).second; });
  for (MessageStep& step : steps) {
    const auto& [times, last] = days[local_date(step.time)];
    if (step.is_reading && times > 1)
      step.detail = fmt::format("Die dag {} keer, het laatst om {}", times, local_minute(last).substr(11));
  }
  return steps;
}

}  // namespace

std::string MessageStep::moment() const { return local_time_dutch(time) + fmt::format(":{:02}", time / 1000 % 60); }

std::vector<MessageStep> message_steps(const std::vector<crypto::LedgerEntry>& about_dossier, const Message& message) {
  return folded(steps_of(about_dossier, message));
}

}  // namespace zp::gateway
