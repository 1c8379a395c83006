// Handling: what the mailroom and legal do before there is an answer.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "crypto/base/text.h"
#include "gateway/casework/access_code.h"
#include "gateway/casework/casework.h"
#include "gateway/casework/register.h"
#include "gateway/casework/restriction.h"
#include "gateway/casework/rights.h"
#include "gateway/casework/terms.h"
#include "gateway/process/process.h"

namespace zp::gateway {
namespace {

constexpr std::size_t kMaxNote = 4000;

void remember(const Office& office, const Actor& actor, OpenDossier& open, std::string what) {
  open.profile.history.push_back({office.now(), actor.name, std::move(what)});
}

bool known_correction(const std::string& key, const std::string& value) {
  static constexpr std::array<std::string_view, 2> kFree = {"slot", "kind"};
  static constexpr std::array<std::string_view, 6> kOfOrder = {
      "order.court", "order.date", "order.measure", "order.represented", "order.representative", "order.end_date"};
  if (std::ranges::find(kFree, key) != kFree.end()) return value.size() <= 64;
  if (std::ranges::find(kOfOrder, key) != kOfOrder.end()) return value.size() <= 200;
  if (value.empty()) return key == "signature" || key == "usable" || key == "identity";
  if (key == "signature") return value == "present" || value == "absent";
  if (key == "usable") return value == "yes" || value == "no";
  return key == "identity" && (value == "match" || value == "differs");
}

Result<std::vector<intake::Evidence>> evidence_of(StoreReader& store, const OpenDossier& open, bool& all_inspected) {
  TRY_ASSIGN(const auto documents, store.documents(open.dossier.id));
  std::vector<intake::Evidence> evidence;
  for (const Document& document : documents) {
    TRY_ASSIGN(auto details, open.keys.details(document));
    if (document.state == "filed") all_inspected = false;
    // What the scanner has not passed waits for a person: it proves nothing yet.
    if (!details.may_be_used() || !details.findings) continue;
    evidence.push_back({document.id.hex(), details.slot, std::move(*details.findings), details.corrections,
                        local_date(document.received)});
  }
  return evidence;
}

/// What staff put on record in the dossier itself and a document would prove otherwise (DocumentRule::on_file).
void add_own_records(const intake::RequestRule& rule, const Profile& profile,
                     std::map<std::string, intake::ProofOnFile>& proofs) {
  for (const intake::DocumentRule& document : rule.documents) {
    const intake::RecordRule* const record = rule.book.record(document.on_file);
    const auto entries = record ? profile.records.find(record->name) : profile.records.end();
    if (entries == profile.records.end()) continue;
    for (const RecordEntry& entry : entries->second)
      if (entry.struck.empty() && entry.ended.empty())
        proofs[record->name] = {
            intake::RequirementState::kMet, fmt::format("Vastgelegd door {}: {}.", entry.by, record->title), {}};
  }
}

/// What lies in the mailbox says what is still asked for.
Result<void> tell_readers(const Office& office, StoreWriter& store, const OpenDossier& open) {
  TRY_ASSIGN(const auto messages, store.messages(open.dossier.id));
  if (!std::ranges::any_of(messages, lies_in_mailbox)) return {};
  return store.add_job(new_job("reseal", open.dossier.id, office.now()));
}

std::vector<std::string> unmet(const Profile& profile) {
  std::vector<std::string> slots;
  if (!profile.evaluation) return slots;
  for (const intake::RequirementResult& one : profile.evaluation->requirements)
    if (one.state != intake::RequirementState::kMet) slots.push_back(one.slot);
  return slots;
}

/// Judges the dossier anew and, while it is being checked, says where it goes.
Result<void> judge(const Office& office, StoreWriter& store, OpenDossier& open) {
  const auto asked_before = unmet(open.profile);
  bool all_inspected = true;
  TRY_ASSIGN(const auto evidence, evidence_of(store, open, all_inspected));
  const intake::RequestRule* const rule = office.rules.find(open.dossier.kind);
  if (rule) {
    open.profile.evaluation = intake::evaluate(*rule, open.profile.fields, evidence);
    TRY_ASSIGN(auto on_file, proofs_on_file(office, store, open));
    add_own_records(*rule, open.profile, on_file);
    intake::apply_register(*rule, on_file, *open.profile.evaluation);
  }
  if (unmet(open.profile) != asked_before) TRY_DO(tell_readers(office, store, open));
  if (open.dossier.state != DossierState::kChecking || !all_inspected) return {};
  const bool complete = rule && open.profile.evaluation->complete;
  open.dossier.state = complete ? DossierState::kComplete : DossierState::kReview;
  if (!complete) return {};
  open.profile.history.push_back({office.now(), "zegelpost", "Alles wat nodig is, is er: het verzoek is compleet."});
  return resume_term(office, open, local_date(office.now()));
}

}  // namespace

Result<void> Casework::take(const Actor& actor, const Id& dossier, bool mine) {
  return change(actor, Act::kTake, dossier, {}, mine ? "taken" : "released",
                [&](StoreWriter&, OpenDossier& open) -> Result<void> {
                  if (mine && open.dossier.owner && *open.dossier.owner != actor.user)
                    remember(office_, actor, open, "Heeft het dossier overgenomen van een collega.");
                  open.dossier.owner = mine ? std::optional(actor.user) : std::nullopt;
                  return {};
                });
}

Result<void> Casework::classify(const Actor& actor, const Id& dossier, const std::string& kind,
                                const std::vector<std::string>& others) {
  const intake::RequestRule* const rule = office_.rules.find(kind);
  if (!rule || rule->is_register)
    return fail(Code::kRefused, "classify dossier", "Kies een soort verzoek uit de lijst.");
  return change(actor, Act::kClassify, dossier, {}, "kind=" + kind,
                [&](StoreWriter& store, OpenDossier& open) -> Result<void> {
                  const Rights before = rights_of(office_.rules, open.dossier, open.profile);
                  const std::string old_kind = std::exchange(open.dossier.kind, kind);
                  if (!others.empty()) open.profile.fields[kOtherRights] = fmt::format("{}", fmt::join(others, " "));
                  reclass_rights(office_.rules, open, before, old_kind);
                  open.dossier.state = DossierState::kChecking;
                  remember(office_, actor, open, "Ingedeeld als: " + rule->title);
                  TRY_DO(start_term(office_, open));
                  return judge(office_, store, open);
                });
}

Result<void> Casework::edit_person(const Actor& actor, const Id& dossier, const Person& requester,
                                   const Person& client) {
  return change(actor, Act::kEditPerson, dossier, {}, {}, [&](StoreWriter& store, OpenDossier& open) -> Result<void> {
    if (!same_name(open.profile.requester.name, requester.name)) open.profile.confirmed_emails.clear();
    open.profile.requester = requester;
    open.profile.client = client;
    for (const auto& [holder, person] : {std::pair("requester", &requester), std::pair("client", &client)}) {
      if (!person->name.empty()) open.profile.fields[fmt::format("{}_name", holder)] = person->name;
      if (!person->birth_date.empty()) open.profile.fields[fmt::format("{}_birth_date", holder)] = person->birth_date;
    }
    if (!requester.role.empty()) open.profile.fields["requester_role"] = requester.role;
    remember(office_, actor, open, "Heeft de gegevens van afzender of cliënt aangepast.");
    TRY_DO(store.set_tokens(dossier, search_tokens(office_.vault, open)));
    return judge(office_, store, open);
  });
}

Result<void> Casework::confirm_email(const Actor& actor, const Id& dossier, const std::string& email,
                                     const std::string& how) {
  if (how.empty() || how.size() > kMaxNote)
    return fail(Code::kRefused, "confirm address", "Schrijf op hoe u weet dat dit adres van de verzoeker is.");
  return change(actor, Act::kEditPerson, dossier, {}, "address confirmed",
                [&](StoreWriter& store, OpenDossier& open) -> Result<void> {
                  Profile& profile = open.profile;
                  const auto others = other_emails(profile);
                  if (std::ranges::find(others, email) == others.end())
                    return fail(Code::kRefused, "confirm address", "Van dit adres kwam hier geen mail.");
                  for (Delivery& delivery : profile.deliveries)
                    if (delivery.from == email) delivery.from.clear();
                  profile.confirmed_emails.push_back(email);
                  remember(office_, actor, open, "Dit e-mailadres is ook van de verzoeker: " + email + ". " + how);
                  return store.set_tokens(dossier, search_tokens(office_.vault, open));
                });
}

Result<void> Casework::correct(const Actor& actor, const Id& document, const std::string& key,
                               const std::string& value) {
  if (!known_correction(key, value))
    return fail(Code::kRefused, "correct finding",
                "Kies wat u verbetert uit de lijst; een waarde heeft ten hoogste 200 tekens.");
  Document row;
  TRY_ASSIGN(const auto dossier, dossier_of_document(document, row));
  return change(actor, Act::kCorrect, dossier.id, document, key,
                [&](StoreWriter& store, OpenDossier& open) -> Result<void> {
                  TRY_ASSIGN(row, store.document(document));
                  TRY_ASSIGN(auto details, open.keys.details(row));
                  if (value.empty()) {
                    details.corrections.erase(key);
                  } else {
                    details.corrections[key] = value;
                  }
                  open.keys.seal(details, row);
                  TRY_DO(store.update_document(row));
                  remember(office_, actor, open,
                           fmt::format("Bevinding verbeterd bij {}: {} = {}", details.name, key,
                                       value.empty() ? "(teruggenomen)" : value));
                  return judge(office_, store, open);
                });
}

Result<void> Casework::release(const Actor& actor, const Id& document, const std::string& reason) {
  Document row;
  TRY_ASSIGN(const auto dossier, dossier_of_document(document, row));
  bool infected = false;
  TRY_DO(office_.store.read([&](StoreReader& store) -> Result<void> {
    TRY_ASSIGN(const auto keys, office_.vault.unlock(store, dossier.id));
    TRY_ASSIGN(const auto details, keys.details(row));
    infected = details.malware == Malware::kInfected;
    return {};
  }));
  if (infected && (trim(reason).empty() || reason.size() > kMaxNote))
    return fail(Code::kRefused, "release document", "Schrijf op waarom dit document toch veilig is.");
  const Act act = infected ? Act::kReleaseInfected : Act::kReleaseDocument;
  return change(actor, act, dossier.id, document, {}, [&](StoreWriter& store, OpenDossier& open) -> Result<void> {
    TRY_ASSIGN(row, store.document(document));
    TRY_ASSIGN(auto details, open.keys.details(row));
    if (infected != (details.malware == Malware::kInfected))
      return fail(Code::kConflict, "release document", document.hex());
    details.malware = Malware::kReleased;
    row.state = "inspected";
    open.keys.seal(details, row);
    TRY_DO(store.update_document(row));
    remember(office_, actor, open,
             infected ? "Heeft een document vrijgegeven waarin de virusscanner malware meldde: " + details.name +
                            ". Reden: " + reason
                      : "Heeft een document vrijgegeven dat de virusscanner niet kon goedkeuren: " + details.name);
    return judge(office_, store, open);
  });
}

Result<void> Casework::scan_again(const Actor& actor, const Id& document) {
  Document row;
  TRY_ASSIGN(const auto dossier, dossier_of_document(document, row));
  return change(actor, Act::kScanAgain, dossier.id, document, {},
                [&](StoreWriter& store, OpenDossier& open) -> Result<void> {
                  TRY_ASSIGN(const auto details, open.keys.details(row));
                  remember(office_, actor, open, "Laat opnieuw op virussen controleren: " + details.name);
                  return store.add_job(new_job("rescan", document, office_.now()), false);
                });
}

Result<void> Casework::note(const Actor& actor, const Id& dossier, const std::string& text) {
  if (text.empty() || text.size() > kMaxNote)
    return fail(Code::kRefused, "make note", "Een aantekening is niet leeg en heeft ten hoogste 4000 tekens.");
  return change(actor, Act::kNote, dossier, {}, {}, [&](StoreWriter&, OpenDossier& open) -> Result<void> {
    remember(office_, actor, open, text);
    return {};
  });
}

Result<void> Casework::finish_task(const Actor& actor, const Id& dossier, std::size_t task) {
  return change(actor, Act::kNote, dossier, {}, "task done", [&](StoreWriter&, OpenDossier& open) -> Result<void> {
    if (task >= open.profile.tasks.size()) return fail(Code::kConflict, "finish task", dossier.hex());
    remember(office_, actor, open, "Afgehandeld: " + open.profile.tasks[task]);
    open.profile.tasks.erase(open.profile.tasks.begin() + static_cast<std::ptrdiff_t>(task));
    return {};
  });
}

Result<void> Casework::restrict(const Actor& actor, const Id& dossier, const std::string& ground) {
  const RestrictionGround* const why = find_restriction_ground(ground);
  if (!why)
    return fail(Code::kRefused, "restrict processing",
                "Kies op welke grond de verwerking wordt beperkt (AVG art. 18 lid 1).");
  return change(
      actor, Act::kRestrict, dossier, {}, "on ground=" + ground, [&](StoreWriter&, OpenDossier& open) -> Result<void> {
        if (open.dossier.restricted) return fail(Code::kConflict, "restrict processing");
        open.dossier.restricted = true;
        open.profile.restricted_since = office_.now();
        open.profile.restriction_ground = ground;
        invoke_also(office_.rules, open, "avg-beperking");
        remember(office_, actor, open, "Verwerking beperkt (AVG art. 18 lid 1). " + std::string(why->label) + ".");
        return {};
      });
}

Result<void> Casework::lift_restriction(const Actor& actor, const Id& dossier) {
  return change(actor, Act::kRestrict, dossier, {}, "off", [&](StoreWriter& store, OpenDossier& open) -> Result<void> {
    if (!open.dossier.restricted) return fail(Code::kConflict, "lift restriction");
    TRY_DO(check_lift_notice(office_, store, open));
    open.dossier.restricted = false;
    open.profile.restricted_since = 0;
    open.profile.restriction_ground.clear();
    remember(office_, actor, open, "Beperking van de verwerking opgeheven.");
    return possible(Act::kClassify, open.dossier.state) ? judge(office_, store, open) : Result<void>();
  });
}

Result<void> Casework::extend_term(const Actor& actor, const Id& dossier) {
  return change(actor, Act::kExtendTerm, dossier, {}, {}, [&](StoreWriter&, OpenDossier& open) -> Result<void> {
    TRY_DO(extend_avg_term(office_, open, local_date(office_.now())));
    remember(office_, actor, open,
             "Termijn met twee maanden verlengd (AVG art. 12 lid 3). De brief die dat vertelt, moet nog weg.");
    return {};
  });
}

Result<void> Casework::confirm_complete(const Actor& actor, const Id& dossier) {
  return change(actor, Act::kConfirmComplete, dossier, {}, {},
                [&](StoreWriter& store, OpenDossier& open) -> Result<void> {
                  remember(office_, actor, open, "Heeft vastgesteld dat het verzoek compleet is.");
                  TRY_DO(tell_readers(office_, store, open));
                  return resume_term(office_, open, local_date(office_.now()));
                });
}

Result<void> Casework::reopen_review(const Actor& actor, const Id& dossier) {
  return change(actor, Act::kReopenReview, dossier, {}, {}, [&](StoreWriter& store, OpenDossier& open) -> Result<void> {
    remember(office_, actor, open, "Heeft het dossier teruggezet naar de controle.");
    TRY_DO(tell_readers(office_, store, open));
    return judge(office_, store, open);
  });
}

Result<intake::Evaluation> Casework::evaluate(const Actor& actor, const Id& dossier) {
  intake::Evaluation evaluation;
  TRY_DO(change(actor, Act::kEvaluate, dossier, {}, {}, [&](StoreWriter& store, OpenDossier& open) -> Result<void> {
    TRY_DO(judge(office_, store, open));
    evaluation = open.profile.evaluation.value_or(intake::Evaluation{});
    return {};
  }));
  return evaluation;
}

void ask_for_missing(const OpenDossier& open, MessageData& message) {
  if (!open.profile.evaluation) return;
  for (const intake::RequirementResult& one : open.profile.evaluation->requirements)
    if (one.state != intake::RequirementState::kMet) message.asked.emplace_back(one.slot, one.label);
}

std::vector<std::string> other_emails(const Profile& profile) {
  std::vector<std::string> emails;
  for (const Delivery& delivery : profile.deliveries)
    if (delivery.channel == "mail" && delivery.from.contains('@') &&
        std::ranges::find(emails, delivery.from) == emails.end())
      emails.push_back(delivery.from);
  return emails;
}

std::vector<Bytes> search_tokens(const Vault& vault, const OpenDossier& open) {
  const Person& requester = open.profile.requester;
  const Person& client = open.profile.client;
  std::vector<std::string> texts = {
      open.dossier.reference, requester.name, requester.birth_date, requester.email, client.name,
      client.birth_date,      client.email};
  texts.insert(texts.end(), requester.address.begin(), requester.address.end());
  texts.insert(texts.end(), open.profile.confirmed_emails.begin(), open.profile.confirmed_emails.end());
  return vault.tokens(texts);
}

}  // namespace zp::gateway
