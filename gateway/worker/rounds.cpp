#include "gateway/worker/rounds.h"

#include "gateway/casework/key_change.h"
#include "gateway/casework/mail_queue.h"
#include "gateway/process/process.h"

namespace zp::gateway {
namespace {

constexpr TimeMs kWatchEvery = kHour;                                   // looking at all terms that run
constexpr const char *kReminder = "reminder", *kUnopened = "unopened";  // notes

Result<void> expire(const Tools& tools, const Message& old) {
  TRY_DO(
      tools.office.ledger.record(tools.actor, "worker", act_name(Act::kExpire), {old.dossier.hex(), old.id.hex(), {}}));
  TRY_DO(tools.office.shelf.remove_message(old.shelf));
  return tools.office.store.write([&](StoreWriter& store) -> Result<void> {
    TRY_ASSIGN(auto message, store.message(old.id));
    TRY_ASSIGN(auto open, open_dossier(tools.office.vault, store, message.dossier));
    message.state = "expired";
    TRY_DO(store.put_message(message));
    open.profile.history.push_back(
        {tools.office.now(), "zegelpost", "Een bericht is verlopen en weggehaald uit de postbus."});
    const bool is_invitation = message.letter == Id{};
    if (message.read == 0 && !is_invitation)
      open.profile.tasks.push_back("Een bericht is verlopen zonder dat het is gelezen. Kies een andere weg.");
    return save_dossier(store, open, tools.office.now());
  });
}

Result<void> remind_once(const Tools& tools, const Message& message) {
  const TimeMs now = tools.office.now();
  return tools.office.store.write([&](StoreWriter& store) -> Result<void> {
    TRY_ASSIGN(const bool first, store.note_once(kReminder, message.id.bytes, now, 0));
    if (!first) return {};
    TRY_ASSIGN(const auto open, open_dossier(tools.office.vault, store, message.dossier));
    TRY_ASSIGN(const auto data, open.keys.message(message));
    return add_mail_job(tools.office.vault, store, new_job("remind", message.id, now), data.email);
  });
}

Result<void> find_other_way_once(const Tools& tools, const Message& message) {
  const TimeMs now = tools.office.now();
  return tools.office.store.write([&](StoreWriter& store) -> Result<void> {
    TRY_ASSIGN(const bool first, store.note_once(kUnopened, message.id.bytes, now, 0));
    return first ? store.add_job(new_job("unopened", message.id, now)) : Result<void>();
  });
}

/// What the store finds, one after the other: one that fails keeps none of the others back.
void go_through(const Tools& tools, const std::function<Result<std::vector<Message>>(StoreReader&)>& find,
                Result<void> (*handle)(const Tools&, const Message&)) {
  std::vector<Message> messages;
  const auto found = tools.office.store.read([&](StoreReader& store) -> Result<void> {
    TRY_ASSIGN(messages, find(store));
    return {};
  });
  if (!found) log_error("messages not gone through", found.error());
  for (const Message& message : messages)
    if (const auto done = handle(tools, message); !done)
      log_error("message not gone through", done.error(), {{"message", message.id.hex()}});
}

void remind_or_expire(const Tools& tools) {
  const TimeMs now = tools.office.now();
  const NoticeConfig& notice = tools.office.config.notice;
  const TimeMs other_way = now - notice.other_way_days * kDay, remind = now - notice.remind_days * kDay;
  go_through(
      tools, [&](StoreReader& store) { return store.messages_past_expiry(now); }, expire);
  go_through(
      tools, [&](StoreReader& store) { return store.messages_unopened(0, other_way, kUnopened); }, find_other_way_once);
  go_through(
      tools, [&](StoreReader& store) { return store.messages_unopened(other_way, remind, kReminder); }, remind_once);
}

/// About once an hour, whichever worker comes first.
Result<void> watch_terms(const Tools& tools) {
  const TimeMs now = tools.office.now();
  bool first = false;
  TRY_DO(tools.office.store.write([&](StoreWriter& store) -> Result<void> {
    TRY_ASSIGN(first, store.note_once("terms-watched", as_bytes("all"), now, now - kWatchEvery));
    return {};
  }));
  if (!first) return {};
  TRY_ASSIGN(const std::size_t tasks, tools.casework.watch_terms(tools.actor));
  if (tasks > 0) log(Level::kInfo, "terms became tasks", {{"tasks", tasks}});
  return {};
}

}  // namespace

Result<void> keep_keys(const Tools& tools, bool at_start) {
  KeyChange change;
  TRY_DO(tools.office.store.read([&](StoreReader& store) -> Result<void> {
    TRY_ASSIGN(change, key_change(tools.office.config, store));
    return {};
  }));
  if (!at_start && !change.under_way && change.left == 0) return {};
  return tools.office.store.write(
      [&](StoreWriter& store) { return store.add_job(new_job("rewrap", Id{}, tools.office.now())); });
}

void make_rounds(const Tools& tools) {
  if (auto kept = keep_keys(tools, false); !kept) log_error("keys not looked at", kept.error());
  remind_or_expire(tools);
  const auto forgotten =
      tools.office.store.write([&](StoreWriter& store) { return store.remove_idle_lanes(tools.office.now()); });
  if (!forgotten) log_error("idle mail lanes not removed", forgotten.error());
  if (auto done = watch_terms(tools); !done) log_error("terms not gone through", done.error());
  if (auto proposed = tools.casework.propose_erasures(tools.actor); !proposed) {
    log_error("retention not gone through", proposed.error());
  } else if (*proposed > 0) {
    log(Level::kInfo, "erasure proposed", {{"dossiers", *proposed}});
  }
}

}  // namespace zp::gateway
