#include "gateway/casework/access_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <ranges>
#include <set>

#include "gateway/casework/letter_fields.h"
#include "gateway/process/process.h"

namespace zp::gateway {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kNotice = "avg-kennisgeving-ontvanger";

/// One row for each kind of data and source, in the order in which they came.
class DataRows {
 public:
  void add(const std::string& category, const std::string& content, const std::string& source) {
    for (Json& row : rows_)
      if (row["category"] == category && row["source"] == source) {
        if (seen_.insert(category + '\n' + source + '\n' + content).second)
          row["content"] = row["content"].get<std::string>() + "\n" + content;
        return;
      }
    seen_.insert(category + '\n' + source + '\n' + content);
    rows_.push_back({{"category", category}, {"content", content}, {"source", source}});
  }
  Json take() { return std::move(rows_); }

 private:
  Json rows_ = Json::array();
  std::set<std::string> seen_;
};

Json data_held(const Overview& overview) {
  DataRows rows;
  for (const Overview::Item& item : overview.data)
    if (item.what != kHistoryItem) rows.add(item.what, in_dutch(item.detail), item.source);
  for (const Overview::Item& item : overview.documents)
    rows.add("Documenten", item.what + ", " + item.when, item.source);
  for (const Overview::Item& item : overview.messages)
    rows.add("Berichten", item.when + ": " + (item.what == kReceivedItem ? item.detail : item.what), item.source);
  return rows.take();
}

Json recipients(const Overview& overview) {
  if (overview.recipients.empty())
    return Json::array(
        {{{"recipient", "Niemand buiten onze organisatie"}, {"what", "Niets"}, {"ground", "Niet van toepassing"}}});
  Json rows = Json::array();
  for (const Overview::Recipient& one : overview.recipients)
    rows.push_back(
        {{"recipient", one.name}, {"what", one.what + ", op " + in_dutch(one.sent_on)}, {"ground", one.ground}});
  return rows;
}

/// By function, never by name: who of us opened these dossiers, when and what for, the first first. All of it, or the
/// newest that the form of the letter takes back: then how many are not in it is told too.
Json viewed_by(const Office& office, const std::vector<Id>& dossiers) {
  constexpr std::size_t kBetweenCells = 8;
  std::set<std::array<std::string, 3>> looks;  // clicks within a minute are one look
  for (const Id& dossier : dossiers) {
    const auto entries = office.ledger.about(dossier.hex(), std::numeric_limits<std::size_t>::max());
    if (!entries) continue;
    for (const crypto::LedgerEntry& entry : *entries) {
      if (entry.action != act_name(Act::kOpenDossier) || entry.outcome != "ok") continue;
      const Purpose* const purpose = find_purpose(entry.purpose);
      looks.insert(
          {local_minute(moment_of(entry.time)), entry.function, purpose ? std::string(purpose->label) : entry.purpose});
    }
  }
  std::size_t bytes = 0;
  const auto first = std::ranges::find_if(looks | std::views::reverse, [&](const auto& look) {
                       for (const std::string& cell : look) bytes += cell.size();
                       return (bytes += kBetweenCells) > kMostLookBytes;
                     }).base();
  Json rows = Json::array();
  for (const auto& [minute, who, purpose] : std::ranges::subrange(first, looks.end()))
    rows.push_back({{"viewed_at", minute}, {"who", who}, {"purpose", purpose}});
  Json fields = {{"viewed_by", std::move(rows)}, {"viewed_until", local_date(office.now())}};
  if (const auto left_out = std::distance(looks.begin(), first); left_out > 0) fields["looks_left_out"] = left_out;
  return fields;
}

struct Kinds {
  Json purposes = Json::array();
  std::string retention;
};

Result<Kinds> kinds_of(const Office& office, StoreReader& store, const Overview& overview) {
  Kinds kinds;
  std::set<std::string> seen;
  for (const Id& id : overview.ids) {
    TRY_ASSIGN(const auto dossier, store.dossier(id));
    const intake::RequestRule* const rule = office.rules.find(dossier.kind);
    if (!rule || !seen.insert(dossier.kind).second) continue;
    if (!rule->purpose.empty()) kinds.purposes.push_back(fmt::format("{} ({})", rule->purpose, rule->legal_ground));
    kinds.retention += fmt::format("{}{}: {} na het sluiten van het dossier.", kinds.retention.empty() ? "" : " ",
                                   rule->title, period_words(rule->retention_days));
  }
  return kinds;
}

}  // namespace

bool tells_all_that_is_held(const templates::LetterInfo& info) {
  return std::ranges::find(info.fields, "data_held", &templates::LetterField::name) != info.fields.end();
}

Result<Json> access_fields(const Office& office, StoreReader& store, const Overview& overview) {
  TRY_ASSIGN(auto kinds, kinds_of(office, store, overview));
  Json fields = {{"data_held", data_held(overview)}, {"recipients", recipients(overview)}};
  fields.update(viewed_by(office, overview.ids));
  if (!kinds.purposes.empty()) fields["purposes"] = std::move(kinds.purposes);
  if (!kinds.retention.empty()) fields["retention_period"] = "Zo lang bewaren wij uw gegevens. " + kinds.retention;
  return fields;
}

Result<Json> recipients_told(StoreReader& store, const OpenDossier& open) {
  TRY_ASSIGN(const auto messages, store.messages(open.dossier.id));
  Json told = Json::array();
  for (const Message& message : messages) {
    if (message.letter == Id{} || message.state != "printed") continue;
    TRY_ASSIGN(const auto letter, store.letter(message.letter));
    TRY_ASSIGN(const auto data, open.keys.message(message));
    if (letter.name == kNotice && std::ranges::find(told, Json(data.recipient)) == told.end())
      told.push_back(data.recipient);
  }
  return told;
}

}  // namespace zp::gateway
