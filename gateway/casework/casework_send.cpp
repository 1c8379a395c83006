// Letters go out: by the mailbox or the post, once; and are recalled from the mailbox.
#include <fmt/format.h>

#include <algorithm>

#include "crypto/recipient_key.h"
#include "gateway/casework/access_code.h"
#include "gateway/casework/casework.h"
#include "gateway/casework/letter_fields.h"
#include "gateway/casework/letter_steps.h"
#include "gateway/casework/mail_queue.h"
#include "gateway/casework/measures.h"
#include "gateway/casework/register.h"
#include "gateway/casework/rights.h"
#include "gateway/casework/terms.h"
#include "gateway/casework/ways.h"
#include "gateway/process/process.h"

namespace zp::gateway {
namespace {

Message new_message(const Office& office, const Letter& letter, const Delivering& how, const SecretBytes& link_secret) {
  Message message;
  message.id = Id::random();
  message.dossier = letter.dossier;
  message.letter = letter.id;
  message.route = how.route;
  message.state = "queued";
  message.created = office.now();
  if (how.route == "mailbox") {
    message.shelf = shelf_id(link_secret);
    message.expires = message.created + static_cast<TimeMs>(office.config.limits.message_days) * kDay;
  }
  return message;
}

/// Somebody else's letter never falls back on the requester's address.
std::vector<std::string> post_address(const templates::LetterInfo& info, const OpenDossier& open,
                                      const Delivering& how) {
  return how.address.empty() && info.written_to == kToRequester ? open.profile.requester.address : how.address;
}

/// For somebody else: the name on the first line of the letter's own addressee.
std::string recipient_of(const templates::LetterInfo& info, const OpenDossier& open, const LetterData& data) {
  if (info.written_to == kToRequester) return open.profile.requester.name;
  const std::string lines = data.fields.value("addressee", "");
  return lines.substr(0, lines.find('\n'));
}

Result<void> check_printable(const LetterData& data) {
  for (const Enclosure& one : data.enclosures)
    if (one.type != "application/pdf" && !one.type.starts_with("image/"))
      return fail(Code::kRefused, "send letter",
                  "Deze bijlage kan niet op papier: " + one.name +
                      ". Verstuur de brief via de beveiligde mailbox, of haal de bijlage weg.");
  return {};
}

/// A decision that waits for approval would stay behind: what is asked for now may change it.
Result<void> check_nothing_pending(StoreReader& store, const Letter& asking) {
  TRY_ASSIGN(const auto letters, store.letters(asking.dossier));
  for (const Letter& other : letters)
    if (other.id != asking.id && (other.state == "proposed" || other.state == "approved"))
      return fail(
          Code::kRefused, "send letter",
          "Er ligt nog een andere brief ter goedkeuring of om te versturen. Geef die eerst terug of trek hem in.");
  return {};
}

/// Only an answer ends the terms, of a request under the AVG the answer about the last right; after any other letter the
/// request still waits for one.
void after_sending(const Office& office, const templates::LetterInfo& info, OpenDossier& open) {
  const bool answers =
      templates::answers(info.term) && unsettled(rights_of(office.rules, open.dossier, open.profile)).empty();
  const bool was_answered = !awaits_answer(open) && !open.profile.terms.empty();
  if (answers && possible(Act::kClassify, open.dossier.state)) {
    open.dossier.state = DossierState::kAnswered;
    end_answer_terms(open);
  } else if (open.dossier.state == DossierState::kApproval) {
    open.dossier.state = was_answered ? DossierState::kAnswered : DossierState::kDeciding;
  }
}

/// A letter on its way out, within the transaction that sends it.
struct Sending {
  const Office& office;
  const Actor& actor;
  const templates::LetterInfo& info;
  const Delivering& how;
  std::string today;
  Letter letter;
  LetterData data;
  MessageData about;
  Id key = {};               // of encrypted mail: the entry in the recipient's list
  bool code_by_sms = false;  // a fresh code, that goes now
  bool by_post() const { return how.route == "post"; }
  bool asks() const { return info.term == templates::LetterTerm::kCompletion; }
};

Result<void> check_may_go(const Sending& out, StoreReader& store, const OpenDossier& open) {
  if (out.info.written_to != kToRequester && !out.by_post())
    return fail(
        Code::kRefused, "send letter",
        "Deze brief is voor iemand anders dan de verzoeker, en de mailbox is van de verzoeker. Verstuur hem per post.");
  const bool four_eyes = must_be_approved(out.info, out.data);
  if (out.letter.state != "approved" && (out.letter.state != "draft" || four_eyes))
    return fail(Code::kRefused, "send letter",
                four_eyes ? "Een collega moet deze brief eerst goedkeuren." : not_in_state(out.letter));
  if (const auto& one = class_of(out.office, out.letter.name, out.data); !one.rule_for(out.how.route))
    return fail(Code::kRefused, "send letter",
                fmt::format("{} mag niet langs deze weg: {}.", one.title, route_words(out.how.route)));
  TRY_DO(check_letter(out.office, store, open, out.info, out.data));
  if (out.by_post()) TRY_DO(check_printable(out.data));
  return out.asks() ? check_nothing_pending(store, out.letter) : Result<void>();
}

/// The list may have changed since the page was shown: only a key that holds now is used.
Result<void> choose_key(Sending& out, StoreReader& store) {
  TRY_ASSIGN(const auto keys, recipient_keys(out.office, store, out.about.email));
  const auto key = std::ranges::find(keys.usable, out.how.route, &RecipientKey::route);
  if (key == keys.usable.end())
    return fail(Code::kRefused, "send letter",
                "Er is geen sleutel of certificaat van deze ontvanger dat vandaag geldt. Kies een andere weg.");
  out.key = key->entry;
  return {};
}

Result<void> address_it(Sending& out, StoreWriter& store, OpenDossier& open) {
  out.about.recipient = recipient_of(out.info, open, out.data);
  if (out.by_post()) {
    out.about.address = post_address(out.info, open, out.how);
    return out.about.address.empty() ? fail(Code::kRefused, "send letter", "Vul het adres voor de post in.")
                                     : Result<void>();
  }
  out.about.email = open.profile.requester.email;
  if (out.about.email.empty())
    return fail(Code::kRefused, "send letter", "Wij hebben geen e-mailadres. Verstuur de brief per post.");
  if (is_encrypted_mail(out.how.route)) return choose_key(out, store);
  if (out.how.route == kByTls) return {};  // the courier looks at the servers when the mail leaves
  if (code_serves(out.office, open.profile)) return {};
  TRY_DO(make_code(out.office, out.actor, store, open, out.how));
  out.code_by_sms = out.how.code_way == kCodeBySms;
  return {};
}

/// The rights may have changed since it was drafted.
Result<void> check_decides(Sending& out, const OpenDossier& open) {
  const Rights rights = rights_of(out.office.rules, open.dossier, open.profile);
  const Kinds fit = that_fit(out.info, rights);
  std::erase_if(out.data.decides, [&](const std::string& one) { return std::ranges::find(fit, one) == fit.end(); });
  if (!out.data.decides.empty()) return {};
  TRY_ASSIGN(out.data.decides, decided_by(out.info, rights));
  return {};
}

/// What leaving today does to the terms, and what the letter prints about them.
Result<void> keep_terms(Sending& out, OpenDossier& open) {
  if (out.asks()) {
    TRY_ASSIGN(out.about.last_day, suspend_term(out.office, open, out.today));
    ask_for_missing(open, out.about);
    out.data.fields = fill_fields(out.info, out.data.fields, nlohmann::json{{"complete_before", out.about.last_day}});
  } else {
    if (out.info.term == templates::LetterTerm::kExtension) TRY_DO(told_of_extension(out.office, open, out.today));
    settle(out.office, open, out.data.decides, out.letter.id);
    after_sending(out.office, out.info, open);
  }
  hold_to_terms(out.office, open, out.info, out.data.fields);
  // The term for objection or appeal counts from the day on which it leaves, not from the day on which it was written.
  for (const auto& [field, remedy] : {std::pair("objection_before", kObjection), std::pair("appeal_before", kAppeal)}) {
    if (!out.data.fields.contains(field)) continue;
    out.data.fields[field] = known_fields(out.office, open, {})[field];
    TRY_DO(start_objection(out.office, open, out.today, out.info.title, remedy));
  }
  return {};
}

Result<void> put_letter(Sending& out, StoreWriter& store, OpenDossier& open) {
  out.data.date = out.today;
  out.data.genuine_code = crypto::random_access_code();
  TRY_DO(draw(out.office, out.letter, out.data, open.dossier.reference));
  out.letter.state = "sent";
  out.letter.changed = out.office.now();
  note_measure(out.office, out.actor, open, out.letter, out.data.fields);
  open.keys.seal(out.data, out.letter);
  return store.put_letter(out.letter);
}

Result<void> put_message(Sending& out, StoreWriter& store, OpenDossier& open, Message message) {
  const Announcement announcement = announcement_of(out.info, out.data.fields, out.about.last_day);
  out.about.sent_by = out.actor.name;
  out.about.subject = announcement.subject;
  out.about.legal_effect = announcement.legal_effect;
  out.about.term = announcement.term;
  out.about.file_name = out.letter.name + ".pdf";
  if (message.route == kByMailbox) {
    TRY_ASSIGN(message.expires, last_moment_of_access(out.office, store, open, message.expires));
  }
  open.keys.seal(out.about, message);
  TRY_DO(store.put_message(message));
  if (out.code_by_sms) TRY_DO(store.add_job(new_job("code-sms", message.id, out.office.now())));
  const bool encrypted = is_encrypted_mail(message.route), direct = message.route == kByTls;
  const std::string done = out.by_post()         ? "Per post verstuurd: "
                           : encrypted || direct ? "Gaat weg als " + std::string(route_words(message.route)) + ": "
                                                 : "Klaargezet in de beveiligde postbus: ";
  remember(out.office, out.actor, open, done + out.info.title);
  if (encrypted)
    return add_mail_job(out.office.vault, store,
                        new_job("mail", message.id, out.office.now(), nlohmann::json{{"key", out.key.hex()}}.dump()),
                        out.about.email);
  if (direct)
    return add_mail_job(out.office.vault, store, new_job("direct-mail", message.id, out.office.now()), out.about.email);
  return store.add_job(new_job(out.by_post() ? "print" : "publish", message.id, out.office.now()));
}

std::string ledger_words(const Delivering& how) {
  return how.route == kByMailbox && is_code_way(how.code_way)
             ? fmt::format("{}{}{}", how.route, kCodeMark, how.code_way)
             : how.route;
}

}  // namespace

Result<Id> Casework::send(const Actor& actor, const Id& id, const Delivering& how) {
  TRY_ASSIGN(const auto row, letter_row(office_, id));
  TRY_ASSIGN(const templates::LetterInfo* const info, info_of(office_, row.name));
  const bool direct = how.route == kByTls && office_.domain_facts;
  if (how.route != kByMailbox && how.route != kByPost && !is_encrypted_mail(how.route) && !direct)
    return fail(Code::kRefused, "send letter", "Kies een weg: de beveiligde mailbox, versleutelde mail of de post.");
  Sending out{office_, actor, *info, how, local_date(office_.now()), {}, {}, {}};
  out.about.link_secret = SecretBytes::random(32);
  const Message blank = new_message(office_, row, how, out.about.link_secret);
  TRY_DO(change(actor, out.asks() ? Act::kAskMissing : Act::kSend, row.dossier, id, ledger_words(how),
                [&](StoreWriter& store, OpenDossier& open) -> Result<void> {
                  TRY_ASSIGN(out.letter, store.letter(id));
                  TRY_ASSIGN(out.data, open.keys.letter(out.letter));
                  TRY_DO(check_may_go(out, store, open));
                  TRY_DO(check_decides(out, open));
                  TRY_DO(address_it(out, store, open));
                  TRY_DO(keep_terms(out, open));
                  TRY_DO(put_letter(out, store, open));
                  TRY_DO(propose_copies(office_, store, open, out.letter.name));
                  return put_message(out, store, open, blank);
                }));
  return blank.id;
}

Result<void> Casework::recall(const Actor& actor, const Id& id) {
  Message row;
  TRY_DO(office_.store.read([&](StoreReader& store) -> Result<void> {
    TRY_ASSIGN(row, store.message(id));
    return {};
  }));
  TRY_DO(change(actor, Act::kRecall, row.dossier, id, {}, [&](StoreWriter& store, OpenDossier& open) -> Result<void> {
    TRY_ASSIGN(auto message, store.message(id));
    if (message.route != kByMailbox)
      return fail(Code::kRefused, "recall message", "Wat per post of per mail weg is, kan niet terug.");
    if (message.state == "recalled" || message.state == "expired")
      return fail(Code::kConflict, "recall message", message.state);
    remember(
        office_, actor, open,
        message.state == "read" ? "Bericht ingetrokken; de ontvanger had het al gelezen." : "Bericht ingetrokken.");
    message.state = "recalled";
    TRY_DO(store.put_message(message));
    return store.add_job(new_job("reseal", message.dossier, office_.now()));  // the others name it no longer
  }));
  return office_.shelf.remove_message(row.shelf);
}

}  // namespace zp::gateway
