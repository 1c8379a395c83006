// Messages in the secure mailbox: sealed for the recipient and put on the shelf, and sealed anew when the access code or
// the thread changes, or what it asks for came in.
#include <algorithm>
#include <set>

#include "crypto/hash.h"
#include "crypto/object.h"
#include "crypto/recipient_key.h"
#include "gateway/casework/access_code.h"
#include "gateway/worker/thread.h"

namespace zp::gateway {
namespace {

/// A message as its recipient gets it.
struct Content {
  MailboxLetter body;
  Bytes pdf;
  std::vector<SecretBytes> enclosures;
  std::vector<ByteView> attached;  // in the order in which `body` names them
};

bool still_asks(DossierState state) noexcept {
  return state == DossierState::kChecking || state == DossierState::kReview || state == DossierState::kWaiting;
}

/// Slots for which something came in after the message left. Whether it will do, the next letter says.
Result<std::set<std::string>> answered(const Tools& tools, const Opened& opened) {
  std::set<std::string> slots;
  TRY_DO(tools.office.store.read([&](StoreReader& store) -> Result<void> {
    TRY_ASSIGN(const auto documents, store.documents(opened.message.dossier));
    for (const Document& one : documents) {
      if (one.received < opened.message.created) continue;
      TRY_ASSIGN(const auto details, opened.open->keys.details(one));
      if (details.malware != Malware::kInfected) slots.insert(details.slot);
    }
    return {};
  }));
  if (!opened.open->profile.evaluation) return slots;
  for (const intake::RequirementResult& one : opened.open->profile.evaluation->requirements)
    if (one.state == intake::RequirementState::kMet) slots.insert(one.slot);
  return slots;
}

/// What the message asked for and is not there yet.
Result<std::vector<MailboxLetter::Asked>> still_asked(const Tools& tools, const Opened& opened) {
  std::vector<MailboxLetter::Asked> asked;
  TRY_ASSIGN(const auto done, answered(tools, opened));
  const intake::RequestRule* const rule = tools.office.rules.find(opened.open->dossier.kind);
  for (const auto& [slot, label] : opened.data.asked) {
    if (done.contains(slot)) continue;
    std::string explanation;
    if (rule) {
      const auto document = std::ranges::find(rule->documents, slot, &intake::DocumentRule::slot);
      if (document != rule->documents.end()) explanation = document->explanation;
    }
    asked.push_back({slot, label, explanation});
  }
  return asked;
}

/// To be called when the paragraphs of a letter are there.
Result<void> ask(const Tools& tools, const Opened& opened, MailboxLetter& body) {
  if (opened.data.asked.empty()) return {};
  TRY_ASSIGN(body.asked, still_asked(tools, opened));
  const bool all_came = body.asked.empty();
  if (!still_asks(opened.open->dossier.state)) body.asked.clear();
  body.may_reply = !opened.is_invitation() || !body.asked.empty();
  if (!body.asked.empty() && !opened.is_invitation()) return {};
  body.paragraphs.emplace_back(
      !body.asked.empty() ? "Hieronder staat welke documenten wij nog nodig hebben. U kunt ze meteen sturen."
      : all_came          ? "Wij ontvingen wat wij vroegen. Is er toch nog iets nodig? Dan hoort u dat van ons."
                          : "U hoeft hiervoor niets meer te sturen.");
  return {};
}

MailboxLetter body_of(const Tools& tools, const Opened& opened) {
  MailboxLetter body;
  body.sender = tools.office.config.organisation.name;
  body.email = opened.data.email;
  body.recipient = opened.data.recipient;
  body.reference = opened.open->dossier.reference;
  body.subject = opened.data.subject;
  body.legal_effect = opened.data.legal_effect;
  body.term = opened.data.term;
  body.kind = opened.open->dossier.kind;
  body.sent_ms = opened.message.created;
  return body;
}

Result<void> add_letter(const Tools& tools, Opened& opened, Content& content) {
  TRY_ASSIGN(content.pdf, letter_of(tools, opened));
  TRY_ASSIGN(content.enclosures, enclosures_of(tools, opened));
  content.attached.emplace_back(content.pdf);
  content.body.attachments = {
      {opened.data.file_name, "application/pdf", to_hex(crypto::sha256(content.pdf)), content.pdf.size()}};
  for (std::size_t i = 0; i < content.enclosures.size(); ++i) {
    const Enclosure& one = opened.fields.enclosures[i];
    content.attached.push_back(content.enclosures[i].view());
    content.body.attachments.push_back({one.name, one.type, one.sha256, one.size});
  }
  content.body.paragraphs = {
      content.enclosures.empty()
          ? "In de bijlage staat onze brief. U kunt de brief hier lezen en bewaren."
          : "In de eerste bijlage staat onze brief. Daarna komt wat bij de brief hoort. U kunt alles hier lezen en "
            "bewaren."};
  return {};
}

Result<Content> content_of(const Tools& tools, Opened& opened) {
  Content content;
  content.body = body_of(tools, opened);
  if (!opened.is_invitation()) TRY_DO(add_letter(tools, opened, content));
  TRY_DO(ask(tools, opened, content.body));
  TRY_ASSIGN(content.body.thread, thread_of(tools, opened));
  return content;
}

const std::string& code_of(const Opened& opened) {
  return opened.is_invitation() ? opened.data.invitation_code : opened.open->profile.access_code;
}

struct Lock {
  crypto::RecipientLock lock;
  crypto::DataKey key;
};

/// The one that the message has, as long as the code is the same: who reads it at this moment reads on, and wrong codes stay
/// counted. Otherwise a fresh one.
Result<Lock> lock_for(const Tools& tools, const Opened& opened) {
  const Id& shelf = opened.message.shelf;
  const auto now = tools.office.shelf.envelope(shelf);
  if (const auto sealed = now ? tools.office.shelf.body(shelf) : std::unexpected(now.error())) {
    TRY_ASSIGN(auto key, crypto::recipient_key(now->lock, opened.data.link_secret, code_of(opened)));
    if (crypto::open_bytes(key, {shelf, shelf, 0}, *sealed)) return Lock{now->lock, std::move(key)};
  }
  const auto fresh = crypto::RecipientLock::fresh();
  TRY_ASSIGN(auto key, crypto::recipient_key(fresh, opened.data.link_secret, code_of(opened)));
  return Lock{fresh, std::move(key)};
}

Result<void> put_on_shelf(const Tools& tools, const Opened& opened, const Content& content) {
  const Profile& profile = opened.open->profile;
  TRY_ASSIGN(const auto lock, lock_for(tools, opened));
  Envelope envelope;
  envelope.lock = lock.lock;
  envelope.expires_ms = opened.message.expires;
  envelope.code_until_ms = opened.is_invitation() ? 0 : profile.access_code_until;
  envelope.code_hint = opened.is_invitation() ? std::string(kCodeByTelephone) : profile.access_code_way;
  envelope.attachments = static_cast<std::uint32_t>(content.attached.size());
  const Id& shelf = opened.message.shelf;
  std::vector<Bytes> attachments;
  for (const ByteView one : content.attached)
    attachments.push_back(
        crypto::seal_bytes(lock.key, {shelf, shelf, static_cast<std::uint32_t>(attachments.size() + 1)}, one));
  return tools.office.shelf.publish_message(
      shelf, envelope, crypto::seal_bytes(lock.key, {shelf, shelf, 0}, as_bytes(content.body.json())), attachments);
}

bool is_over(const Message& message) { return message.state == "recalled" || message.state == "expired"; }

/// Puts the message on the shelf as it is now. A recall or another code that comes meanwhile is found afterwards: whoever
/// did that has committed it, or will look at the shelf later.
Result<void> keep_on_shelf(const Tools& tools, Opened& opened) {
  while (!is_over(opened.message)) {
    TRY_ASSIGN(const auto content, content_of(tools, opened));
    TRY_DO(put_on_shelf(tools, opened, content));
    const std::string code = code_of(opened);
    TRY_ASSIGN(opened, open_message(tools, opened.message.id));
    if (!is_over(opened.message) && code_of(opened) == code) return {};
  }
  return tools.office.shelf.remove_message(opened.message.shelf);
}

}  // namespace

Result<Next> publish_message(const Tools& tools, const Job& job) {
  TRY_ASSIGN(auto opened, open_message(tools, job.subject));
  if (is_over(opened.message)) TRY_DO(tools.office.shelf.remove_message(opened.message.shelf));
  if (opened.message.state != "queued") return Next{};
  if (is_held(tools, opened)) return kWaitForLift;
  TRY_DO(tools.office.ledger.record(tools.actor, "worker", act_name(Act::kPublish),
                                    {opened.message.dossier.hex(), job.subject.hex(), {}}));
  if (!opened.is_invitation()) {
    TRY_ASSIGN(const auto pdf, letter_of(tools, opened));
    TRY_DO(tell_the_door(tools, opened, pdf));
  }
  TRY_DO(keep_on_shelf(tools, opened));
  const std::string line = opened.is_invitation() ? "De code om documenten te sturen werkt."
                                                  : "Bericht klaargezet in de beveiligde postbus.";
  TRY_DO(advance(tools, job.subject, "published", line, "", opened.is_invitation() ? nullptr : "notify"));
  if (opened.is_invitation()) return Next{};
  TRY_DO(tools.office.store.write([&](StoreWriter& store) {  // the messages before it name it, too
    return store.add_job(new_job("reseal", opened.message.dossier, tools.office.now()));
  }));
  return Next{};
}

Result<Next> reseal_messages(const Tools& tools, const Job& job) {
  std::vector<Message> messages;
  TRY_DO(tools.office.store.read([&](StoreReader& store) -> Result<void> {
    TRY_ASSIGN(messages, store.messages(job.subject));
    return {};
  }));
  for (const Message& message : messages) {
    if (!lies_in_mailbox(message) || message.state == "queued") continue;
    TRY_ASSIGN(auto opened, open_message(tools, message.id));
    TRY_DO(keep_on_shelf(tools, opened));
  }
  return Next{};
}

}  // namespace zp::gateway
