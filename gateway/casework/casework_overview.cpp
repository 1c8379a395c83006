// What is held about a person, out of every dossier about that person.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>

#include "gateway/casework/casework.h"
#include "gateway/casework/letter_fields.h"
#include "gateway/casework/letter_steps.h"
#include "gateway/casework/overview.h"
#include "gateway/casework/received_mail.h"
#include "gateway/casework/register.h"
#include "gateway/casework/rights.h"
#include "gateway/casework/ways.h"
#include "gateway/process/process.h"

namespace zp::gateway {
namespace {

constexpr std::size_t kMostTokens = 16;
constexpr std::uint32_t kMostDossiers = 1000;

/// As people read it: in the order of the rule. What rules no longer name is there too.
std::string shown_fields(const intake::RecordRule* rule, const intake::FieldValues& fields) {
  std::vector<std::string> parts;
  if (rule)
    for (const intake::FieldRule& field : rule->fields)
      if (const auto value = fields.find(field.name); value != fields.end() && !value->second.empty())
        parts.push_back(field.label + (field.label.ends_with('?') ? " " : ": ") + shown_value(field, value->second));
  for (const auto& [name, value] : fields)
    if (!rule || !intake::field_named(rule->fields, name)) parts.push_back(name + ": " + value);
  return fmt::to_string(fmt::join(parts, "; "));
}

/// Who gave something, in words for the person.
struct Giver {
  bool person;  // or who speaks for the person
  std::string words;
};

Giver by_person() { return {true, "Van u, of van wie voor u optreedt"}; }
Giver by_us() { return {false, "Van ons, bij het behandelen"}; }
Giver by(const std::string& other) { return {false, "Van " + other}; }

/// A care provider or a GP who asks about a client gives data that the client did not give.
Giver giver_of_request(const intake::RequestRule* rule, const Profile& profile) {
  if (rule && rule->made_by_staff) return by_us();
  const std::string& name = profile.requester.name;
  const bool own = name.empty() || profile.client.name.empty() || same_name(name, profile.client.name);
  return own || is_representative(profile) ? by_person() : by(name);
}

/// How it came, what it was called and how much came with it.
std::string received_words(const Delivery& delivery, std::ptrdiff_t documents) {
  std::string words =
      (delivery.channel == "reply" ? "antwoord op ons bericht, " : "") + channel_words(delivery.channel);
  if (documents > 0) words += fmt::format(", met {} {}", documents, documents == 1 ? "document" : "documenten");
  return delivery.subject.empty() ? words : words + ": " + delivery.subject;
}

/// Adds what one dossier holds.
class Compiler {
 public:
  Compiler(const Office& office, StoreReader& store, OpenDossier& open, Overview& into)
      : office_(office),
        store_(store),
        open_(open),
        into_(into),
        reference_(open.dossier.reference),
        giver_(giver_of_request(office.rules.find(open.dossier.kind), open.profile)) {}

  Result<void> compile() {
    into_.dossiers.push_back(reference_);
    const std::string received = local_time_dutch(open_.dossier.received);
    person("verzoeker", open_.profile.requester, received);
    if (open_.profile.client.name != open_.profile.requester.name) person("cliënt", open_.profile.client, received);
    filled_in(received);
    rights();
    records();
    for (const HistoryLine& line : open_.profile.history)
      add(into_.data, std::string(kHistoryItem), local_time_dutch(line.time), line.what, by_us());
    TRY_DO(came_in());
    TRY_DO(mails());
    handed_over();
    return sent();
  }

 private:
  void add(std::vector<Overview::Item>& items, std::string what, std::string when, std::string detail,
           const Giver& giver) {
    if (!detail.empty())
      items.push_back({reference_, std::move(what), std::move(when), std::move(detail), giver.person, giver.words});
  }

  Giver giver_of(const Delivery& delivery) const {
    const Profile& profile = open_.profile;
    const auto is = [&](const Person& one) { return same_name(delivery.from, one.name) || delivery.from == one.email; };
    if (delivery.from.empty() || is(profile.requester)) return giver_;
    return is(profile.subject()) ? by_person() : by(delivery.from);
  }

  /// What staff fetched elsewhere came from nobody who wrote to us, whatever it says.
  Giver giver_of(const DocumentDetails& details, const Document& document, const std::set<Id>& by_staff) const {
    if (!details.origin.empty()) return {false, "Uit een ander systeem: " + details.origin};
    if (by_staff.contains(document.submission)) return {false, "Uit een ander systeem"};
    const auto& all = open_.profile.deliveries;
    const auto delivery = std::ranges::find(all, document.submission, &Delivery::submission);
    return delivery == all.end() ? giver_ : giver_of(*delivery);
  }

  void person(const std::string& who, const Person& one, const std::string& when) {
    const auto of = [&](const char* what, const std::string& value) {
      add(into_.data, fmt::format("{} ({})", what, who), when, value, giver_);
    };
    of("Naam", one.name);
    of("Geboortedatum", one.birth_date);
    of("E-mailadres", one.email);
    of("Telefoonnummer", one.telephone);
    std::string address;
    for (const std::string& line : one.address) address += (address.empty() ? "" : ", ") + line;
    of("Adres", address);
  }

  void filled_in(const std::string& when) {
    const intake::RequestRule* const rule = office_.rules.find(open_.dossier.kind);
    for (const auto& [name, value] : open_.profile.fields) {
      const intake::FieldRule* const field = rule ? intake::field_named(rule->fields, name) : nullptr;
      add(into_.data, "Ingevuld: " + (field ? field->label : name), when, field ? shown_value(*field, value) : value,
          giver_);
    }
  }

  void rights() {
    for (const InvokedRight& right : rights_of(office_.rules, open_.dossier, open_.profile)) {
      const auto day = intake::parse_date(right.day);
      const std::string when = day ? " op " + intake::dutch_date(*day) : "";
      const std::string became = !right.settled      ? "nog te beslissen"
                                 : right.why.empty() ? "besloten" + when
                                                     : "zonder besluit afgedaan" + when + ": " + right.why;
      add(into_.data, "Ingeroepen recht", local_time_dutch(open_.dossier.received),
          titles_of(office_.rules, {right.kind}) + ": " + became, by_us());
    }
  }

  void records() {
    const intake::RequestRule* const rule = office_.rules.find(open_.dossier.kind);
    for (const auto& [name, entries] : open_.profile.records) {
      const intake::RecordRule* const record = rule ? rule->book.record(name) : nullptr;
      for (const RecordEntry& entry : entries) {
        std::string detail = shown_fields(record, entry.fields);
        if (const auto ended = intake::parse_date(entry.ended))
          detail += "; geldt niet meer vanaf " + intake::dutch_date(*ended);
        if (!entry.struck.empty()) detail += "; doorgehaald";
        add(into_.data, "Vastgelegd: " + (record ? record->title : name), local_time_dutch(entry.entered), detail,
            by_us());
      }
    }
  }

  Result<void> came_in() {
    TRY_ASSIGN(const auto documents, store_.documents(open_.dossier.id));
    for (const Delivery& delivery : open_.profile.deliveries)
      add(into_.messages, std::string(kReceivedItem), local_time_dutch(delivery.received),
          received_words(delivery, std::ranges::count(documents, delivery.submission, &Document::submission)),
          giver_of(delivery));
    TRY_ASSIGN(const auto submissions, store_.submissions(open_.dossier.id));
    std::set<Id> by_staff;
    for (const Submission& one : submissions)
      if (one.channel == kStaffChannel) by_staff.insert(one.id);
    for (const Document& document : documents) {
      TRY_ASSIGN(const auto details, open_.keys.details(document));
      add(into_.documents, details.name, local_time_dutch(document.received),
          fmt::format("{} bytes, SHA-256 {}", details.size, details.sha256), giver_of(details, document, by_staff));
    }
    return {};
  }

  Result<void> mails() {
    TRY_ASSIGN(const auto mails, mails_of(store_, open_));
    for (const FiledMail& filed : mails) {
      TRY_ASSIGN(const auto mail, read_mail(office_.objects, open_, filed));
      const std::string received = local_time_dutch(filed.delivery.received);
      add(into_.data, filed.raw ? "Tekst van de e-mail" : "Antwoord in de beveiligde mailbox", received, mail.text,
          giver_of(filed.delivery));
      if (!filed.raw) continue;
      add(into_.documents, "E-mail zoals die binnenkwam", received,
          fmt::format("{} bytes, SHA-256 {}", filed.raw->bytes, mail.sha256), giver_of(filed.delivery));
    }
    return {};
  }

  void handed_over() {
    for (const HandOver& one : open_.profile.hand_overs) {
      if (!one.written) continue;
      const std::string whose = office_.config.organisation.name;
      into_.recipients.push_back({reference_,
                                  fmt::format("Zaaksysteem van {}", whose),
                                  fmt::format("Het dossier met {} {}, in {}", one.documents,
                                              one.documents == 1 ? "document" : "documenten", one.file),
                                  local_date(one.written),
                                  "Wlz art. 3.2.3",
                                  {}});
    }
  }

  Result<void> sent() {
    TRY_ASSIGN(const auto messages, store_.messages(open_.dossier.id));
    for (const Message& message : messages) {
      if (message.letter == Id{}) continue;  // an invitation: asks, and tells nothing
      TRY_ASSIGN(const auto data, open_.keys.message(message));
      const std::string way = message.route == kByPost           ? "per post"
                              : is_encrypted_mail(message.route) ? "per versleutelde mail"
                              : message.route == kByTls          ? "per rechtstreekse beveiligde mail"
                                                                 : "in de beveiligde mailbox";
      const std::string read = message.read ? ", gelezen op " + local_time_dutch(message.read) : "";
      add(into_.messages, data.subject, local_time_dutch(message.created),
          fmt::format("aan {}, {}{}", data.recipient, way, read), by_us());
      TRY_ASSIGN(const auto letter, store_.letter(message.letter));
      TRY_ASSIGN(const templates::LetterInfo* const info, info_of(office_, letter.name));
      if (message.state != "queued" && discloses(*info))
        into_.recipients.push_back(
            {reference_, data.recipient, info->title, local_date(message.created), info->legal_ground, data.address});
    }
    return {};
  }

  /// To somebody else than the person and who speaks for that person.
  bool discloses(const templates::LetterInfo& info) const {
    if (info.written_to == "ontvanger") return false;  // it asks to correct
    if (info.written_to != kToRequester) return true;
    const Profile& profile = open_.profile;
    const bool asked_by_another =
        !profile.client.name.empty() && !same_name(profile.client.name, profile.requester.name);
    return asked_by_another && !is_representative(profile) && info.encloses == templates::Encloses::kCopy;
  }

  const Office& office_;
  StoreReader& store_;
  OpenDossier& open_;
  Overview& into_;
  std::string reference_;
  Giver giver_;  // of what came with the request itself
};

bool is_look(const crypto::LedgerEntry& entry) {
  return entry.outcome == "ok" && (entry.action.ends_with(".open") || entry.action.contains(".view") ||
                                   entry.action.ends_with(".download") || entry.action.ends_with(".overview"));
}

void add_looks(const std::vector<crypto::LedgerEntry>& entries, const std::string& reference, Overview& into) {
  for (const crypto::LedgerEntry& entry : entries) {
    if (!is_look(entry)) continue;
    const Purpose* const purpose = find_purpose(entry.purpose);
    const ActRule* const rule = rule_named(entry.action);
    Overview::Item item{reference, rule ? std::string(rule->label) : entry.action,
                        local_time_dutch(moment_of(entry.time)),
                        fmt::format("{}: {}", entry.function, purpose ? purpose->label : entry.purpose)};
    // Clicks within a minute are one look.
    const bool again = !into.looks.empty() && into.looks.back().what == item.what &&
                       into.looks.back().when == item.when && into.looks.back().detail == item.detail &&
                       into.looks.back().dossier == item.dossier;
    if (!again) into.looks.push_back(std::move(item));
  }
}

}  // namespace

Result<std::vector<Id>> dossiers_about(const Vault& vault, StoreReader& store, const Id& id, const Person& person) {
  std::vector<Id> found{id};
  if (person.name.empty() || person.birth_date.empty()) return found;
  DossierFilter filter;
  filter.limit = kMostDossiers;
  filter.tokens = vault.tokens({person.name, person.birth_date});
  if (filter.tokens.size() > kMostTokens) filter.tokens.resize(kMostTokens);
  TRY_ASSIGN(const auto dossiers, store.dossiers(filter));
  for (const Dossier& dossier : dossiers) {
    TRY_ASSIGN(const auto keys, vault.unlock(store, dossier.id));
    TRY_ASSIGN(const auto profile, keys.profile(dossier));
    const Person& subject = profile.subject();
    if (dossier.id != id && subject.birth_date == person.birth_date && same_name(subject.name, person.name))
      found.push_back(dossier.id);
  }
  return found;
}

Result<Overview> Casework::overview(const Actor& actor, const Id& dossier) {
  TRY_DO(look(actor, Act::kMakeOverview, dossier));
  std::vector<Id> about;
  TRY_DO(office_.store.read([&](StoreReader& store) -> Result<void> {
    TRY_ASSIGN(const auto open, open_dossier(office_.vault, store, dossier));
    TRY_ASSIGN(about, dossiers_about(office_.vault, store, dossier, open.profile.subject()));
    return {};
  }));
  for (const Id& other : about)
    if (other != dossier) TRY_DO(look(actor, Act::kMakeOverview, other, dossier));
  Overview overview;
  TRY_DO(office_.store.read([&](StoreReader& store) -> Result<void> {
    overview.ids = about;
    for (const Id& one : about) {
      TRY_ASSIGN(auto open, open_dossier(office_.vault, store, one));
      TRY_DO(Compiler(office_, store, open, overview).compile());
    }
    return {};
  }));
  for (std::size_t i = 0; i < about.size(); ++i) {
    TRY_ASSIGN(const auto entries, office_.ledger.about(about[i].hex()));
    add_looks(entries, overview.dossiers[i], overview);
  }
  return overview;
}

}  // namespace zp::gateway
