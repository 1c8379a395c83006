#include "gateway/casework/letter_steps.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "crypto/recipient_key.h"
#include "gateway/casework/letter_fields.h"
#include "gateway/casework/measures.h"
#include "gateway/casework/register.h"
#include "gateway/casework/restriction.h"
#include "gateway/casework/terms.h"
#include "gateway/casework/ways.h"
#include "gateway/process/process.h"

namespace zp::gateway {

Result<const templates::LetterInfo*> info_of(const Office& office, const std::string& name) {
  const auto& letters = office.letters.letters();
  const auto found = std::ranges::find(letters, name, &templates::LetterInfo::name);
  if (found == letters.end()) return fail(Code::kNotFound, "find letter", name);
  return &*found;
}

Result<Letter> letter_row(const Office& office, const Id& id) {
  Letter letter;
  TRY_DO(office.store.read([&](StoreReader& store) -> Result<void> {
    TRY_ASSIGN(letter, store.letter(id));
    return {};
  }));
  return letter;
}

Result<Letter> letter_in(StoreReader& store, const Id& id, std::initializer_list<std::string_view> states) {
  TRY_ASSIGN(auto letter, store.letter(id));
  if (std::ranges::find(states, letter.state) == states.end())
    return fail(Code::kRefused, "change letter", not_in_state(letter));
  return letter;
}

templates::Organisation letterhead(const OrganisationConfig& config) {
  return {config.name,      config.return_address, config.footer,        config.place,
          config.telephone, config.fg_email,       config.contact_lines, config.digital_channel};
}

std::string not_in_state(const Letter& letter) {
  static const std::map<std::string_view, const char*> kSentences = {
      {"draft", "Deze brief is nog een concept."},
      {"proposed", "Deze brief wacht op goedkeuring."},
      {"approved", "Deze brief is al goedgekeurd."},
      {"sent", "Deze brief is al verstuurd."},
      {"withdrawn", "Deze brief is ingetrokken. Stel een nieuwe op."}};
  const auto found = kSentences.find(letter.state);
  return found == kSentences.end() ? "Bij deze brief kan dat niet." : found->second;
}

Result<std::vector<templates::FieldMistake>> mistakes_in(const Office& office, const Letter& letter,
                                                         const LetterData& data, const std::string& reference) {
  TRY_ASSIGN(const templates::LetterInfo* const info, info_of(office, letter.name));
  nlohmann::json fields = data.fields;
  if (!fields.contains("reference")) fields["reference"] = reference;
  return templates::field_mistakes(*info, fields);
}

namespace {

/// Dutch, for whoever fills it in.
std::string wanted(const std::string& type) {
  if (type == "date") return "een datum";
  if (type == "time") return "een datum met een tijd";
  if (type == "url") return "een adres dat met https:// begint";
  if (type == "number" || type == "size") return "een getal";
  return type == "text" ? "een regel tekst, zonder bijzondere tekens" : "tekst zonder bijzondere tekens";
}

/// What a field is about: the first sentence, without how to fill it in.
std::string label_of(std::string about) {
  about = about.substr(0, about.find(';'));
  for (std::size_t stop = about.find(". "); stop != std::string::npos; stop = about.find(". ", stop + 1))
    if (about[stop + 2] >= 'A' && about[stop + 2] <= 'Z') about.resize(stop + 1);  // and not "art. 18"
  if (about.ends_with('.')) about.pop_back();
  return about;
}

std::string sentence(const char* begin, const std::vector<std::string>& fields) {
  return fields.empty() ? std::string() : fmt::format("{}: {}.", begin, fmt::join(fields, "; "));
}

Result<void> check_fields(const Office& office, const Letter& letter, const LetterData& data,
                          const std::string& reference) {
  TRY_ASSIGN(const auto mistakes, mistakes_in(office, letter, data, reference));
  if (mistakes.empty()) return {};
  TRY_ASSIGN(const templates::LetterInfo* const info, info_of(office, letter.name));
  std::vector<std::string> missing, wrong;
  for (const templates::FieldMistake& one : mistakes) {
    const auto field = std::ranges::find(info->fields, one.name, &templates::LetterField::name);
    std::string where = label_of(field->about), type = field->type;
    if (!one.column.empty()) {
      const auto column = std::ranges::find(field->columns, one.column, &templates::LetterField::name);
      where += fmt::format(", regel {}, {}", one.row, column->label);
      type = column->type;
    }
    if (one.wrong.empty())
      missing.push_back(where);
    else
      wrong.push_back(where + " (" + (one.wrong.starts_with("U+") ? one.wrong : wanted(type)) + ")");
  }
  const std::string first = sentence("Vul nog in", missing), second = sentence("Verbeter", wrong);
  return fail(Code::kRefused, "check letter data", first + (first.empty() || second.empty() ? "" : " ") + second);
}

}  // namespace

Result<Bytes> draw(const Office& office, const Letter& letter, const LetterData& data, const std::string& reference) {
  TRY_DO(check_fields(office, letter, data, reference));
  const std::string date = data.date.empty() ? local_date(office.now()) : data.date;
  auto pdf = office.letters.render(letter.name, data.fields,
                                   {.date = date,
                                    .reference = reference,
                                    .wording = data.wording,
                                    .genuine_page = genuine_page(office.config),
                                    .genuine_code = data.genuine_code});
  if (pdf || pdf.error().subject.find("U+") == std::string::npos) return pdf;
  return fail(
      Code::kRefused, "draw letter",
      "Een teken in deze brief kan niet op papier: " + pdf.error().subject + ". Haal het weg of schrijf het anders.");
}

std::string genuine_page(const Config& config) { return config.public_door.base_url + "/brief-controleren"; }

bool must_be_approved(const templates::LetterInfo& info, const LetterData& data) {
  return info.needs_approval || !data.wording.empty();
}

nlohmann::json what_was(const nlohmann::json& before, const nlohmann::json& after) {
  nlohmann::json was = nlohmann::json::object();
  for (const auto& [name, value] : before.items())
    if (!after.contains(name) || after[name] != value) was[name] = value;
  for (const auto& [name, value] : after.items())
    if (!before.contains(name)) was[name] = nullptr;
  return was;
}

void note_change(const Office& office, const Actor& actor, Letter& letter, LetterData& data, LetterChange change) {
  letter.author = actor.user;
  letter.changed = change.time = office.now();
  change.who = actor.name;
  data.changes.push_back(std::move(change));
}

Result<void> post_code(const Office& office, const Actor& actor, StoreWriter& store, OpenDossier& open,
                       const std::string& name, const nlohmann::json& fields, const std::vector<std::string>& address) {
  TRY_ASSIGN(const templates::LetterInfo* const info, info_of(office, name));
  Letter letter;
  letter.id = Id::random();
  letter.dossier = open.dossier.id;
  letter.name = name;
  letter.state = "sent";
  letter.author = actor.user;
  letter.created = letter.changed = office.now();
  LetterData data;
  data.date = local_date(office.now());
  data.genuine_code = crypto::random_access_code();
  data.fields = fill_fields(*info, known_fields(office, open, {}), fields);
  open.keys.seal(data, letter);
  TRY_DO(draw(office, letter, data, open.dossier.reference));
  TRY_DO(store.put_letter(letter));
  Message message;
  message.id = Id::random();
  message.dossier = open.dossier.id;
  message.letter = letter.id;
  message.route = kByPost;
  message.state = "queued";
  message.created = office.now();
  MessageData about;
  about.recipient = open.profile.requester.name;
  about.address = address;
  about.subject = info->title;
  about.file_name = name + ".pdf";
  open.keys.seal(about, message);
  TRY_DO(store.put_message(message));
  return store.add_job(new_job("print", message.id, office.now()));
}

void remember(const Office& office, const Actor& actor, OpenDossier& open, std::string what) {
  open.profile.history.push_back({office.now(), actor.name, std::move(what)});
}

Result<void> check_letter(const Office& office, StoreReader& store, const OpenDossier& open,
                          const templates::LetterInfo& info, const LetterData& data) {
  TRY_DO(check_letter_while_restricted(open, info));
  TRY_DO(check_is_restricted(office, store, open, info));
  TRY_DO(check_measure(office, open, info.name));
  if (info.term == templates::LetterTerm::kNotTreated) TRY_DO(check_unused_completion(open, local_date(office.now())));
  TRY_DO(check_release(office, store, open, info, data.fields));
  return check_enclosures(store, open, info, data);
}

}  // namespace zp::gateway
