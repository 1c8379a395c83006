// What did not arrive, or lies unopened, goes another way: by post when an address is known, otherwise a person chooses.
#include <fmt/format.h>

#include <algorithm>

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

MessageData for_the_post(const MessageData& before, const Person& recipient) {
  MessageData data;
  data.recipient = before.recipient;
  data.address = recipient.address;
  data.subject = before.subject;
  data.legal_effect = before.legal_effect;
  data.term = before.term;
  data.last_day = before.last_day;
  data.file_name = before.file_name;
  return data;
}

}  // namespace

Result<bool> send_by_post_instead(const Tools& tools, const Id& id, const std::string& why) {
  bool by_post = false;
  TRY_DO(tools.office.store.write([&](StoreWriter& store) -> Result<void> {
    TRY_ASSIGN(const auto message, store.message(id));
    const bool over = message.state == "recalled" || message.state == "expired";
    if (message.letter == Id{} || message.route == kByPost || over) return {};
    const Id other = derived_id("by post instead", id);
    if (store.message(other)) {
      by_post = true;
      return {};
    }
    TRY_ASSIGN(auto open, open_dossier(tools.office.vault, store, message.dossier));
    TRY_ASSIGN(const auto letter, store.letter(message.letter));
    TRY_ASSIGN(const auto fields, open.keys.letter(letter));
    TRY_ASSIGN(const auto before, open.keys.message(message));
    if (open.profile.requester.address.empty() || !fits_on_paper(fields)) return {};
    Message post;
    post.id = other;
    post.dossier = message.dossier;
    post.letter = message.letter;
    post.route = kByPost;
    post.state = "queued";
    post.created = tools.office.now();
    open.keys.seal(for_the_post(before, open.profile.requester), post);
    TRY_DO(store.put_message(post));
    open.profile.history.push_back({tools.office.now(), "zegelpost", why + " De brief gaat nu met de post."});
    TRY_DO(save_dossier(store, open, tools.office.now()));
    by_post = true;
    return store.add_job(new_job("print", post.id, tools.office.now()));
  }));
  return by_post;
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
