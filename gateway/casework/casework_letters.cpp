// Letters: drafted by one, approved by another.
#include <algorithm>

#include "gateway/casework/access_fields.h"
#include "gateway/casework/casework.h"
#include "gateway/casework/letter_fields.h"
#include "gateway/casework/letter_steps.h"
#include "gateway/casework/measures.h"
#include "gateway/casework/register.h"
#include "gateway/casework/restriction.h"
#include "gateway/casework/rights.h"
#include "gateway/process/process.h"

namespace zp::gateway {
namespace {

/// Nobody approves words of their own, whoever proposed the letter.
bool wrote(const Actor& actor, const LetterData& data) {
  return std::ranges::find(data.changes, actor.name, &LetterChange::who) != data.changes.end();
}

/// Whoever approves only in somebody's place can't approve that person's letters either.
bool is_own(const Actor& actor, const Letter& letter) {
  if (letter.author == actor.user) return true;
  return !actor.replaces.empty() &&
         std::ranges::all_of(actor.replaces, [&](const Id& away) { return away == letter.author; });
}

std::string replaced(const Actor& actor) {
  std::string detail;
  for (const Id& away : actor.replaces) detail += (detail.empty() ? "replaces=" : ",") + away.hex();
  return detail;
}

templates::Wording wording_of(const std::vector<templates::Passage>& passages) {
  templates::Wording wording;
  for (const templates::Passage& passage : passages)
    if (!passage.fixed) wording.push_back(passage.text);
  return wording;
}

}  // namespace

Result<Id> Casework::draft(const Actor& actor, const Id& dossier, const std::string& name,
                           const nlohmann::json& fields) {
  TRY_ASSIGN(const templates::LetterInfo* const info, info_of(office_, name));
  Overview overview;
  const bool tells_all = tells_all_that_is_held(*info) && role_for(actor, Act::kMakeOverview);
  if (tells_all) {
    TRY_ASSIGN(overview, this->overview(actor, dossier));
  }
  Letter letter;
  letter.id = Id::random();
  letter.dossier = dossier;
  letter.name = name;
  letter.state = "draft";
  letter.author = actor.user;
  letter.created = letter.changed = office_.now();
  TRY_DO(
      change(actor, Act::kDraft, dossier, letter.id, name, [&](StoreWriter& store, OpenDossier& open) -> Result<void> {
        TRY_DO(check_letter_while_restricted(open, *info));
        TRY_ASSIGN(const auto documents, listed_documents(store, open));
        LetterData data;
        TRY_ASSIGN(data.decides, decided_by(*info, rights_of(office_.rules, open.dossier, open.profile)));
        nlohmann::json known = known_fields(office_, open, documents);
        if (info->written_to != kToRequester) known.erase("addressee");
        TRY_ASSIGN(const auto told, recipients_told(store, open));
        if (!told.empty()) known["told"] = told;
        if (tells_all) {
          TRY_ASSIGN(const auto access, access_fields(office_, store, overview));
          known.update(access);
        }
        known.update(recorded_fields(office_, open, *info));
        TRY_ASSIGN(const auto registered, registered_fields(office_, store, open, *info));
        known.update(registered);
        known.update(rights_fields(office_, open, data.decides));
        data.fields = fill_fields(*info, known, fields);
        hold_to_record(office_, open, *info, data.fields);
        hold_to_terms(office_, open, *info, data.fields);
        note_change(office_, actor, letter, data,
                    {.time = 0, .who = {}, .before = nlohmann::json::object(), .wording_before = {}});
        open.keys.seal(data, letter);
        if (info->needs_approval && open.dossier.state == DossierState::kComplete)
          open.dossier.state = DossierState::kDeciding;
        remember(office_, actor, open, "Brief opgesteld: " + info->title);
        return store.put_letter(letter);
      }));
  return letter.id;
}

Result<void> Casework::edit_letter(const Actor& actor, const Id& id, const nlohmann::json& fields) {
  TRY_ASSIGN(const auto row, letter_row(office_, id));
  TRY_ASSIGN(const templates::LetterInfo* const info, info_of(office_, row.name));
  return change(
      actor, Act::kDraft, row.dossier, id, "edit", [&](StoreWriter& store, OpenDossier& open) -> Result<void> {
        TRY_ASSIGN(auto letter, letter_in(store, id, {"draft"}));
        TRY_ASSIGN(auto data, open.keys.letter(letter));
        const nlohmann::json before = data.fields;
        data.fields = fill_fields(*info, data.fields, fields);
        hold_to_record(office_, open, *info, data.fields);
        hold_to_terms(office_, open, *info, data.fields);
        LetterChange change{.time = 0, .who = {}, .before = what_was(before, data.fields), .wording_before = {}};
        if (change.before.empty()) return {};
        note_change(office_, actor, letter, data, std::move(change));
        open.keys.seal(data, letter);
        return store.put_letter(letter);
      });
}

Result<void> Casework::reword_letter(const Actor& actor, const Id& id, const templates::Wording& wording) {
  TRY_ASSIGN(const auto row, letter_row(office_, id));
  TRY_ASSIGN(const auto passages, office_.letters.passages(row.name));
  const bool as_template = wording.empty() || wording == wording_of(passages);
  if (!as_template) TRY_DO(office_.letters.check_wording(row.name, wording));
  return change(actor, Act::kReword, row.dossier, id, as_template ? "as the template" : "in other words",
                [&](StoreWriter& store, OpenDossier& open) -> Result<void> {
                  TRY_ASSIGN(auto letter, letter_in(store, id, {"draft"}));
                  TRY_ASSIGN(auto data, open.keys.letter(letter));
                  const templates::Wording after = as_template ? templates::Wording() : wording;
                  if (after == data.wording) return {};
                  LetterChange change{
                      .time = 0, .who = {}, .before = nlohmann::json::object(), .wording_before = data.wording};
                  data.wording = after;
                  note_change(office_, actor, letter, data, std::move(change));
                  remember(office_, actor, open,
                           as_template ? "Heeft de tekst van een brief teruggezet naar het sjabloon."
                                       : "Heeft de tekst van een brief aangepast.");
                  open.keys.seal(data, letter);
                  return store.put_letter(letter);
                });
}

Result<Bytes> Casework::letter_pdf(const Actor& actor, const Id& id) {
  TRY_ASSIGN(const auto letter, letter_row(office_, id));
  TRY_DO(look(actor, Act::kViewLetter, letter.dossier, id));
  std::optional<OpenDossier> open;
  std::optional<ObjectRow> object;
  TRY_DO(office_.store.read([&](StoreReader& store) -> Result<void> {
    TRY_ASSIGN(open, open_dossier(office_.vault, store, letter.dossier));
    if (letter.object == Id{}) return {};
    TRY_ASSIGN(object, store.object(letter.object));
    return {};
  }));
  if (object) {
    TRY_ASSIGN(const auto pdf, open->keys.get(office_.objects, *object));
    return Bytes(pdf.view().begin(), pdf.view().end());
  }
  TRY_ASSIGN(const auto data, open->keys.letter(letter));
  return draw(office_, letter, data, open->dossier.reference);
}

Result<void> Casework::propose(const Actor& actor, const Id& id) {
  TRY_ASSIGN(const auto row, letter_row(office_, id));
  TRY_ASSIGN(const templates::LetterInfo* const info, info_of(office_, row.name));
  return change(actor, Act::kPropose, row.dossier, id, {}, [&](StoreWriter& store, OpenDossier& open) -> Result<void> {
    TRY_ASSIGN(auto letter, letter_in(store, id, {"draft"}));
    TRY_ASSIGN(auto data, open.keys.letter(letter));
    TRY_DO(check_letter(office_, store, open, *info, data));
    hold_to_record(office_, open, *info, data.fields);
    hold_to_terms(office_, open, *info, data.fields);
    TRY_DO(draw(office_, letter, data,
                open.dossier.reference));  // a letter that can't be printed is told now, not on the day it leaves
    data.return_reason.clear();
    letter.state = "proposed";
    letter.author = actor.user;
    letter.changed = office_.now();
    open.keys.seal(data, letter);
    remember(office_, actor, open, "Ter goedkeuring aangeboden: " + info->title);
    return store.put_letter(letter);
  });
}

Result<void> Casework::approve(const Actor& actor, const Id& id) {
  TRY_ASSIGN(const auto row, letter_row(office_, id));
  if (is_own(actor, row)) {
    TRY_DO(office_.ledger.record(actor, "goedkeurder", act_name(Act::kApprove),
                                 {row.dossier.hex(), id.hex(), "own letter"}, "denied"));
    return fail(Code::kDenied, "approve letter", "author and approver are the same person");
  }
  return change(actor, Act::kApprove, row.dossier, id, replaced(actor),
                [&](StoreWriter& store, OpenDossier& open) -> Result<void> {
                  TRY_ASSIGN(auto letter, letter_in(store, id, {"proposed"}));
                  if (is_own(actor, letter)) return fail(Code::kConflict, "approve letter", id.hex());
                  TRY_ASSIGN(const auto data, open.keys.letter(letter));
                  if (wrote(actor, data))
                    return fail(Code::kRefused, "approve letter",
                                "U schreef zelf mee aan deze brief. Laat een andere collega hem goedkeuren.");
                  letter.state = "approved";
                  letter.approver = actor.user;
                  letter.changed = office_.now();
                  remember(office_, actor, open,
                           actor.replaces.empty() ? "Brief goedgekeurd." : "Brief goedgekeurd, als vervanger.");
                  return store.put_letter(letter);
                });
}

Result<void> Casework::give_back(const Actor& actor, const Id& id, const std::string& reason) {
  if (reason.empty()) return fail(Code::kRefused, "return letter", "Schrijf op waarom de brief terug moet.");
  TRY_ASSIGN(const auto row, letter_row(office_, id));
  return change(actor, Act::kReturn, row.dossier, id, {}, [&](StoreWriter& store, OpenDossier& open) -> Result<void> {
    TRY_ASSIGN(auto letter, letter_in(store, id, {"proposed", "approved"}));
    TRY_ASSIGN(auto data, open.keys.letter(letter));
    data.return_reason = reason;
    letter.state = "draft";
    letter.approver.reset();
    letter.changed = office_.now();
    open.keys.seal(data, letter);
    remember(office_, actor, open, "Brief teruggegeven: " + reason);
    return store.put_letter(letter);
  });
}

Result<void> Casework::withdraw(const Actor& actor, const Id& id) {
  TRY_ASSIGN(const auto row, letter_row(office_, id));
  return change(actor, Act::kWithdrawLetter, row.dossier, id, {},
                [&](StoreWriter& store, OpenDossier& open) -> Result<void> {
                  TRY_ASSIGN(auto letter, letter_in(store, id, {"draft", "proposed", "approved"}));
                  letter.state = "withdrawn";
                  letter.changed = office_.now();
                  if (open.dossier.state == DossierState::kApproval) open.dossier.state = DossierState::kDeciding;
                  remember(office_, actor, open, "Brief ingetrokken.");
                  return store.put_letter(letter);
                });
}

}  // namespace zp::gateway
