#include "gateway/worker/events.h"

#include <fmt/format.h>

#include <algorithm>

#include "gateway/process/process.h"

namespace zp::gateway {
namespace {

std::optional<Message> message_of(const Tools& tools, const Id& shelf) {
  std::optional<Message> found;
  auto read = tools.office.store.read([&](StoreReader& store) -> Result<void> {
    if (auto message = store.message_on_shelf(shelf)) found = std::move(*message);
    return {};
  });
  return read ? found : std::nullopt;
}

/// One task, however often somebody tries.
void tell_of_lock(Profile& profile, const MessageData& data) {
  profile.history.push_back(
      {data.locked, "ontvanger", "Te veel verkeerde codes: “" + data.subject + "” is een tijd op slot."});
  const std::string task = fmt::format(
      "“{}” ging op slot na te veel verkeerde codes. {}bel de ontvanger, en geef zo nodig een nieuwe toegangscode.",
      data.subject, data.sent_by.empty() ? "Wie het stuurde: " : data.sent_by + ", u stuurde dit bericht: ");
  if (std::ranges::find(profile.tasks, task) == profile.tasks.end()) profile.tasks.push_back(task);
}

/// Opened again: whoever sent it need not call any more.
Result<void> unlock(const Tools& tools, const Message& message) {
  return tools.office.store.write([&](StoreWriter& store) -> Result<void> {
    TRY_ASSIGN(const auto open, open_dossier(tools.office.vault, store, message.dossier));
    TRY_ASSIGN(auto row, store.message(message.id));
    TRY_ASSIGN(auto data, open.keys.message(row));
    if (data.locked == 0) return {};
    data.locked = 0;
    open.keys.seal(data, row);
    return store.put_message(row);
  });
}

}  // namespace

Result<void> handle_event(const Tools& tools, const TrayItem& event) {
  const auto message = message_of(tools, event.subject);
  const bool read = event.event == "message-read";
  if (!message || (!read && event.event != "message-locked")) {
    log(Level::kWarning, "event dropped", {{"message", event.subject.hex()}});
    return {};
  }
  // When the door saw it: the entry itself may come later, or twice after a crash.
  const std::string moment = utc_time(event.accepted_ms).substr(0, 19) + "Z";
  TRY_DO(
      tools.office.ledger.record(tools.actor, "worker", act_name(read ? Act::kReadByRecipient : Act::kUndeliverable),
                                 {message->dossier.hex(), message->id.hex(), (read ? "at=" : "locked at=") + moment}));
  if (read && message->read != 0) return unlock(tools, *message);
  return tools.office.store.write([&](StoreWriter& store) -> Result<void> {
    TRY_ASSIGN(auto open, open_dossier(tools.office.vault, store, message->dossier));
    TRY_ASSIGN(auto row, store.message(message->id));
    TRY_ASSIGN(auto data, open.keys.message(row));
    data.locked = read ? 0 : event.accepted_ms;
    open.keys.seal(data, row);
    if (read) {
      row.read = event.accepted_ms;
      if (row.state == "published" || row.state == "notified" || row.state == "undeliverable") row.state = "read";
      open.profile.history.push_back({event.accepted_ms, "ontvanger", "Heeft het bericht gelezen."});
    } else {
      tell_of_lock(open.profile, data);
    }
    TRY_DO(store.put_message(row));
    return save_dossier(store, open, tools.office.now());
  });
}

}  // namespace zp::gateway
