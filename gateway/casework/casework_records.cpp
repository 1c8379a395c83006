// On record: what staff know and did, entry by entry. Nothing is changed afterwards; a mistake is struck out.
#include <algorithm>

#include "crypto/base/text.h"
#include "crypto/reference.h"
#include "gateway/casework/application.h"
#include "gateway/casework/casework.h"
#include "gateway/casework/measures.h"
#include "gateway/casework/register.h"
#include "gateway/casework/terms.h"
#include "gateway/casework/ways.h"
#include "gateway/casework/weeks.h"
#include "gateway/process/process.h"

namespace zp::gateway {
namespace {

constexpr std::size_t kMostEntries = 500;  // of one kind in one dossier
constexpr std::size_t kMostReason = 400;

void remember(const Office& office, const Actor& actor, OpenDossier& open, std::string what) {
  open.profile.history.push_back({office.now(), actor.name, std::move(what)});
}

using intake::value_of;

/// Only the fields that the rule knows, and only what was filled in.
intake::FieldValues known_fields_of(const intake::RecordRule& rule, const intake::FieldValues& given) {
  intake::FieldValues fields;
  for (const intake::FieldRule& field : rule.fields)
    if (const std::string value = value_of(given, field.name.c_str()); !trim(value).empty())
      fields[field.name] = std::string(trim(value));
  return fields;
}

/// Every mistake in one Dutch text; empty when all is well.
std::string mistakes_in(const intake::RecordRule& rule, const intake::FieldValues& fields, TimeMs now) {
  std::string text;
  const auto add = [&](const std::string& sentence) { text += (text.empty() ? "" : " ") + sentence; };
  for (const auto& [name, sentence] : intake::check_fields(rule.fields, fields)) add(sentence);
  for (const intake::FieldRule& field : rule.fields) {
    const std::string value = value_of(fields, field.name.c_str());
    if (!field.past || value.empty()) continue;
    const auto moment = field.type == "moment" ? local_moment(value) : Result<TimeMs>(0);
    const bool later = field.type == "moment" ? moment && *moment > now : value > local_date(now);
    if (later) add(field.label + ": dit ligt nog in de toekomst.");
  }
  return text;
}

Person person_of(const intake::FieldValues& fields, const std::string& role) {
  return {value_of(fields, "naam"),          role,
          value_of(fields, "geboortedatum"), value_of(fields, "email"),
          value_of(fields, "telefoon"),      lines_of(value_of(fields, "adres"))};
}

/// Whom the newest entry names becomes that person of the dossier.
void name_person(const intake::RecordRule& rule, const intake::FieldValues& fields, Profile& profile) {
  if (rule.person == "requester") profile.requester = person_of(fields, rule.name);
  if (rule.person == "client") profile.requester = profile.client = person_of(fields, "client");
}

Result<const intake::RecordRule*> record_rule(const Office& office, const OpenDossier& open, const std::string& name) {
  const intake::RequestRule* const kind = office.rules.find(open.dossier.kind);
  const intake::RecordRule* const rule = kind ? kind->book.record(name) : nullptr;
  if (!rule) return fail(Code::kNotFound, "find record", name);
  if (rule->by_program) return fail(Code::kRefused, "put on record", "Zegelpost houdt dit zelf bij.");
  return rule;
}

/// What follows from the record: clocks, and terms that count from a day that is on it.
Result<void> count_terms(const Office& office, OpenDossier& open) {
  TRY_DO(recount_weeks(office, open));
  TRY_DO(set_clocks(office, open));
  return set_application_term(office, open);
}

/// The dossier that an entry refers to; none: it refers to nothing that is kept here.
Result<std::optional<Id>> referred_to(StoreReader& store, const intake::RecordRule& rule,
                                      const intake::FieldValues& given) {
  const auto reference = crypto::parse_reference(value_of(given, rule.refers.c_str()));
  if (rule.refers.empty() || !reference) return std::nullopt;
  const auto found = store.dossier_by_reference(*reference);
  if (!found || found->state == DossierState::kErased)
    return fail(Code::kRefused, "refer to dossier", "Er is hier geen dossier met kenmerk " + *reference + ".");
  return found->id;
}

/// Whoever has the other dossier hears of this one: it may not be closed unseen, and a decision may be due.
Result<void> tell_other(const Office& office, StoreWriter& store, const OpenDossier& open, const Id& other) {
  TRY_ASSIGN(auto about, open_dossier(office.vault, store, other));
  const auto due = intake::parse_date(open.dossier.due);
  const std::string text = office.rules.find(open.dossier.kind)->title + ": dossier " + open.dossier.reference +
                           " gaat hierover." +
                           (due ? " De laatste dag daarvan is " + intake::dutch_date(*due) + "." : "");
  about.profile.tasks.push_back(text);
  about.profile.history.push_back({office.now(), "zegelpost", text});
  return save_dossier(store, about, office.now());
}

Result<void> put_on_record(const Office& office, const Actor& actor, OpenDossier& open, const intake::RecordRule& rule,
                           const intake::FieldValues& given) {
  intake::FieldValues fields = known_fields_of(rule, given);
  if (const std::string mistakes = mistakes_in(rule, fields, office.now()); !mistakes.empty())
    return fail(Code::kRefused, "put on record", mistakes);
  if (open.dossier.kind == kRecipientKeys && rule.name == kKeyRecord)
    TRY_DO(check_recipient_key(office, open.profile.requester, fields));
  auto& entries = open.profile.records[rule.name];
  if (entries.size() >= kMostEntries) return fail(Code::kTooLarge, "put on record", rule.name);
  entries.push_back({Id::random(), office.now(), actor.name, fields});
  end_replaced(open.profile, rule, entries.back());
  name_person(rule, fields, open.profile);
  remember(office, actor, open, "Vastgelegd: " + rule.title + ".");
  return count_terms(office, open);
}

/// The worker moves the access of whoever no longer speaks for the client.
Result<void> follow(const Office& office, StoreWriter& store, const OpenDossier& open, const RecordEntry& entry) {
  return open.dossier.kind == kRegister ? plan_access(office, store, open.dossier.id, entry) : Result<void>();
}

}  // namespace

Result<Id> Casework::make_dossier(const Actor& actor, const std::string& kind, const intake::FieldValues& fields) {
  const intake::RequestRule* const rule = office_.rules.find(kind);
  if (!rule || !rule->made_by_staff) return fail(Code::kNotFound, "make dossier", kind);
  const intake::RecordRule& first = rule->book.records.front();
  if (const std::string mistakes = mistakes_in(first, known_fields_of(first, fields), office_.now()); !mistakes.empty())
    return fail(Code::kRefused, "make dossier", mistakes);
  Dossier row;
  row.id = Id::random();
  row.reference = crypto::random_reference();
  row.kind = kind;
  row.state = DossierState::kReview;
  row.channel = "staff";
  row.received = row.changed = office_.now();
  row.owner = actor.user;
  TRY_DO(enter(actor, Act::kMakeDossier, {row.id.hex(), {}, "kind=" + kind}));
  if (!office_.fresh_key) return fail(Code::kUnavailable, "make dossier: this process has no keymaker");
  TRY_ASSIGN(auto fresh, office_.fresh_key());
  std::vector<crypto::DataKey> keys;
  keys.push_back(std::move(fresh.key));
  const auto key_rows = office_.vault.file_keys(row.id, keys, {fresh.sealed.openpgp}, true);
  OpenDossier open{row, office_.vault.unlocked(row.id, key_rows, keys), {}};
  remember(office_, actor, open, "Heeft dit dossier begonnen.");
  TRY_DO(put_on_record(office_, actor, open, first, fields));
  TRY_DO(start_term(office_, open));
  open.keys.seal(open.profile, open.dossier);
  TRY_DO(office_.store.write([&](StoreWriter& store) -> Result<void> {
    if (rule->is_register) {
      TRY_ASSIGN(const auto known, register_of(office_.vault, store, open.profile.client));
      if (known)
        return fail(Code::kRefused, "make dossier",
                    "Deze cliënt heeft al een register. Zoek het op naam en geboortedatum.");
    }
    if (kind == kRecipientKeys) TRY_DO(check_only_list(office_.vault, store, open.profile.requester.email));
    for (const KeyRow& key : key_rows) TRY_DO(store.add_key(key));
    return store.add_dossier(open.dossier, search_tokens(office_.vault, open));
  }));
  return row.id;
}

Result<void> Casework::add_record(const Actor& actor, const Id& dossier, const std::string& record,
                                  const intake::FieldValues& fields) {
  return change(
      actor, Act::kRecord, dossier, {}, "record=" + record, [&](StoreWriter& store, OpenDossier& open) -> Result<void> {
        TRY_ASSIGN(const intake::RecordRule* const rule, record_rule(office_, open, record));
        TRY_ASSIGN(const auto other, referred_to(store, *rule, fields));
        TRY_DO(put_on_record(office_, actor, open, *rule, fields));
        TRY_DO(follow(office_, store, open, open.profile.records[record].back()));
        if (other && *other != dossier) {
          TRY_DO(enter(actor, Act::kRecord, {other->hex(), dossier.hex(), "referred to record=" + record}));
          TRY_DO(tell_other(office_, store, open, *other));
        }
        return rule->person.empty() ? Result<void>() : store.set_tokens(dossier, search_tokens(office_.vault, open));
      });
}

Result<void> Casework::end_record(const Actor& actor, const Id& dossier, const std::string& record, const Id& entry,
                                  const std::string& from, const std::string& proof) {
  if (!intake::parse_date(from) || trim(proof).empty() || proof.size() > kMostReason)
    return fail(Code::kRefused, "end entry",
                "Vul in vanaf welke dag het niet meer geldt, en uit welk document dat blijkt.");
  return change(actor, Act::kRecord, dossier, entry, "ended record=" + record,
                [&](StoreWriter& store, OpenDossier& open) -> Result<void> {
                  TRY_ASSIGN(const intake::RecordRule* const rule, record_rule(office_, open, record));
                  if (rule->ends.empty())
                    return fail(Code::kRefused, "end entry",
                                "Deze vastlegging kan niet eindigen. Haal haar door als zij niet klopt.");
                  auto& entries = open.profile.records[record];
                  const auto found = std::ranges::find(entries, entry, &RecordEntry::id);
                  if (found == entries.end() || !found->struck.empty() || !found->ended.empty())
                    return fail(Code::kConflict, "end entry", entry.hex());
                  found->ended = from;
                  found->ended_by = proof + " (" + actor.name + ", " + local_time_dutch(office_.now()) + ")";
                  remember(office_, actor, open, rule->ends + ": " + rule->title + ", vanaf " + from + ". " + proof);
                  return follow(office_, store, open, *found);
                });
}

Result<void> Casework::strike_record(const Actor& actor, const Id& dossier, const std::string& record, const Id& entry,
                                     const std::string& reason) {
  if (trim(reason).empty() || reason.size() > kMostReason)
    return fail(Code::kRefused, "strike out", "Schrijf kort op waarom dit niet klopt.");
  return change(actor, Act::kRecord, dossier, entry, "struck record=" + record,
                [&](StoreWriter& store, OpenDossier& open) -> Result<void> {
                  TRY_ASSIGN(const intake::RecordRule* const rule, record_rule(office_, open, record));
                  auto& entries = open.profile.records[record];
                  const auto found = std::ranges::find(entries, entry, &RecordEntry::id);
                  if (found == entries.end() || !found->struck.empty())
                    return fail(Code::kConflict, "strike out", entry.hex());
                  found->struck = local_time_dutch(office_.now()) + ", " + actor.name + ": " + reason;
                  remember(office_, actor, open, "Doorgehaald: " + rule->title + ". " + reason);
                  TRY_DO(follow(office_, store, open, *found));
                  return count_terms(office_, open);
                });
}

}  // namespace zp::gateway
