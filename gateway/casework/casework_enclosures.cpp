// What goes with a letter: copies of documents, and what Zegelpost holds as files; and documents out of other systems.
#include <fmt/format.h>

#include <algorithm>

#include "crypto/hash.h"
#include "gateway/casework/casework.h"
#include "gateway/casework/letter_steps.h"
#include "gateway/casework/overview.h"
#include "gateway/process/process.h"
#include "intake/submission.h"

namespace zp::gateway {
namespace {

constexpr std::size_t kMostEnclosures = 20;
constexpr std::size_t kMostDocument = 64 * 1024 * 1024;
constexpr std::size_t kMostOrigin = 200;

nlohmann::json names_of(const std::vector<Enclosure>& enclosures) {
  nlohmann::json names = nlohmann::json::array();
  for (const Enclosure& one : enclosures) names.push_back(one.name);
  return names;
}

/// The scanner's word may change after a document was enclosed.
Result<DocumentDetails> usable_details(StoreReader& store, const OpenDossier& open, const Id& document) {
  TRY_ASSIGN(const auto row, store.document(document));
  if (row.dossier != open.dossier.id) return fail(Code::kNotFound, "enclose document", document.hex());
  TRY_ASSIGN(auto details, open.keys.details(row));
  if (!details.may_be_used())
    return fail(Code::kRefused, "enclose document",
                "Dit document is niet goedgekeurd door de virusscanner: " + details.name + ".");
  return details;
}

/// Fields of the letter that say something about what goes with it.
void describe(const templates::LetterInfo& info, const std::vector<Enclosure>& enclosures, nlohmann::json& fields) {
  const auto field = std::ranges::find(info.fields, "files", &templates::LetterField::name);
  if (info.encloses != templates::Encloses::kData || field == info.fields.end()) return;
  nlohmann::json rows = nlohmann::json::array();
  for (const Enclosure& one : enclosures) {
    const std::string format = one.type == "application/json" ? "JSON" : one.type == "text/csv" ? "CSV" : "bestand";
    const char* const content = one.document == Id{} ? "Wat u ons gaf en wat u invulde" : "Een document van u";
    rows.push_back({{"name", one.name}, {"format", format}, {"content", content}});
  }
  fields["files"] = std::move(rows);
}

Result<Enclosure> keep_file(const Office& office, StoreWriter& store, const OpenDossier& open, const Letter& letter,
                            Enclosure about, const std::string& content) {
  const Id id = derived_id(about.name, letter.id);
  if (store.object(id)) TRY_DO(store.remove_object(id));
  TRY_ASSIGN(const auto row, open.keys.put(office.objects, "enclosure", as_bytes(content), id));
  TRY_DO(store.add_object(row));
  about.object = id;
  about.size = content.size();
  about.sha256 = to_hex(crypto::sha256(as_bytes(content)));
  return about;
}

std::string file_name(const DocumentDetails& details) { return details.name.empty() ? "document" : details.name; }

}  // namespace

Result<void> check_enclosures(StoreReader& store, const OpenDossier& open, const templates::LetterInfo& info,
                              const LetterData& data) {
  for (const Enclosure& one : data.enclosures)
    if (one.document != Id{}) TRY_DO(usable_details(store, open, one.document));
  const auto any = [&](bool of_data) {
    return std::ranges::any_of(data.enclosures,
                               [&](const Enclosure& one) { return (one.document == Id{}) == of_data; });
  };
  if (info.encloses == templates::Encloses::kCopy && !any(false))
    return fail(Code::kRefused, "send letter", "Bij deze brief hoort een kopie. Voeg die eerst toe onder Bijlagen.");
  if (info.encloses == templates::Encloses::kData && !any(true))
    return fail(Code::kRefused, "send letter",
                "Bij deze brief horen de gegevens als bestand. Voeg die eerst toe onder Bijlagen.");
  return {};
}

Result<void> Casework::change_enclosures(const Actor& actor, const Id& id, const std::string& detail,
                                         const EnclosureChange& body) {
  TRY_ASSIGN(const auto row, letter_row(office_, id));
  TRY_ASSIGN(const templates::LetterInfo* const info, info_of(office_, row.name));
  return change(
      actor, Act::kEnclose, row.dossier, id, detail, [&](StoreWriter& store, OpenDossier& open) -> Result<void> {
        TRY_ASSIGN(auto letter, letter_in(store, id, {"draft"}));
        TRY_ASSIGN(auto data, open.keys.letter(letter));
        const nlohmann::json before = names_of(data.enclosures);
        TRY_DO(body(store, open, letter, data));
        if (data.enclosures.size() > kMostEnclosures)
          return fail(Code::kRefused, "enclose", "Meer dan 20 bijlagen kan niet.");
        describe(*info, data.enclosures, data.fields);
        note_change(
            office_, actor, letter, data,
            {.time = 0, .who = {}, .before = {{std::string(kEnclosuresChanged), before}}, .wording_before = {}});
        open.keys.seal(data, letter);
        return store.put_letter(letter);
      });
}

Result<void> Casework::enclose_document(const Actor& actor, const Id& id, const Id& document) {
  return change_enclosures(
      actor, id, "document=" + document.hex(),
      [&](StoreWriter& store, OpenDossier& open, Letter&, LetterData& data) -> Result<void> {
        TRY_ASSIGN(const auto row, store.document(document));
        TRY_ASSIGN(const auto details, usable_details(store, open, document));
        if (std::ranges::find(data.enclosures, document, &Enclosure::document) != data.enclosures.end())
          return fail(Code::kRefused, "enclose document", "Dit document is al een bijlage.");
        data.enclosures.push_back({row.object, document, file_name(details),
                                   details.findings ? details.findings->type : "application/octet-stream",
                                   details.sha256, details.size});
        return {};
      });
}

Result<void> Casework::enclose_overview(const Actor& actor, const Id& id) {
  TRY_ASSIGN(const auto row, letter_row(office_, id));
  TRY_ASSIGN(const templates::LetterInfo* const info, info_of(office_, row.name));
  TRY_ASSIGN(const Overview overview, this->overview(actor, row.dossier));
  const bool given_only = info->encloses == templates::Encloses::kData;
  const std::string today = local_date(office_.now());
  const std::string json = overview_json(overview, office_.config.organisation.name, today, given_only);
  const std::string csv = overview_csv(overview, given_only);
  return change_enclosures(
      actor, id, given_only ? "data given" : "data held",
      [&](StoreWriter& store, OpenDossier& open, Letter& letter, LetterData& data) -> Result<void> {
        std::erase_if(data.enclosures, [](const Enclosure& one) { return one.document == Id{}; });
        for (const auto& [name, type, content] :
             {std::tuple("gegevens.json", "application/json", &json), std::tuple("gegevens.csv", "text/csv", &csv)}) {
          TRY_ASSIGN(auto kept, keep_file(office_, store, open, letter, {{}, {}, name, type, {}, 0}, *content));
          data.enclosures.push_back(std::move(kept));
        }
        return {};
      });
}

Result<void> Casework::leave_out(const Actor& actor, const Id& id, const Id& object) {
  return change_enclosures(actor, id, "removed=" + object.hex(),
                           [&](StoreWriter& store, OpenDossier&, Letter&, LetterData& data) -> Result<void> {
                             const auto found = std::ranges::find(data.enclosures, object, &Enclosure::object);
                             if (found == data.enclosures.end())
                               return fail(Code::kConflict, "leave out enclosure", object.hex());
                             const bool ours = found->document == Id{};
                             data.enclosures.erase(found);
                             if (!ours) return {};
                             TRY_DO(store.remove_object(object));
                             return store.add_job(new_job("remove-object", object, office_.now()));
                           });
}

Result<EnclosureContent> Casework::enclosure(const Actor& actor, const Id& id, const Id& object) {
  TRY_ASSIGN(const auto letter, letter_row(office_, id));
  TRY_DO(look(actor, Act::kViewLetter, letter.dossier, object, "enclosure"));
  std::optional<EnclosureContent> found;
  std::optional<DossierKeys> keys;
  ObjectRow row;
  TRY_DO(office_.store.read([&](StoreReader& store) -> Result<void> {
    TRY_ASSIGN(auto open, open_dossier(office_.vault, store, letter.dossier));
    TRY_ASSIGN(const auto data, open.keys.letter(letter));
    const auto one = std::ranges::find(data.enclosures, object, &Enclosure::object);
    if (one == data.enclosures.end()) return fail(Code::kNotFound, "show enclosure", object.hex());
    if (one->document != Id{}) TRY_DO(usable_details(store, open, one->document));
    TRY_ASSIGN(row, store.object(object));
    found.emplace(EnclosureContent{*one, {}});
    keys = std::move(open.keys);
    return {};
  }));
  TRY_ASSIGN(found->content, keys->get(office_.objects, row));
  return std::move(*found);
}

Result<Id> Casework::add_document(const Actor& actor, const Id& dossier, const std::string& name,
                                  const std::string& origin, ByteView content) {
  if (lines_of(origin).size() != 1 || origin.size() > kMostOrigin)
    return fail(Code::kRefused, "add document",
                "Schrijf op uit welk systeem dit document komt, op een regel van ten hoogste 200 tekens.");
  if (content.empty() || content.size() > kMostDocument)
    return fail(Code::kRefused, "add document", "Kies een bestand dat niet leeg is en niet groter dan 64 MB.");
  Document document;
  document.id = document.object = Id::random();
  document.dossier = dossier;
  document.submission = Id::random();
  document.state = "filed";
  document.received = office_.now();
  DocumentDetails details;
  details.name = intake::clean_file_name(name);
  details.origin = lines_of(origin).front();
  details.size = content.size();
  details.sha256 = to_hex(crypto::sha256(content));
  TRY_DO(change(
      actor, Act::kAddDocument, dossier, document.id, {}, [&](StoreWriter& store, OpenDossier& open) -> Result<void> {
        TRY_ASSIGN(auto object, open.keys.put(office_.objects, "original", content, document.object));
        object.document = document.id;
        open.keys.seal(details, document);
        TRY_DO(store.add_submission(
            {document.submission, dossier, open.dossier.reference, std::string(kStaffChannel), document.received, 1}));
        TRY_DO(store.add_document(document));
        TRY_DO(store.add_object(object));
        TRY_DO(store.add_job(new_job("inspect", document.id, office_.now())));
        remember(office_, actor, open,
                 "Heeft een document uit een ander systeem (" + details.origin + ") toegevoegd: " + details.name);
        return {};
      }));
  return document.id;
}

}  // namespace zp::gateway
