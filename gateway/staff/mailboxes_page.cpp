// Whether mail still comes in: the mailboxes that the mail door fetches from.
#include "gateway/config/mailboxes.h"
#include "gateway/process/process.h"
#include "gateway/staff/workbench.h"
#include "gateway/store/mailbox_state.h"

namespace zp::gateway {
namespace {

constexpr const char* kNoneYet = "Er is nog geen bericht binnengekomen";

MailboxState state_of(const Config& config, const MailboxConfig& mailbox) {
  auto read = MailboxState::read(mailbox_notes(config), mailbox.name);
  return read ? std::move(*read) : MailboxState{};
}

std::string moment(std::int64_t ms, const char* never) { return ms == 0 ? never : local_time_dutch(ms); }

std::string sentence(MailboxHealth health, const MailboxConfig& mailbox, const MailboxState& state) {
  switch (health) {
    case MailboxHealth::kNeverReached:
      return "Dit postvak is nog nooit gelezen.";
    case MailboxHealth::kUnreachable:
      return "Dit postvak is niet bereikbaar. De post wacht bij de mailserver.";
    case MailboxHealth::kSilent:
      return "Er kwam al meer dan " + std::to_string(mailbox.silence_hours) +
             " uur geen bericht. Stuur een proefbericht naar dit adres.";
    case MailboxHealth::kLeft:
      return std::to_string(state.left.size()) + (state.left.size() == 1 ? " bericht kan" : " berichten kunnen") +
             " niet worden opgehaald. Open het met een mailprogramma.";
    case MailboxHealth::kGood:
      break;
  }
  return "In orde";
}

}  // namespace

bool Workbench::mailbox_alarm() const {
  const Config& config = casework_.office().config;
  const auto mailboxes = load_mailboxes(config);
  if (!mailboxes) return true;
  for (const MailboxConfig& mailbox : *mailboxes)
    if (health_of(state_of(config, mailbox), mailbox.silence_hours, now_ms()) != MailboxHealth::kGood) return true;
  return false;
}

Result<Response> Workbench::mailboxes(Visit& visit) {
  if (!role_for(visit.actor, Act::kReviveJob)) return fail(Code::kDenied, "list mailboxes");
  const Config& config = casework_.office().config;
  TRY_ASSIGN(const auto mailboxes, load_mailboxes(config));
  nlohmann::json data{{"mailboxes", nlohmann::json::array()}, {"none", mailboxes.empty()}};
  for (const MailboxConfig& mailbox : mailboxes) {
    const MailboxState state = state_of(config, mailbox);
    const MailboxHealth health = health_of(state, mailbox.silence_hours, now_ms());
    data["mailboxes"].push_back({{"name", mailbox.name},
                                 {"address", mailbox.address},
                                 {"last_message", moment(state.last_message_ms, kNoneYet)},
                                 {"reached", moment(state.reached_ms, "Nog nooit")},
                                 {"messages", state.messages},
                                 {"left", state.left.size()},
                                 {"sentence", sentence(health, mailbox, state)},
                                 {"failure", state.failure},
                                 {"alarm", health != MailboxHealth::kGood}});
  }
  return show("postvakken", std::move(data), visit);
}

}  // namespace zp::gateway
