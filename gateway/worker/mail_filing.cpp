#include "gateway/worker/mail_filing.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "crypto/hash.h"
#include "crypto/reference.h"
#include "gateway/casework/received_mail.h"
#include "gateway/casework/rights.h"
#include "gateway/process/process.h"
#include "gateway/worker/decryption.h"
#include "gateway/worker/mail_kind.h"
#include "gateway/worker/sender_evidence.h"
#include "intake/text.h"

namespace zp::gateway {
namespace {

constexpr std::size_t kShownSubject = 200;
constexpr std::uint32_t kLookedAt = 20, kProposed = 5;
constexpr std::size_t kComparedFrom = 10 * 1024;  // logos below a mail are smaller

/// What stands behind the plus of an address: post+ZP-4K7M-9XQ2-R@example.nl.
std::string_view plus_part(std::string_view address) {
  const std::size_t plus = address.find('+'), at = address.rfind('@');
  return plus == std::string_view::npos || at == std::string_view::npos || at < plus
             ? std::string_view()
             : address.substr(plus + 1, at - plus - 1);
}

/// `to`: the addresses that it was sent to, of the envelope and of its own fields.
std::optional<Id> dossier_of(StoreReader& store, const Tools& tools, const intake::ParsedMail& mail,
                             const std::vector<std::string>& to) {
  for (const std::string& id :
       {mail.in_reply_to, find_our_message_id("<" + mail.in_reply_to + ">", tools.office.config.smtp.from)})
    if (!id.empty())
      if (auto dossier = store.dossier_of_mail(id)) return *dossier;
  std::vector<std::string_view> places;
  for (const std::string& address : to) places.push_back(plus_part(address));
  places.push_back(mail.subject);
  for (const std::string_view place : places)
    if (const auto reference = crypto::find_reference(place))
      if (auto dossier = store.dossier_by_reference(*reference)) return dossier->id;
  return std::nullopt;
}

/// Other dossiers of ours that the mail names: it is filed once.
std::string also_named(StoreReader& store, const intake::ParsedMail& mail, const std::vector<std::string>& to,
                       const Id& filed_in) {
  std::set<std::string> references;
  std::vector<std::string_view> places = {mail.subject};
  for (const std::string& address : to) places.push_back(plus_part(address));
  for (const std::string_view place : places)
    if (const auto reference = crypto::find_reference(place))
      if (const auto dossier = store.dossier_by_reference(*reference); dossier && dossier->id != filed_in)
        references.insert(*reference);
  return fmt::format("{}", fmt::join(references, ", "));
}

Profile profile_of(const intake::ParsedMail& mail) {
  Profile profile;
  profile.requester.name = mail.from_name;
  profile.requester.email = mail.from_address;
  profile.mail_text = mail.text;
  // Whoever writes is taken to write for himself until a person sees otherwise: the rules then ask the least.
  profile.fields = {{"requester_role", "self"}, {"email", mail.from_address}, {"client_name", mail.from_name}};
  return profile;
}

/// A reference is no secret: whoever writes from another address adds documents, and a person looks.
/// `ours`: what came to a return path of ours belongs to its mail.
Result<void> compare_sender(const Tools& tools, const intake::ParsedMail& mail, const std::vector<std::string>& to,
                            const std::optional<Returned>& ours, Filing& filing) {
  return tools.office.store.read([&](StoreReader& store) -> Result<void> {
    filing.dossier = ours ? std::optional(ours->dossier) : dossier_of(store, tools, mail, to);
    if (!filing.dossier) return {};
    auto open = open_dossier(tools.office.vault, store, *filing.dossier);
    if (!open) {
      filing.dossier.reset();
      return {};
    }
    if (const std::string others = also_named(store, mail, to, *filing.dossier); !others.empty())
      filing.tasks.push_back("Deze mail noemt ook " + others +
                             ", maar ligt alleen hier. Kijk of hij daar ook bij hoort.");
    if (open->profile.is_of_requester(mail.from_address)) return {};
    filing.tasks.push_back("Deze aanvulling kwam van een ander e-mailadres dan dat van de afzender: " +
                           mail.from_address + ". Is het van dezelfde persoon? Leg dat vast bij Verzoeker.");
    filing.delivery.may_answer = false;
    filing.delivery.from = mail.from_address;
    return {};
  });
}

/// Open requests of whom writes from this address: a person sees whether the mail belongs to one of them.
Result<void> propose(const Tools& tools, const intake::ParsedMail& mail, Filing& filing) {
  if (mail.from_address.empty()) return {};
  DossierFilter filter;
  filter.tokens = tools.office.vault.tokens({mail.from_address});
  filter.states = {DossierState::kChecking, DossierState::kReview,   DossierState::kWaiting, DossierState::kComplete,
                   DossierState::kDeciding, DossierState::kApproval, DossierState::kAnswered};
  filter.limit = kLookedAt;
  if (filter.tokens.empty()) return {};
  std::vector<std::string> references;
  TRY_DO(tools.office.store.read([&](StoreReader& store) -> Result<void> {
    TRY_ASSIGN(const auto found, store.dossiers(filter));
    for (const Dossier& one : found) {
      const intake::RequestRule* const rule = tools.office.rules.find(one.kind);
      if (references.size() == kProposed || (rule && rule->made_by_staff)) continue;
      const auto open = open_dossier(tools.office.vault, store, one.id);
      if (open && open->profile.is_of_requester(mail.from_address)) references.push_back(one.reference);
    }
    return {};
  }));
  if (!references.empty())
    filing.tasks.push_back(
        fmt::format("Van dit e-mailadres loopt al: {}. Hoort deze mail daarbij?", fmt::join(references, ", ")));
  return {};
}

std::string mark_for(const Tools& tools, const char* kind, ByteView content) {
  return kind + to_hex(tools.office.vault.mark(content));
}

/// The same for a message that a mail server delivers again because our answer was lost: its trace fields differ, the
/// rest does not.
std::string mark_of(const Tools& tools, ByteView raw, const intake::ParsedMail& mail) {
  const auto text = as_text(raw);
  const std::size_t head_end = std::min(text.find("\r\n\r\n"), text.size());
  crypto::Sha256 all;
  all.append(as_bytes(mail.from_address + "\n" + mail.message_id + "\n"));
  all.append(as_bytes(text.substr(head_end)));
  return "came-in:" + to_hex(tools.office.vault.mark_of_sum(all.finish()));
}

/// Whether the same file, or the same Message-ID with something else in it, came in before, and where: told, not acted on.
Result<void> compare_with_before(const Tools& tools, const intake::ParsedMail& mail, Filing& filing) {
  return tools.office.store.read([&](StoreReader& store) -> Result<void> {
    const auto look_for = [&](std::string mark, const std::string& what) {
      if (const auto before = store.dossier_of_mail(mark))
        if (const auto dossier = store.dossier(*before))
          filing.event += fmt::format(" {} eerder binnen in {}.", what,
                                      filing.dossier == dossier->id ? "dit dossier" : "dossier " + dossier->reference);
      filing.marks.push_back(std::move(mark));
    };
    if (!mail.message_id.empty())
      look_for(mark_for(tools, "came-in-id:", as_bytes(mail.from_address + "\n" + mail.message_id)),
               "Een ander bericht met hetzelfde Message-ID kwam");
    for (const intake::MailPart& part : mail.parts)
      if (part.content.size() >= kComparedFrom)
        look_for(mark_for(tools, "came-in-file:", part.content),
                 "Het bestand " + intake::clean_file_name(part.name) + " kwam");
    return {};
  });
}

/// What came before is kept as a delivery without documents, and not answered again.
Filing delivered_again(intake::SubmissionManifest manifest, OpenedKeys keys, const Id& dossier) {
  Filing filing;
  filing.delivery = {
      .submission = manifest.id, .received = manifest.received_ms, .channel = "mail", .may_answer = false};
  filing.dossier = dossier;
  filing.event = "Hetzelfde e-mailbericht is nog eens bezorgd.";
  manifest.files.clear();
  filing.manifest = std::move(manifest);
  filing.keys = std::move(keys);
  return filing;
}

Result<void> record_report(const Tools& tools, const Returned& returned) {
  constexpr std::array<std::string_view, 4> kFates = {"failed", "failed for now", "delayed", "arrived"};
  return tools.office.ledger.record(
      tools.actor, "worker", act_name(Act::kReport),
      {returned.dossier.hex(), returned.mail.subject.hex(),
       fmt::format("{} mail={} status={}", kFates[static_cast<std::size_t>(returned.fate)], returned.mail.number,
                   returned.status.empty() ? "unknown" : returned.status)});
}

/// The raw message and what was read in it, for the page of the mail.
Result<void> keep_mail(const Tools& tools, const std::string& folder, const intake::SubmissionManifest& manifest,
                       const crypto::DataKey& key, const intake::ParsedMail& mail, Filing& filing) {
  const intake::ReceivedFile& raw = manifest.files.front();
  const auto has = [&](std::string_view hazard) {
    return std::ranges::find(mail.hazards, hazard) != mail.hazards.end();
  };
  ReceivedMail read{
      .from = mail.from_name.empty() ? mail.from_address : fmt::format("{} <{}>", mail.from_name, mail.from_address),
      .to = mail.to,
      .date = mail.date,
      .subject = mail.subject,
      .text = mail.text,
      .is_cut = has("text-cut"),
      .is_partial = has("too-many-parts") || has("too-deep") || has("malformed"),
      .sha256 = raw.sha256};
  TRY_ASSIGN(const auto text,
             keep_part(tools, manifest, key, derived_id("mail text", manifest.id), as_bytes(read.json())));
  TRY_DO(tools.office.objects.put_file(raw.object, 0, fmt::format("{}/{}.0", folder, raw.object.hex())));
  filing.loose = {loose_object(manifest, raw, kRawMail), loose_object(manifest, text, kMailText)};
  if (read.is_cut || read.is_partial)
    filing.tasks.push_back("Niet alles van deze e-mail is te tonen of uit te pakken: bekijk ook het origineel.");
  return {};
}

/// " Onderwerp: Vraag." for the history; the page of the mail has all of it.
std::string subject_line(const intake::ParsedMail& mail) {
  const std::string shown = intake::clean_text(mail.subject, kShownSubject);
  return shown.empty() ? "" : fmt::format(" Onderwerp: {}{}", shown, shown.size() < mail.subject.size() ? "…" : "");
}

Filing unparsed(intake::SubmissionManifest manifest, OpenedKeys keys, const char* event, const char* task) {
  Filing filing;
  filing.kind = "onbekend";
  filing.delivery = {
      .submission = manifest.id, .received = manifest.received_ms, .channel = "mail", .may_answer = false};
  filing.event = event;
  filing.tasks.emplace_back(task);
  filing.manifest = std::move(manifest);
  filing.keys = std::move(keys);
  return filing;
}

}  // namespace

Result<Filing> prepare_mail(const Tools& tools, const std::string& folder, intake::SubmissionManifest manifest,
                            OpenedKeys keys) {
  if (manifest.files.size() != 1 || manifest.files.front().key_of_part != std::vector<std::uint32_t>{0})
    return fail(Code::kMalformed, "file mail: not one raw message", manifest.id.hex());
  TRY_ASSIGN(auto raw, open_raw(tools, folder, manifest, keys.keys.front()));
  const std::string day = local_date(manifest.received_ms);
  auto mail = parse_signed_mail(tools, raw.view(), day);
  if (!mail && mail.error().code != Code::kMalformed) return std::unexpected(mail.error());
  if (!mail)
    return unparsed(std::move(manifest), std::move(keys), "Ontvangen per e-mail. Het bericht is niet te lezen.",
                    "Dit e-mailbericht is beschadigd of vreemd opgebouwd: bekijk het origineel.");

  const std::string mark = mark_of(tools, raw.view(), *mail);
  std::optional<Id> known;
  TRY_DO(tools.office.store.read([&](StoreReader& store) -> Result<void> {
    if (auto dossier = store.dossier_of_mail(mark)) known = *dossier;
    return {};
  }));
  if (known) return delivered_again(std::move(manifest), std::move(keys), *known);

  const std::string evidence = sender_evidence(mail->authentication, tools.office.config.mail.authentication_servers);
  TRY_ASSIGN(const MailProtection protection, open_encrypted(tools, raw.view(), day, *mail));
  raw = {};  // a large mail is not held longer than needed: its parts are sealed below

  Filing filing;
  filing.marks = {mark};
  // Of a mail out of a mailbox the Return-Path tells it instead (RFC 5321 section 4.4); the cell has looked at that.
  const bool has_sender = manifest.fetched || !manifest.envelope_from.empty();
  const bool can_be_written_to = !wire_address(mail->from_address).empty();
  filing.delivery = {.submission = manifest.id,
                     .received = manifest.received_ms,
                     .channel = "mail",
                     .receipt_key = {},
                     .message_id = mail->message_id,
                     .subject = mail->subject,
                     .may_answer = !mail->automatic && has_sender && can_be_written_to};
  filing.profile = profile_of(*mail);
  const auto kinds = guess_kinds(tools.office.rules, mail->subject + "\n" + mail->text);
  filing.kind = kinds.front();
  if (kinds.size() > 1)
    filing.profile.fields[kOtherRights] = fmt::format("{}", fmt::join(kinds.begin() + 1, kinds.end(), " "));
  std::vector<std::string> to = manifest.envelope_to;
  to.insert(to.end(), mail->to.begin(), mail->to.end());
  TRY_ASSIGN(const auto ours, returned_to(tools, to));
  if (ours) filing.returned = judge_reports(mail->reports, *ours);
  const bool report = filing.returned.has_value();
  TRY_DO(report ? record_report(tools, *filing.returned) : compare_sender(tools, *mail, to, ours, filing));
  if (report) filing.dossier = ours->dossier;
  TRY_DO(keep_mail(tools, folder, manifest, keys.keys.front(), *mail, filing));
  manifest.files.clear();
  // A report quotes what we wrote: nothing in it is a document.
  for (std::size_t i = 0; i < mail->parts.size() && !report; ++i) {
    TRY_ASSIGN(auto file, keep_part(tools, manifest, keys.keys.front(), derived_id("mail part", manifest.id, i + 1),
                                    mail->parts[i].content));
    file.name = mail->parts[i].name;
    file.declared_type = mail->parts[i].type;
    manifest.files.push_back(std::move(file));
  }
  filing.event = report ? words_of(*filing.returned)
                        : fmt::format("Ontvangen per e-mail, met {} {}.", manifest.files.size(),
                                      manifest.files.size() == 1 ? "bijlage" : "bijlagen");
  if (mail->automatic && !report) filing.event += " Dit lijkt een automatisch bericht: er gaat geen antwoord naartoe.";
  if (has_sender && !mail->automatic && !can_be_written_to)
    filing.tasks.push_back(
        "Aan dit e-mailadres kan Zegelpost niet mailen: er gaat geen ontvangstbevestiging. Bel de afzender, of stuur "
        "een "
        "brief.");
  if (!report) TRY_DO(compare_with_before(tools, *mail, filing));
  if (!filing.dossier && !mail->automatic) TRY_DO(propose(tools, *mail, filing));
  if (!evidence.empty()) filing.event += " " + evidence;
  if (!protection.line.empty()) filing.event += " " + protection.line;
  if (!protection.task.empty()) filing.tasks.push_back(protection.task);
  filing.event += subject_line(*mail);
  if (filing.dossier && !report) filing.tasks.push_back("Lees de nieuwe e-mail van de afzender.");
  filing.manifest = std::move(manifest);
  filing.keys = std::move(keys);
  return filing;
}

Filing unread_mail(intake::SubmissionManifest manifest, OpenedKeys keys) {
  return unparsed(std::move(manifest), std::move(keys), "Ontvangen per e-mail. Het bericht is niet uitgepakt.",
                  "Dit e-mailbericht is niet uitgepakt, want dat duurde te lang. Bekijk het origineel.");
}

}  // namespace zp::gateway
