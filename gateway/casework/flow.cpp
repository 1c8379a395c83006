#include "gateway/casework/flow.h"

#include <algorithm>
#include <array>

namespace zp::gateway {
namespace {

using enum DossierState;
using Roles = std::vector<std::string_view>;
using From = std::vector<DossierState>;

const Roles kHandlers = {"postkamer", "jurist", "goedkeurder"};
const Roles kReaders = {"postkamer", "informatiebalie", "jurist", "goedkeurder"};
const Roles kTermReaders = {"postkamer", "informatiebalie", "jurist", "goedkeurder", "fg"};
const Roles kAtTheDesk = {"informatiebalie", "postkamer", "jurist"};
const Roles kWriters = {"postkamer", "jurist"};
const From kBeforeAnswer = {kChecking, kReview, kWaiting, kComplete, kDeciding, kApproval};
const From kUntilClosed = {kChecking, kReview, kWaiting, kComplete, kDeciding, kApproval, kAnswered};

// The only place where it stands who may do what, from which state, and where the dossier goes then. Order: that of the
// buttons.
const std::vector<ActRule>& table() {
  static const std::vector<ActRule> rules = {
      {Act::kListDossiers, "dossier.list", "Werkvoorraad bekijken", kReaders, {}, {}},
      {Act::kListTerms, "term.list", "Termijnen bekijken", kTermReaders, {}, {}},
      {Act::kOpenDossier, "dossier.open", "Dossier openen", kReaders, {}, {}, true},
      {Act::kViewPage, "document.view", "Pagina bekijken", kReaders, {}, {}, true},
      {Act::kViewPageUnmasked, "document.view-unmasked", "Zonder afdekking bekijken", kHandlers, {}, {}, true},
      {Act::kDownloadOriginal, "document.download", "Origineel ophalen", kHandlers, {}, {}, true},
      {Act::kViewLetter, "letter.view", "Brief bekijken", kReaders, {}, {}, true},
      {Act::kViewMail, "mail.view", "E-mail bekijken", kReaders, {}, {}, true},
      {Act::kReadLedger, "ledger.read", "Logboek bekijken", {"fg"}, {}, {}},
      {Act::kMakeOverview, "dossier.overview", "Overzicht maken (AVG art. 15)", {"jurist", "fg"}, {}, {}, true},

      {Act::kFile, "submission.file", "Inschrijven", {"worker"}, {}, {}},
      {Act::kInspect, "document.inspect", "Controleren", {"worker"}, {}, {}},
      {Act::kEvaluate, "dossier.evaluate", "Opnieuw toetsen", {"worker", "postkamer", "jurist"}, {}, {}},
      {Act::kTake, "dossier.take", "In behandeling nemen", kHandlers, {}, {}},
      {Act::kClassify, "dossier.classify", "Indelen", {"worker", "postkamer", "jurist"}, kBeforeAnswer, {}, true},
      {Act::kInvokeRights, "right.invoke", "Ingeroepen rechten vastleggen", kWriters, kBeforeAnswer, {}, true},
      {Act::kSettleRight, "right.settle", "Recht afdoen zonder besluit", {"jurist"}, kBeforeAnswer, {}, true},
      {Act::kEditPerson, "dossier.edit-person", "Gegevens aanpassen", kWriters, {}, {}, true},
      {Act::kCorrect, "document.correct", "Bevinding verbeteren", kWriters, kBeforeAnswer, {}, true},
      {Act::kReleaseDocument, "document.release", "Document vrijgeven", kWriters, kBeforeAnswer, {}, true},
      {Act::kReleaseInfected,
       "document.release-infected",
       "Ondanks virusmelding vrijgeven",
       {"jurist"},
       kBeforeAnswer,
       {},
       true},
      {Act::kScanAgain, "document.scan-again", "Opnieuw op virussen controleren", kWriters, kUntilClosed, {}, true},
      {Act::kAddDocument, "document.add", "Document toevoegen", kWriters, kUntilClosed, {}, true},
      {Act::kNote, "dossier.note", "Aantekening maken", kReaders, {}, {}, true},
      {Act::kMakeDossier, "dossier.make", "Dossier beginnen", kWriters, {}, {}, true},
      {Act::kRecord, "dossier.record", "Vastleggen", kWriters, kUntilClosed, {}, true},
      {Act::kReadRegister, "register.read", "Register van de cliënt raadplegen", kReaders, {}, {}, true},
      {Act::kDeskCall, "desk.call", "Telefoongesprek vastleggen", kAtTheDesk, {}, {}, true},
      {Act::kMoveAccess, "access.move", "Toegang verplaatsen", {"worker"}, {}, {}},
      {Act::kRestrict, "dossier.restrict", "Verwerking beperken (AVG art. 18)", {"jurist"}, {}, {}, true},
      {Act::kExtendTerm, "dossier.extend-term", "Termijn verlengen", {"jurist"}, kBeforeAnswer, {}, true},
      {Act::kWatchTerm, "term.watch", "Termijn bewaken", {"worker"}, {}, {}},
      {Act::kConfirmComplete, "dossier.confirm-complete", "Compleet", kWriters, {kReview, kWaiting}, kComplete, true},
      {Act::kAskMissing, "dossier.ask-missing", "Aanvulling vragen", kWriters, {kReview, kApproval}, kWaiting, true},
      {Act::kHandOver, "dossier.hand-over", "Overdragen", kWriters, {kComplete}, kAnswered, true},
      {Act::kTakeBack, "dossier.take-back", "Overdracht terugnemen", kWriters, {kAnswered}, kComplete, true},
      {Act::kReopenReview,
       "dossier.reopen-review",
       "Terug naar controle",
       kWriters,
       {kWaiting, kComplete, kDeciding},
       kReview,
       true},

      {Act::kDraft, "letter.draft", "Brief opstellen", kWriters, {}, {}, true},
      {Act::kEnclose, "letter.enclose", "Bijlagen kiezen", kWriters, {}, {}, true},
      {Act::kReword, "letter.reword", "Tekst aanpassen", {"jurist"}, {}, {}, true},
      {Act::kPropose,
       "letter.propose",
       "Ter goedkeuring",
       {"jurist"},
       {kReview, kWaiting, kComplete, kDeciding, kAnswered},
       kApproval,
       true},
      {Act::kApprove, "letter.approve", "Goedkeuren", {"goedkeurder"}, {kApproval}, {}, true},
      {Act::kReturn, "letter.return", "Teruggeven", {"goedkeurder"}, {kApproval}, kDeciding, true},
      {Act::kWithdrawLetter, "letter.withdraw", "Brief intrekken", kWriters, {}, {}, true},
      {Act::kSend, "letter.send", "Versturen", kHandlers, {}, {}, true},

      {Act::kPublish, "message.publish", "Klaarzetten", {"worker"}, {}, {}},
      {Act::kNotify, "message.notify", "Bericht sturen", {"worker"}, {}, {}},
      {Act::kPrint, "message.print", "Voor de post klaarzetten", {"worker"}, {}, {}},
      {Act::kPackage, "dossier.package", "Overdracht wegschrijven", {"worker"}, {}, {}},
      {Act::kTimeStamp, "letter.time-stamp", "Tijdstempel zetten", {"worker"}, {}, {}},
      {Act::kReceipt, "receipt.send", "Ontvangst bevestigen", {"worker"}, {}, {}},
      {Act::kRecall, "message.recall", "Bericht intrekken", kHandlers, {}, {}, true},
      {Act::kExpire, "message.expire", "Bericht verlopen", {"worker"}, {}, {}},
      {Act::kReadByRecipient, "message.read", "Gelezen door ontvanger", {"worker"}, {}, {}},
      {Act::kReport, "message.report", "Bericht van een mailserver", {"worker"}, {}, {}},
      {Act::kResend, "message.resend", "Opnieuw versturen", {"worker"}, {}, {}},
      {Act::kUndeliverable, "message.undeliverable", "Niet bezorgd", {"worker"}, {}, {}},
      {Act::kInvite, "message.invite", "Uitnodigen om documenten te sturen", kAtTheDesk, {kReview, kWaiting}, {}, true},
      {Act::kRevealCode, "code.reveal", "Toegangscode tonen", kAtTheDesk, {}, {}, true},
      {Act::kRenewCode, "code.renew", "Nieuwe toegangscode geven", kAtTheDesk, {}, {}, true},

      {Act::kClose,
       "dossier.close",
       "Sluiten",
       {"jurist", "postkamer"},
       {kReview, kWaiting, kComplete, kDeciding, kAnswered},
       kClosed,
       true},
      {Act::kProposeErasure,
       "dossier.propose-erasure",
       "Vernietiging voorstellen",
       {"worker"},
       {kClosed},
       kErasureProposed},
      {Act::kKeep, "dossier.keep", "Langer bewaren", {"jurist", "fg"}, {kErasureProposed}, kClosed, true},
      {Act::kErase, "dossier.erase", "Vernietigen", {"jurist", "fg"}, {kErasureProposed}, kErased, true},
      {Act::kAbsence, "absence.record", "Vervanging vastleggen", {"goedkeurder", "beheerder"}, {}, {}},
      {Act::kReviveJob, "job.revive", "Opnieuw proberen", {"postkamer", "jurist", "beheerder"}, {}, {}},
      {Act::kPauseMail, "mail.pause", "Mail naar een domein ophouden", {"jurist", "beheerder"}, {}, {}},
      {Act::kResumeMail, "mail.resume", "Mail naar een domein hervatten", {"jurist", "beheerder"}, {}, {}},
  };
  return rules;
}

const std::vector<Purpose>& purpose_list() {
  static const std::vector<Purpose> list = {
      {"behandelen-verzoek", "Behandelen van dit verzoek", "AVG art. 6 lid 1 onder e; Wlz art. 3.2.3", kHandlers},
      {"beantwoorden-vraag", "Beantwoorden van een vraag van de afzender", "AVG art. 6 lid 1 onder e", kReaders},
      {"avg-verzoek",
       "Beslissen op een AVG-verzoek",
       "AVG art. 12 en art. 15 tot en met 22",
       {"jurist", "goedkeurder"},
       true},
      {"rechtsvordering",
       "Behandelen van bezwaar, beroep of een rechtszaak",
       "AVG art. 6 lid 1 onder e, art. 18 lid 2; Awb art. 6:4 en 7:1",
       {"jurist", "goedkeurder"},
       true},
      {"portero",
       "Toezien op juist gebruik van Portero",
       "AVG art. 5 lid 1 onder f, art. 32 en art. 33; het contract over Portero",
       {"jurist", "postkamer", "goedkeurder"}},
      {"goedkeuren-brief", "Beoordelen van een brief", "Awb art. 3:2", {"goedkeurder", "jurist"}, true},
      {"bewaartermijn", "Toepassen van de bewaartermijn", "AVG art. 5 lid 1 onder e", {"jurist", "fg"}},
      {"toezicht", "Toezicht op de verwerking", "AVG art. 39", {"fg"}, true},
  };
  return list;
}

}  // namespace

const ActRule& rule_of(Act act) noexcept {
  const auto found = std::ranges::find(table(), act, &ActRule::act);
  ZP_CHECK(found != table().end());
  return *found;
}

std::string_view act_name(Act act) noexcept { return rule_of(act).name; }

const ActRule* rule_named(std::string_view name) noexcept {
  const auto found = std::ranges::find(table(), name, &ActRule::name);
  return found == table().end() ? nullptr : &*found;
}

std::optional<std::string> role_for(const Actor& actor, Act act) noexcept {
  for (const std::string_view role : rule_of(act).roles)
    if (actor.has(role)) return std::string(role);
  return std::nullopt;
}

bool possible(Act act, DossierState state) noexcept {
  const From& from = rule_of(act).from;
  if (from.empty()) return state != kErased;
  return std::ranges::find(from, state) != from.end();
}

std::vector<Act> acts_for(const Actor& actor, const Dossier& dossier) {
  std::vector<Act> acts;
  for (const ActRule& rule : table())
    if (possible(rule.act, dossier.state) && role_for(actor, rule.act)) acts.push_back(rule.act);
  return acts;
}

std::span<const Purpose> purposes() noexcept { return purpose_list(); }

const Purpose* find_purpose(std::string_view key) noexcept {
  const auto found = std::ranges::find(purpose_list(), key, &Purpose::key);
  return found == purpose_list().end() ? nullptr : &*found;
}

std::string_view state_label(DossierState state) noexcept {
  switch (state) {
    case kChecking:
      return "Wordt gecontroleerd";
    case kReview:
      return "Te beoordelen";
    case kWaiting:
      return "Wacht op aanvulling";
    case kComplete:
      return "Compleet";
    case kDeciding:
      return "Besluit in voorbereiding";
    case kApproval:
      return "Wacht op goedkeuring";
    case kAnswered:
      return "Beantwoord";
    case kClosed:
      return "Gesloten";
    case kErasureProposed:
      return "Te vernietigen";
    case kErased:
      return "Vernietigd";
  }
  return "";
}

}  // namespace zp::gateway
