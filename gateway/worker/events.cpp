#include "gateway/worker/events.h"

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
  if (read && message->read != 0) return {};
  return tools.office.store.write([&](StoreWriter& store) -> Result<void> {
    TRY_ASSIGN(auto open, open_dossier(tools.office.vault, store, message->dossier));
    TRY_ASSIGN(auto row, store.message(message->id));
    if (read) {
      row.read = event.accepted_ms;
      if (row.state == "published" || row.state == "notified" || row.state == "undeliverable") row.state = "read";
      open.profile.history.push_back({event.accepted_ms, "ontvanger", "Heeft het bericht gelezen."});
      TRY_DO(store.put_message(row));
    } else {
      open.profile.tasks.push_back("Een bericht is geblokkeerd na te veel verkeerde codes. Bel de ontvanger.");
    }
    return save_dossier(store, open, tools.office.now());
  });
}

}  // namespace zp::gateway
