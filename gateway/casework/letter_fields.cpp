#include "gateway/casework/letter_fields.h"

#include <fmt/format.h>

#include <algorithm>

#include "gateway/casework/restriction.h"
#include "gateway/casework/rights.h"
#include "gateway/casework/terms.h"
#include "gateway/casework/weeks.h"
#include "gateway/process/process.h"

namespace zp::gateway {
namespace {

using Json = nlohmann::json;

/// "YYYY-MM-DDTHH:MM" in Europe/Amsterdam.
Json files_of(const std::vector<ListedDocument>& documents) {
  Json rows = Json::array();
  for (const ListedDocument& one : documents)
    rows.push_back({{"name", one.details.name},
                    {"size", one.details.size},
                    {"sha256", one.details.sha256},
                    {"received_at", local_minute(one.received)}});
  return rows;
}

Json filled_in(const intake::RequestRule& rule, const std::map<std::string, std::string>& fields) {
  Json rows = Json::array();
  for (const intake::FieldRule& field : rule.fields) {
    const auto given = fields.find(field.name);
    if (given == fields.end() || given->second.empty()) continue;
    rows.push_back({{"label", field.label}, {"value", shown_value(field, given->second)}});
  }
  return rows;
}

std::string joined(const std::vector<std::string>& sentences) {
  std::string text;
  for (const std::string& one : sentences) text += (text.empty() ? "" : " ") + one;
  return text;
}

Json missing_of(const intake::Evaluation& evaluation) {
  Json rows = Json::array();
  for (const intake::RequirementResult& one : evaluation.requirements) {
    if (one.state == intake::RequirementState::kMet) continue;
    rows.push_back({{"what", one.label},
                    {"problem", joined(one.lacking)},
                    {"why", one.why},
                    {"source", one.source},
                    {"how", one.explanation}});
  }
  return rows;
}

Json cut_to_columns(const templates::LetterField& table, const Json& rows) {
  Json cut = Json::array();
  for (const Json& row : rows) {
    Json& one = cut.emplace_back(Json::object());
    for (const templates::LetterField& column : table.columns)
      if (row.contains(column.name)) one[column.name] = row[column.name];
  }
  return cut;
}

/// "m•••@voorbeeld.nl": enough to know which mailbox, too little to learn the address.
std::string email_hint(const std::string& email) {
  const std::size_t at = email.find('@');
  return at == std::string::npos || at == 0 ? std::string() : email.substr(0, 1) + "•••" + email.substr(at);
}

const TermRecord* answer_term(const Profile& profile) {
  const auto found = std::ranges::find_if(profile.terms, [](const TermRecord& term) {
    return term.running && term.kind != "aanvulling" && term.kind != "verlengingsbericht" && !is_for_remedy(term) &&
           term.kind != "niet-behandelen";
  });
  return found == profile.terms.end() ? nullptr : &*found;
}

/// The dates that letters print about the terms of this dossier.
void add_terms(const Office& office, const OpenDossier& open, Json& known) {
  const Profile& profile = open.profile;
  if (const TermRecord* const asked = completion_asked(profile)) {
    known["asked_on"] = asked->from;
    known["complete_before"] = asked->last_day;
  }
  const TermRecord* const term = answer_term(profile);
  if (!term) return;
  known["answer_before"] = term->last_day;
  known["answer_ground"] = known.value("term_ground", "");
  if (const intake::RequestRule* const rule = office.rules.find(open.dossier.kind); rule && term->kind == kWeeks) {
    const auto first = weeks_record(office, open, *rule, false), later = weeks_record(office, open, *rule, true);
    if (first && later && rule->weeks.adjourned_weeks > 0) {
      known["first_term"] = first->last_day;
      known["new_term"] = later->last_day;
    }
    return;
  }
  const auto received = intake::parse_date(term->from);
  if (!received || !term->kind.starts_with("avg")) return;
  known["first_term"] = intake::format_date(intake::avg_term(office.calendar, *received).last_day);
  known["new_term"] = intake::format_date(intake::avg_term(office.calendar, *received, true).last_day);
}

}  // namespace

std::string channel_words(const std::string& channel) {
  if (channel == "mail") return "per e-mail";
  if (channel == "scan") return "per post";
  return "via onze website";
}

std::string in_dutch(const std::string& value) {
  const auto day = intake::parse_date(value);
  return day ? intake::dutch_date(*day) : value;
}

std::string period_words(int days) {
  constexpr int kYear = 365;
  return days > 0 && days % kYear == 0 ? fmt::format("{} jaar", days / kYear) : fmt::format("{} dagen", days);
}

std::string local_minute(TimeMs time) {
  const std::string words = local_time_dutch(time);
  return local_date(time) + "T" + words.substr(words.size() - 5);
}

TimeMs moment_of(const std::string& utc) {
  const auto day = intake::parse_date(utc.substr(0, 10));
  if (!day || utc.size() < 19) return 0;
  const auto digits = [&](std::size_t at) { return (utc[at] - '0') * 10 + (utc[at + 1] - '0'); };
  const auto moment = std::chrono::sys_days(*day) + std::chrono::hours(digits(11)) + std::chrono::minutes(digits(14)) +
                      std::chrono::seconds(digits(17));
  return std::chrono::duration_cast<std::chrono::milliseconds>(moment.time_since_epoch()).count();
}

std::string addressee(const Person& person) {
  std::string lines = person.name;
  for (const std::string& line : person.address) lines += (lines.empty() ? "" : "\n") + line;
  return lines.empty() ? "De afzender" : lines;
}

Json known_fields(const Office& office, const OpenDossier& open, const std::vector<ListedDocument>& documents) {
  const Profile& profile = open.profile;
  const intake::RequestRule* const rule = office.rules.find(open.dossier.kind);
  const std::string first_channel =
      profile.deliveries.empty() ? open.dossier.channel : profile.deliveries.front().channel;
  const std::string today = local_date(office.now());
  Json known = {
      {"addressee", addressee(profile.requester)},
      {"reference", open.dossier.reference},
      {"received_at", local_minute(open.dossier.received)},
      {"received_on", local_date(open.dossier.received)},
      {"channel", channel_words(first_channel)},
      {"add_url", office.config.public_door.base_url},
      {"mailbox_url", office.config.public_door.base_url},
      {"client_name", profile.subject().name},
      {"client_birth_date", profile.subject().birth_date},
      {"requester_name", profile.requester.name},
      {"access_code", profile.access_code},
      {"files", files_of(documents)},
      {"signed_by", office.config.organisation.name},
      {"about_person", profile.client.name == profile.requester.name ? "" : profile.client.name},
      {"email_hint", email_hint(profile.requester.email)},
      {"valid_until", local_date(office.now() + static_cast<TimeMs>(office.config.limits.message_days) * kDay)}};
  const Kinds rights = kinds_of(rights_of(office.rules, open.dossier, profile));
  known["request_title"] = !rights.empty() ? titles_of(office.rules, rights) : rule ? rule->title : "Uw bericht";
  if (rule) {
    known["filled_in"] = filled_in(*rule, profile.fields);
    known["legal_ground"] = rule->legal_ground;
    known["term_ground"] = rule->term_ground;
    known["is_application"] = rule->application;
    known["retention_period"] =
        fmt::format("Wij bewaren dit dossier {} nadat het is gesloten.", period_words(rule->retention_days));
    if (const auto day = intake::parse_date(today))
      known["complete_before"] =
          intake::format_date(intake::completion_term(office.calendar, *day, rule->completion_days).last_day);
  }
  // Counted from today; whoever sends it later sees the date in the letter and in its form.
  if (const auto day = intake::parse_date(today))
    known["objection_before"] = known["appeal_before"] =
        intake::format_date(intake::bezwaar_term(office.calendar, *day).last_day);
  if (profile.restricted_since) known["restricted_from"] = local_date(profile.restricted_since);
  if (const RestrictionGround* const why = find_restriction_ground(profile.restriction_ground)) {
    known["ground"] = why->words;
    known["until"] = why->until;
  }
  if (profile.evaluation) known["missing"] = missing_of(*profile.evaluation);
  add_terms(office, open, known);
  return known;
}

Json fill_fields(const templates::LetterInfo& info, const Json& known, const Json& given) {
  Json filled = Json::object();
  for (const templates::LetterField& field : info.fields) {
    const Json& source = given.is_object() && given.contains(field.name) ? given : known;
    if (!source.is_object() || !source.contains(field.name)) continue;
    const Json& value = source[field.name];
    if (value.is_null() || (value.is_string() && value.get_ref<const std::string&>().empty())) continue;
    filled[field.name] = field.type == "table" && value.is_array() ? cut_to_columns(field, value) : value;
  }
  return filled;
}

bool follows_from_terms(const Profile& profile, std::string_view field) {
  if (field == "asked_on" || field == "complete_before") return completion_asked(profile) != nullptr;
  return (field == "first_term" || field == "new_term" || field == "answer_before") && answer_term(profile) != nullptr;
}

namespace {

void drop_excluded(const templates::LetterInfo& info, Json& fields) {
  for (const templates::LetterField& field : info.fields)
    if (!field.unless.empty() && fields.value(field.unless, Json()) == true) fields.erase(field.name);
}

}  // namespace

void hold_to_terms(const Office& office, const OpenDossier& open, const templates::LetterInfo& info, Json& fields) {
  drop_excluded(info, fields);
  if (info.term == templates::LetterTerm::kCompletion) return;
  const Json known = known_fields(office, open, {});
  for (const templates::LetterField& field : info.fields)
    if (follows_from_terms(open.profile, field.name) && known.contains(field.name))
      fields[field.name] = known[field.name];
}

Result<std::vector<ListedDocument>> listed_documents(StoreReader& store, const OpenDossier& open,
                                                     const Id& submission) {
  TRY_ASSIGN(const auto documents, store.documents(open.dossier.id));
  std::vector<ListedDocument> listed;
  for (const Document& document : documents) {
    if (submission != Id{} && document.submission != submission) continue;
    TRY_ASSIGN(auto details, open.keys.details(document));
    listed.push_back({std::move(details), document.received});
  }
  return listed;
}

Announcement announcement_of(const templates::LetterInfo& info, const Json& fields, const std::string& last_day) {
  Announcement announcement{info.announced_as, info.legal_effect, {}};
  if (const auto day = intake::parse_date(last_day)) {
    announcement.term = "Stuur wat ontbreekt uiterlijk op " + intake::dutch_date(*day) + ".";
  } else if (const auto objection = intake::parse_date(fields.value("objection_before", ""))) {
    announcement.term = "Bezwaar maken kan tot en met " + intake::dutch_date(*objection) + ".";
  } else if (const auto appeal = intake::parse_date(fields.value("appeal_before", ""))) {
    announcement.term = "Beroep instellen kan tot en met " + intake::dutch_date(*appeal) + ".";
  }
  return announcement;
}

}  // namespace zp::gateway
