// Letters: drafted by one, approved by another, sent once.
#include <algorithm>

#include "crypto/recipient_key.h"
#include "gateway/casework/casework.h"
#include "gateway/casework/letter_fields.h"
#include "gateway/casework/measures.h"
#include "gateway/casework/register.h"
#include "gateway/casework/terms.h"
#include "gateway/process/process.h"

namespace zp::gateway {
namespace {

constexpr std::string_view kRequester = "verzoeker";
constexpr std::string_view kCodeLetter = "toegangscode";
constexpr TimeMs kDay = 24LL * 3600 * 1000;

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

/// The letter as it is now, if it still is in one of `states`.
Result<Letter> letter_in(StoreWriter& store, const Id& id, std::initializer_list<std::string_view> states) {
  TRY_ASSIGN(auto letter, store.letter(id));
  if (std::ranges::find(states, letter.state) == states.end())
    return fail(Code::kRefused, "change letter", letter.state);
  return letter;
}

Result<Bytes> draw(const Office& office, const Letter& letter, const LetterData& data, const std::string& reference) {
  const std::string date = data.date.empty() ? local_date(office.now()) : data.date;
  return office.letters.render(letter.name, data.fields, {.date = date, .reference = reference});
}

void remember(const Office& office, const Actor& actor, OpenDossier& open, std::string what) {
  open.profile.history.push_back({office.now(), actor.name, std::move(what)});
}

}  // namespace

Result<Id> Casework::draft(const Actor& actor, const Id& dossier, const std::string& name,
                           const nlohmann::json& fields) {
  TRY_ASSIGN(const templates::LetterInfo* const info, info_of(office_, name));
  Letter letter;
  letter.id = Id::random();
  letter.dossier = dossier;
  letter.name = name;
  letter.state = "draft";
  letter.author = actor.user;
  letter.created = letter.changed = office_.now();
  TRY_DO(
      change(actor, Act::kDraft, dossier, letter.id, name, [&](StoreWriter& store, OpenDossier& open) -> Result<void> {
        TRY_ASSIGN(const auto documents, listed_documents(store, open));
        LetterData data;
        nlohmann::json known = known_fields(office_, open, documents);
        if (info->written_to != kRequester) known.erase("addressee");
        known.update(recorded_fields(office_, open, *info));
        TRY_ASSIGN(const auto registered, registered_fields(office_, store, open, *info));
        known.update(registered);
        data.fields = fill_fields(*info, known, fields);
        hold_to_record(office_, open, *info, data.fields);
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
  return change(actor, Act::kDraft, row.dossier, id, "edit",
                [&](StoreWriter& store, OpenDossier& open) -> Result<void> {
                  TRY_ASSIGN(auto letter, letter_in(store, id, {"draft"}));
                  TRY_ASSIGN(auto data, open.keys.letter(letter));
                  data.fields = fill_fields(*info, data.fields, fields);
                  hold_to_record(office_, open, *info, data.fields);
                  // Whoever writes it last answers for it: the approver must be somebody else than that.
                  letter.author = actor.user;
                  letter.changed = office_.now();
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
    TRY_DO(check_measure(office_, open, letter.name));
    TRY_DO(check_release(office_, store, open, *info, data.fields));
    hold_to_record(office_, open, *info, data.fields);
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
  if (row.author == actor.user) {
    TRY_DO(office_.ledger.record(actor, "goedkeurder", act_name(Act::kApprove),
                                 {row.dossier.hex(), id.hex(), "own letter"}, "denied"));
    return fail(Code::kDenied, "approve letter", "author and approver are the same person");
  }
  return change(actor, Act::kApprove, row.dossier, id, {}, [&](StoreWriter& store, OpenDossier& open) -> Result<void> {
    TRY_ASSIGN(auto letter, letter_in(store, id, {"proposed"}));
    if (letter.author == actor.user) return fail(Code::kConflict, "approve letter", id.hex());
    letter.state = "approved";
    letter.approver = actor.user;
    letter.changed = office_.now();
    remember(office_, actor, open, "Brief goedgekeurd.");
    return store.put_letter(letter);
  });
}

Result<void> Casework::give_back(const Actor& actor, const Id& id, const std::string& reason) {
  if (reason.empty()) return fail(Code::kRefused, "return letter", "give the reason");
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

namespace {

/// A letter with the access code, for the post: the code goes another way than the link.
Result<void> plan_code_letter(const Office& office, const Actor& actor, StoreWriter& store, OpenDossier& open,
                              const Delivering& how) {
  TRY_ASSIGN(const templates::LetterInfo* const info, info_of(office, std::string(kCodeLetter)));
  Letter letter;
  letter.id = Id::random();
  letter.dossier = open.dossier.id;
  letter.name = kCodeLetter;
  letter.state = "sent";
  letter.author = actor.user;
  letter.created = letter.changed = office.now();
  LetterData data;
  data.date = local_date(office.now());
  data.fields = fill_fields(*info, known_fields(office, open, {}), {});
  open.keys.seal(data, letter);
  TRY_DO(draw(office, letter, data, open.dossier.reference));
  TRY_DO(store.put_letter(letter));
  Message message;
  message.id = Id::random();
  message.dossier = open.dossier.id;
  message.letter = letter.id;
  message.route = "post";
  message.state = "queued";
  message.created = office.now();
  MessageData about;
  about.recipient = open.profile.requester.name;
  about.address = how.address;
  about.subject = info->title;
  about.file_name = letter.name + ".pdf";
  open.keys.seal(about, message);
  TRY_DO(store.put_message(message));
  return store.add_job(new_job("print", message.id, office.now()));
}

/// Makes sure that there is an access code, and that it reaches the recipient on another way than the link.
Result<void> arrange_code(const Office& office, const Actor& actor, StoreWriter& store, OpenDossier& open,
                          const Delivering& how) {
  if (!open.profile.access_code.empty()) return {};
  if (how.code_way != "per brief" && how.code_way != "telefonisch")
    return fail(Code::kRefused, "send letter", "say how the access code gets there: per brief or telefonisch");
  if (how.code_way == "per brief" && how.address.empty())
    return fail(Code::kRefused, "send letter", "the letter with the code needs an address");
  open.profile.access_code = crypto::random_access_code();
  open.profile.access_code_way = how.code_way;
  if (!how.address.empty()) open.profile.requester.address = how.address;
  if (how.code_way == "per brief") return plan_code_letter(office, actor, store, open, how);
  open.profile.tasks.push_back("Vertel de toegangscode aan de telefoon, na de controlevragen.");
  return {};
}

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
  return how.address.empty() && info.written_to == kRequester ? open.profile.requester.address : how.address;
}

/// For somebody else: the name on the first line of the letter's own addressee.
std::string recipient_of(const templates::LetterInfo& info, const OpenDossier& open, const LetterData& data) {
  if (info.written_to == kRequester) return open.profile.requester.name;
  const std::string lines = data.fields.value("addressee", "");
  return lines.substr(0, lines.find('\n'));
}

/// Only an answer ends the terms; after any other letter the request still waits for one.
void after_sending(const templates::LetterInfo& info, OpenDossier& open) {
  const bool answers = info.term == templates::LetterTerm::kAnswer;
  const bool was_answered = open.dossier.due.empty() && !open.profile.terms.empty();
  if (answers && possible(Act::kClassify, open.dossier.state)) {
    open.dossier.state = DossierState::kAnswered;
    end_terms(open);
  } else if (open.dossier.state == DossierState::kApproval) {
    open.dossier.state = was_answered ? DossierState::kAnswered : DossierState::kDeciding;
  }
}

}  // namespace

Result<Id> Casework::send(const Actor& actor, const Id& id, const Delivering& how) {
  TRY_ASSIGN(const auto row, letter_row(office_, id));
  TRY_ASSIGN(const templates::LetterInfo* const info, info_of(office_, row.name));
  if (how.route != "mailbox" && how.route != "post") return fail(Code::kRefused, "send letter", "unknown route");
  const bool asks = info->term == templates::LetterTerm::kCompletion;
  const std::string today = local_date(office_.now());
  MessageData about;
  about.link_secret = SecretBytes::random(32);
  const Message blank = new_message(office_, row, how, about.link_secret);
  TRY_DO(change(actor, asks ? Act::kAskMissing : Act::kSend, row.dossier, id, how.route,
                [&](StoreWriter& store, OpenDossier& open) -> Result<void> {
                  TRY_ASSIGN(auto letter, store.letter(id));
                  if (info->written_to != kRequester && how.route != "post")
                    return fail(Code::kRefused, "send letter",
                                "this letter is not for the requester, and the mailbox is: send it by post");
                  const bool ready = letter.state == "approved" || (letter.state == "draft" && !info->needs_approval);
                  if (!ready)
                    return fail(Code::kRefused, "send letter",
                                info->needs_approval ? "a second person must approve it first" : letter.state);
                  TRY_ASSIGN(auto data, open.keys.letter(letter));
                  TRY_DO(check_measure(office_, open, letter.name));
                  TRY_DO(check_release(office_, store, open, *info, data.fields));
                  about.recipient = recipient_of(*info, open, data);
                  if (how.route == "post") {
                    about.address = post_address(*info, open, how);
                    if (about.address.empty()) return fail(Code::kRefused, "send letter", "the post needs an address");
                  } else {
                    about.email = open.profile.requester.email;
                    if (about.email.empty())
                      return fail(Code::kRefused, "send letter", "no e-mail address is known: send it by post");
                    TRY_DO(arrange_code(office_, actor, store, open, how));
                  }
                  data.date = today;
                  if (asks) {
                    TRY_ASSIGN(about.last_day, suspend_term(office_, open, today));
                    ask_for_missing(open, about);
                    data.fields = fill_fields(*info, data.fields, nlohmann::json{{"complete_before", about.last_day}});
                  } else {
                    after_sending(*info, open);
                  }
                  // The term for objection counts from the day on which it leaves, not from the day on which it was written.
                  if (data.fields.contains("objection_before"))
                    data.fields["objection_before"] = known_fields(office_, open, {})["objection_before"];
                  TRY_DO(draw(office_, letter, data, open.dossier.reference));
                  const Announcement announcement = announcement_of(*info, data.fields, about.last_day);
                  about.subject = announcement.subject;
                  about.legal_effect = announcement.legal_effect;
                  about.term = announcement.term;
                  about.file_name = letter.name + ".pdf";
                  letter.state = "sent";
                  letter.changed = office_.now();
                  note_measure(office_, actor, open, letter, data.fields);
                  open.keys.seal(data, letter);
                  TRY_DO(store.put_letter(letter));
                  Message message = blank;
                  if (how.route == "mailbox") {
                    TRY_ASSIGN(message.expires, last_moment_of_access(office_, store, open, message.expires));
                  }
                  open.keys.seal(about, message);
                  TRY_DO(store.put_message(message));
                  remember(office_, actor, open,
                           (how.route == "post" ? "Per post verstuurd: " : "Klaargezet in de beveiligde postbus: ") +
                               info->title);
                  return store.add_job(new_job(how.route == "post" ? "print" : "publish", message.id, office_.now()));
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
    if (message.route != "mailbox") return fail(Code::kRefused, "recall message", "what the post has is gone");
    if (message.state == "recalled" || message.state == "expired")
      return fail(Code::kConflict, "recall message", message.state);
    remember(
        office_, actor, open,
        message.state == "read" ? "Bericht ingetrokken; de ontvanger had het al gelezen." : "Bericht ingetrokken.");
    message.state = "recalled";
    return store.put_message(message);
  }));
  return office_.shelf.remove_message(row.shelf);
}

}  // namespace zp::gateway
