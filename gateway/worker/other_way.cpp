// What did not arrive, or lies unopened, goes another way: in the secure mailbox, by post, otherwise a person chooses.
#include <fmt/format.h>

#include <algorithm>

#include "gateway/casework/access_code.h"
#include "gateway/casework/register.h"
#include "gateway/casework/ways.h"
#include "gateway/process/process.h"
#include "gateway/worker/message_steps.h"

namespace zp::gateway {
namespace {

bool fits_on_paper(const LetterData& letter) {
  return std::ranges::all_of(letter.enclosures, [](const Enclosure& one) {
    return one.type == "application/pdf" || one.type.starts_with("image/");
  });
}

/// A letter that was on its way as `from`, and the message in which it goes again.
struct Again {
  Message from;
  Letter letter;
  LetterData fields;
  std::optional<OpenDossier> open;
  Message message;
  MessageData data;
};

Result<Again> open_again(const Tools& tools, StoreReader& store, const Message& from, const Id& id) {
  Again again;
  again.from = from;
  TRY_ASSIGN(again.letter, store.letter(from.letter));
  TRY_ASSIGN(again.open, open_dossier(tools.office.vault, store, from.dossier));
  TRY_ASSIGN(again.fields, again.open->keys.letter(again.letter));
  TRY_ASSIGN(const auto before, again.open->keys.message(from));
  again.message.id = id;
  again.message.dossier = from.dossier;
  again.message.letter = from.letter;
  again.message.state = "queued";
  again.message.created = tools.office.now();
  again.data.recipient = before.recipient;
  again.data.email = before.email;
  again.data.subject = before.subject;
  again.data.sent_by = before.sent_by;
  again.data.legal_effect = before.legal_effect;
  again.data.term = before.term;
  again.data.last_day = before.last_day;
  again.data.file_name = before.file_name;
  again.data.asked = before.asked;
  return again;
}

struct Way {
  const char* name;  // of the ids of its messages: one for each letter, however often it is tried
  const char* job;
  const char* told;
  /// Completes the message; false: the letter can't go this way.
  Result<bool> (*prepare)(const Tools& tools, StoreReader& store, Again& again);
};

Result<bool> prepare_for_mailbox(const Tools& tools, StoreReader& store, Again& again) {
  const bool may = class_of(tools.office, again.letter.name, again.fields).rule_for(kByMailbox) != nullptr;
  if (!may || again.from.state != "queued" || !code_serves(tools.office, again.open->profile)) return false;
  again.data.link_secret = SecretBytes::random(32);
  again.message.route = kByMailbox;
  again.message.shelf = shelf_id(again.data.link_secret);
  const TimeMs otherwise = again.message.created + static_cast<TimeMs>(tools.office.config.limits.message_days) * kDay;
  TRY_ASSIGN(again.message.expires, last_moment_of_access(tools.office, store, *again.open, otherwise));
  return true;
}

Result<bool> prepare_for_post(const Tools&, StoreReader&, Again& again) {
  const auto& address = again.open->profile.requester.address;
  if (again.from.route == kByPost || address.empty() || !fits_on_paper(again.fields)) return false;
  again.data.address = address;
  again.data.email.clear();
  again.message.route = kByPost;
  return true;
}

constexpr Way kMailboxInstead{"by mailbox instead", "publish", " De brief gaat nu naar de beveiligde postbus.",
                              prepare_for_mailbox};
constexpr Way kPostInstead{"by post instead", "print", " De brief gaat nu met de post.", prepare_for_post};

Result<bool> send_instead(const Tools& tools, const Id& id, const std::string& why, const Way& way) {
  bool goes = false;
  TRY_DO(tools.office.store.write([&](StoreWriter& store) -> Result<void> {
    const Id other = derived_id(way.name, id);
    TRY_ASSIGN(const auto message, store.message(id));
    const bool over = message.state == "recalled" || message.state == "expired";
    goes = !over && store.message(other).has_value();
    if (goes || over || message.letter == Id{}) return {};
    TRY_ASSIGN(auto again, open_again(tools, store, message, other));
    TRY_ASSIGN(goes, way.prepare(tools, store, again));
    if (!goes) return {};
    again.open->keys.seal(again.data, again.message);
    TRY_DO(store.put_message(again.message));
    again.open->profile.history.push_back({again.message.created, "zegelpost", why + way.told});
    TRY_DO(save_dossier(store, *again.open, again.message.created));
    return store.add_job(new_job(way.job, other, again.message.created));
  }));
  return goes;
}

}  // namespace

Result<bool> send_by_post_instead(const Tools& tools, const Id& id, const std::string& why) {
  return send_instead(tools, id, why, kPostInstead);
}

Result<bool> send_by_mailbox_instead(const Tools& tools, const Id& id, const std::string& why) {
  return send_instead(tools, id, why, kMailboxInstead);
}

Result<void> give_up(const Tools& tools, const Id& id, const std::string& why, bool goes) {
  return advance(tools, id, "undeliverable", why,
                 goes ? "" : why + " Kies een andere weg: bel, of stuur de brief per post.", nullptr,
                 [&](Message&, MessageData& data) { data.failure = why; });
}

Result<Next> find_other_way(const Tools& tools, const Job& job) {
  const std::string why =
      fmt::format("Een bericht is na {} dagen nog niet geopend.", tools.office.config.notice.other_way_days);
  TRY_ASSIGN(const auto opened, open_message(tools, job.subject));
  if (opened.message.read != 0) return Next{};
  TRY_ASSIGN(const bool by_post, send_by_post_instead(tools, job.subject, why));
  if (by_post) return Next{};
  TRY_DO(tools.office.store.write([&](StoreWriter& store) -> Result<void> {
    TRY_ASSIGN(auto open, open_dossier(tools.office.vault, store, opened.message.dossier));
    open.profile.tasks.push_back(why + " Bel de ontvanger, of stuur de brief per post.");
    return save_dossier(store, open, tools.office.now());
  }));
  return Next{};
}

}  // namespace zp::gateway
