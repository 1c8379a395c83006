// Looking: every method writes the ledger before it opens anything.
#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "crypto/base/text.h"
#include "gateway/casework/hand_over.h"
#include "gateway/casework/received_mail.h"
#include "gateway/casework/register.h"
#include "gateway/casework/restriction.h"
#include "gateway/casework/rights.h"
#include "gateway/casework/seen_pages.h"
#include "gateway/process/process.h"

namespace zp::gateway {
namespace {

/// A document shows its masked pages when its requirement says so, and when no requirement asked for the identity
/// document in it.
bool wants_mask(const Profile& profile, const Document& document, const DocumentDetails& details) {
  const std::string id = document.id.hex();
  if (profile.evaluation)
    for (const intake::RequirementResult& requirement : profile.evaluation->requirements)
      if (requirement.document == id) return requirement.mask;
  return details.findings && details.findings->identity_document.has_value();
}

std::vector<ObjectRow> pages_of(const std::vector<ObjectRow>& objects, const Id& document) {
  std::vector<ObjectRow> pages;
  for (const ObjectRow& object : objects)
    if (object.document == document && object.role.starts_with("page")) pages.push_back(object);
  std::ranges::sort(pages, {}, [](const ObjectRow& row) { return std::pair(row.page, row.role); });
  return pages;
}

/// What was typed with an @: words alone would find whoever has them anywhere, in a name or in two addresses.
std::vector<std::string> addresses_in(const std::string& text) {
  std::vector<std::string> addresses;
  std::istringstream words(text);
  for (std::string word; words >> word;)
    if (word.contains('@')) addresses.push_back(ascii_lower(word));
  return addresses;
}

bool has_addresses(const Profile& profile, const std::vector<std::string>& addresses) {
  std::string known = profile.requester.email + "\n" + profile.client.email;
  for (const std::string& one : profile.confirmed_emails) known += "\n" + one;
  known = ascii_lower(known);
  return std::ranges::all_of(addresses, [&](const std::string& one) { return known.contains(one); });
}

std::string name_of(const Person& person) { return person.name.empty() ? person.email : person.name; }

void describe(const Office& office, const Profile& profile, DossierRow& row) {
  row.requester = name_of(profile.requester);
  row.subject = name_of(profile.subject());
  row.tasks = profile.tasks.size();
  if (const Rights rights = rights_of(office.rules, row.dossier, profile); rights.size() > 1)
    row.kind_title = titles_of(office.rules, kinds_of(rights));
}

}  // namespace

bool was_looked_at(const DocumentDetails& details, std::uint32_t page) {
  return details.findings && std::ranges::any_of(details.findings->pages, [&](const intake::PageFindings& one) {
           return one.looked_at && one.number == static_cast<int>(page);
         });
}

Result<std::vector<DossierRow>> Casework::rows(const DossierFilter& filter, const std::vector<std::string>& addresses) {
  std::vector<DossierRow> rows;
  TRY_DO(office_.store.read([&](StoreReader& store) -> Result<void> {
    TRY_ASSIGN(const auto dossiers, store.dossiers(filter));
    for (const Dossier& dossier : dossiers) {
      DossierRow row;
      row.dossier = dossier;
      const intake::RequestRule* const rule = office_.rules.find(dossier.kind);
      row.kind_title = rule ? rule->title : "Nog in te delen";
      // An erased dossier has no keys: its row stays without names.
      // Of a restricted one the list tells no names: it is found by reference or name, and opened for a reason.
      if (auto keys = office_.vault.unlock(store, dossier.id); keys && (!dossier.restricted || !addresses.empty())) {
        TRY_ASSIGN(const auto profile, keys->profile(dossier));
        if (!has_addresses(profile, addresses)) continue;
        if (!dossier.restricted) describe(office_, profile, row);
      }
      rows.push_back(std::move(row));
    }
    return {};
  }));
  return rows;
}

Result<std::vector<DossierRow>> Casework::list(const Actor& actor, const DossierFilter& filter) {
  TRY_DO(enter(actor, Act::kListDossiers, {{}, {}, fmt::format("from={} count={}", filter.offset, filter.limit)}));
  return rows(filter);
}

Result<std::vector<DossierRow>> Casework::search(const Actor& actor, const std::string& text) {
  DossierFilter filter;
  filter.tokens = office_.vault.tokens({text});
  if (filter.tokens.empty())
    return fail(Code::kRefused, "search dossiers",
                "Typ een woord om op te zoeken: een naam, een geboortedatum, een e-mailadres of een kenmerk.");
  TRY_DO(enter(actor, Act::kListDossiers, {{}, {}, fmt::format("search words={}", filter.tokens.size())}));
  return rows(filter, addresses_in(text));
}

Result<DossierView> Casework::open(const Actor& actor, const Id& dossier) {
  TRY_DO(look(actor, Act::kOpenDossier, dossier));
  DossierView view;
  TRY_DO(office_.store.read([&](StoreReader& store) -> Result<void> {
    TRY_ASSIGN(auto open, open_dossier(office_.vault, store, dossier));
    TRY_ASSIGN(const auto documents, store.documents(dossier));
    TRY_ASSIGN(const auto objects, store.objects(dossier));
    TRY_ASSIGN(const auto letters, store.letters(dossier));
    TRY_ASSIGN(const auto messages, store.messages(dossier));
    TRY_ASSIGN(view.submissions, store.submissions(dossier));
    for (const Document& document : documents) {
      TRY_ASSIGN(auto details, open.keys.details(document));
      const bool masked = wants_mask(open.profile, document, details);
      auto pages = details.malware == Malware::kInfected ? std::vector<ObjectRow>() : pages_of(objects, document.id);
      view.documents.push_back({document, std::move(details), std::move(pages), masked});
    }
    for (const ObjectRow& object : objects)
      if ((object.role == kRawMail || object.role == kMailText) &&
          std::ranges::find(view.mails, object.context) == view.mails.end())
        view.mails.push_back(object.context);
    for (const Letter& letter : letters) {
      TRY_ASSIGN(auto data, open.keys.letter(letter));
      const auto info = std::ranges::find(office_.letters.letters(), letter.name, &templates::LetterInfo::name);
      const bool known = info != office_.letters.letters().end();
      const bool four_eyes = !known || info->needs_approval || !data.wording.empty();
      view.letters.push_back({letter, std::move(data), known ? info->title : letter.name, four_eyes});
    }
    for (const Message& message : messages) {
      TRY_ASSIGN(auto data, open.keys.message(message));
      view.messages.push_back({message, std::move(data)});
    }
    if (open.dossier.kind != kRegister) {
      TRY_ASSIGN(auto known, register_of(office_.vault, store, open.profile.subject()));
      if (known && !known->restricted) view.known = std::make_shared<const ClientRegister>(std::move(*known));
    }
    view.dossier = std::move(open.dossier);
    view.profile = std::move(open.profile);
    if (view.profile.hand_overs.empty() || view.profile.hand_overs.back().written) return {};
    TRY_ASSIGN(const auto failed, failed_hand_over(store, dossier));
    if (failed) view.hand_over_failure = failed->last_error;
    return {};
  }));
  if (view.known) TRY_DO(look(actor, Act::kReadRegister, view.known->dossier, dossier));
  view.rule = office_.rules.find(view.dossier.kind);
  view.rights = rights_of(office_.rules, view.dossier, view.profile);
  view.acts = acts_for(actor, view.dossier);
  if (view.dossier.restricted) std::erase_if(view.acts, [&](Act act) { return !check_while_restricted(actor, act); });
  return view;
}

Result<Dossier> Casework::dossier_of_document(const Id& document, Document& into) {
  Dossier dossier;
  TRY_DO(office_.store.read([&](StoreReader& store) -> Result<void> {
    TRY_ASSIGN(into, store.document(document));
    TRY_ASSIGN(dossier, store.dossier(into.dossier));
    return {};
  }));
  return dossier;
}

Result<SecretBytes> Casework::page(const Actor& actor, const Id& document, std::uint32_t page, bool masked) {
  Document row;
  TRY_ASSIGN(const auto dossier, dossier_of_document(document, row));
  bool needs_mask = false;
  std::vector<ObjectRow> pages;
  std::optional<DossierKeys> keys;
  TRY_DO(office_.store.read([&](StoreReader& store) -> Result<void> {
    TRY_ASSIGN(auto open, open_dossier(office_.vault, store, dossier.id));
    TRY_ASSIGN(const auto details, open.keys.details(row));
    TRY_ASSIGN(const auto objects, store.objects(dossier.id));
    if (details.malware == Malware::kInfected)
      return fail(Code::kRefused, "show page", "In dit document is malware gevonden. Het wordt niet getoond.");
    needs_mask = wants_mask(open.profile, row, details) || !was_looked_at(details, page);
    pages = pages_of(objects, document);
    keys = std::move(open.keys);
    return {};
  }));
  const Act act = needs_mask && !masked ? Act::kViewPageUnmasked : Act::kViewPage;
  TRY_DO(look(actor, act, dossier.id, document, fmt::format("page={}{}", page, masked ? " masked" : "")));
  const std::string_view role = masked ? "page-masked" : "page";
  const auto found =
      std::ranges::find_if(pages, [&](const ObjectRow& one) { return one.page == page && one.role == role; });
  if (found == pages.end()) return fail(Code::kNotFound, "show page", document.hex());
  return keys->get(office_.objects, *found);
}

Result<void> Casework::original(const Actor& actor, const Id& document, const crypto::ByteSink& sink) {
  Document row;
  TRY_ASSIGN(const auto dossier, dossier_of_document(document, row));
  TRY_DO(look(actor, Act::kDownloadOriginal, dossier.id, document));
  ObjectRow object;
  std::optional<DossierKeys> keys;
  TRY_DO(office_.store.read([&](StoreReader& store) -> Result<void> {
    TRY_ASSIGN(keys, office_.vault.unlock(store, dossier.id));
    TRY_ASSIGN(const auto details, keys->details(row));
    if (!details.may_be_used())
      return fail(Code::kRefused, "hand out original",
                  "De virusscanner heeft dit document nog niet goedgekeurd. Het origineel kan daarom nog niet open.");
    TRY_ASSIGN(object, store.object(row.object));
    return {};
  }));
  return keys->stream(office_.objects, object, sink);
}

Result<std::vector<crypto::LedgerEntry>> Casework::ledger_about(const Actor& actor, const Id& dossier) {
  TRY_DO(look(actor, Act::kReadLedger, dossier));
  return office_.ledger.about(dossier.hex());
}

Result<std::vector<crypto::LedgerEntry>> Casework::ledger_latest(const Actor& actor, std::size_t offset,
                                                                 std::size_t limit) {
  TRY_DO(enter(actor, Act::kReadLedger, {{}, {}, fmt::format("from={} count={}", offset, limit)}));
  return office_.ledger.latest(offset, limit);
}

Result<void> Casework::record_call(const Actor& actor, const std::string& rule, const std::string& caller,
                                   const std::string& question, const std::string& outcome,
                                   const std::string& reference) {
  std::string dossier;
  if (!reference.empty()) {
    TRY_DO(office_.store.read([&](StoreReader& store) -> Result<void> {
      TRY_ASSIGN(const auto row, store.dossier_by_reference(reference));
      dossier = row.id.hex();
      return {};
    }));
  }
  return enter(actor, Act::kDeskCall,
               {dossier, {}, fmt::format("caller={} question={} rule={} outcome={}", caller, question, rule, outcome)});
}

}  // namespace zp::gateway
