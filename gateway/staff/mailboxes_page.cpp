// Whether mail and scans still come in: the mailboxes that the mail door fetches from, and the scanner's folder.
#include "gateway/config/mailboxes.h"
#include "gateway/process/process.h"
#include "gateway/staff/workbench.h"
#include "gateway/store/mailbox_state.h"
#include "gateway/store/tray.h"

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

MailboxState state_of_scanner(const Config& config) {
  auto read = MailboxState::read(mailbox_notes(config), kScannerNotes);
  return read ? std::move(*read) : MailboxState{};
}

MailboxHealth scanner_health(const Config& config, const MailboxState& state) {
  return config.scanner.folder.empty() ? MailboxHealth::kGood
                                       : health_of(state, config.scanner.silence_hours, now_ms());
}

std::string scanner_sentence(MailboxHealth health, const Config& config, const MailboxState& state) {
  switch (health) {
    case MailboxHealth::kNeverReached:
    case MailboxHealth::kUnreachable:
      return "De map van de scanner is niet te lezen. De scans blijven in de map staan.";
    case MailboxHealth::kSilent:
      return "Er kwam al meer dan " + std::to_string(config.scanner.silence_hours) +
             " uur geen scan. Scan een blad en kijk of het aankomt.";
    case MailboxHealth::kLeft:
      return std::to_string(state.left.size()) + (state.left.size() == 1 ? " bestand blijft" : " bestanden blijven") +
             " in de map van de scanner staan. Vraag de beheerder ernaar te kijken.";
    case MailboxHealth::kGood:
      break;
  }
  return "In orde";
}

/// Empty when all is well.
std::string tray_sentence(const Config& config) {
  const auto tray = Tray::open(config.incoming(), 0);
  const auto damaged = tray ? tray->damaged() : std::unexpected(tray.error());
  if (!damaged) return "De map met binnengekomen post is niet te lezen. Vraag de beheerder ernaar te kijken.";
  if (damaged->empty()) return "";
  return "Binnengekomen post is op de schijf beschadigd, voor het laatst geschreven op " +
         local_time_dutch(damaged->back().written_ms) +
         ". Misschien zijn er berichten verloren. Vraag de beheerder 'zegelpost doctor' te starten.";
}

}  // namespace

bool Workbench::mailbox_alarm() const {
  const Config& config = casework_.office().config;
  if (!tray_sentence(config).empty()) return true;
  if (scanner_health(config, state_of_scanner(config)) != MailboxHealth::kGood) return true;
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
  const MailboxState scans = state_of_scanner(config);
  const MailboxHealth health = scanner_health(config, scans);
  const std::string failure = scans.failure.empty() && !scans.left.empty() ? scans.left.front().reason : scans.failure;
  data["scanner"] = {{"used", !config.scanner.folder.empty()},
                     {"last_scan", moment(scans.last_message_ms, "Er is nog geen scan binnengekomen")},
                     {"reached", moment(scans.reached_ms, "Nog nooit")},
                     {"scans", scans.messages},
                     {"sentence", scanner_sentence(health, config, scans)},
                     {"failure", failure},
                     {"alarm", health != MailboxHealth::kGood}};
  data["damage"] = tray_sentence(config);
  data["damaged"] = !data["damage"].get_ref<const std::string&>().empty();
  return show("postvakken", std::move(data), visit);
}

}  // namespace zp::gateway
