#include "gateway/worker/returned_mail.h"

#include <fmt/format.h>

#include <algorithm>

#include "gateway/casework/mail_queue.h"
#include "gateway/casework/ways.h"
#include "gateway/process/process.h"
#include "gateway/worker/message_steps.h"

namespace zp::gateway {
namespace {

/// A full mailbox is emptied, and a server that a mail could not reach for days comes back (RFC 3463 section 3.3).
bool may_pass(std::string_view status) { return status.starts_with('4') || status == "5.2.2"; }

int badness(Fate fate) { return fate == Fate::kFailed ? 3 : fate == Fate::kBack ? 2 : fate == Fate::kDelayed ? 1 : 0; }

std::optional<Fate> fate_of(const intake::DeliveryReport& report) {
  if (report.action == "failed") return may_pass(report.status) ? Fate::kBack : Fate::kFailed;
  if (report.action == "delayed") return Fate::kDelayed;
  if (report.action == "delivered" || report.action == "relayed" || report.action == "expanded") return Fate::kArrived;
  return std::nullopt;
}

/// What the mail carries: the job that hands it over.
const char* mail_job_of(const std::string& route) {
  if (route == kByTls) return "direct-mail";
  return is_encrypted_mail(route) ? "mail" : "notify";
}

}  // namespace

Result<std::optional<Returned>> returned_to(const Tools& tools, const std::vector<std::string>& addresses) {
  const SecretBytes key = return_path_key(tools.office.vault);
  std::optional<Returned> found;
  for (const std::string& address : addresses) {
    const auto mail = read_return_path(key, tools.office.config.smtp.from, address);
    if (!mail) continue;
    TRY_DO(tools.office.store.read([&](StoreReader& store) -> Result<void> {
      if (const auto message = store.message(mail->subject))
        found = {.mail = *mail, .dossier = message->dossier, .status = {}};
      else if (const auto submission = store.submission(mail->subject))
        found = {.mail = *mail, .dossier = submission->dossier, .is_receipt = true, .status = {}};
      return {};
    }));
    if (found) break;
  }
  return found;
}

std::optional<Returned> judge_reports(const std::vector<intake::DeliveryReport>& reports, Returned about) {
  bool any = false;
  for (const intake::DeliveryReport& report : reports) {
    const auto fate = fate_of(report);
    if (!fate || (any && badness(*fate) <= badness(about.fate))) continue;
    any = true;
    about.fate = *fate;
    about.status = report.status;
  }
  return any ? std::optional(std::move(about)) : std::nullopt;
}

std::string words_of(const Returned& returned) {
  const std::string_view reason = reason_of_status(returned.status);
  const std::string why = reason.empty() ? std::string() : fmt::format(": {}", reason);
  const std::string code = returned.status.empty() ? std::string() : fmt::format(" ({})", returned.status);
  const char* const what = returned.is_receipt ? "de ontvangstbevestiging" : "onze mail";
  switch (returned.fate) {
    case Fate::kFailed:
    case Fate::kBack:
      return fmt::format("Bericht van een mailserver: {} is niet aangekomen{}{}.", what, why, code);
    case Fate::kDelayed:
      return fmt::format("Bericht van een mailserver: {} is vertraagd{}{}. De server probeert het nog.", what, why,
                         code);
    case Fate::kArrived:
      return fmt::format("Bericht van een mailserver: {} is aangekomen.", what);
  }
  return {};
}

std::optional<Job> job_after(const Returned& returned, TimeMs now) {
  const bool failed = returned.fate == Fate::kFailed || returned.fate == Fate::kBack;
  if (!failed) return std::nullopt;
  const char* const kind = returned.is_receipt              ? "receipt-returned"
                           : returned.fate == Fate::kFailed ? "undeliverable"
                                                            : "returned";
  return new_job(kind, returned.mail.subject, now,
                 nlohmann::json{{"number", returned.mail.number}, {"status", returned.status}}.dump());
}

Result<Next> send_again(const Tools& tools, const Job& job) {
  const auto payload = nlohmann::json::parse(job.payload, nullptr, false);
  const unsigned number = payload.is_object() ? payload.value("number", 0u) : 0;
  const NoticeConfig& notice = tools.office.config.notice;
  TRY_ASSIGN(const auto opened, open_message(tools, job.subject));
  const std::string& state = opened.message.state;
  if (state != "notified" && state != "sent" && state != "published") return Next{};
  const TimeMs now = tools.office.now(), again = now + notice.resend_hours * kHour;
  if (opened.data.resent < notice.resends)
    TRY_DO(
        tools.office.ledger.record(tools.actor, "worker", act_name(Act::kResend),
                                   {opened.message.dossier.hex(), job.subject.hex(), fmt::format("mail={}", number)}));
  TRY_DO(tools.office.store.write([&](StoreWriter& store) -> Result<void> {
    // Two servers may report about one mail.
    TRY_ASSIGN(const bool first, store.note_once(fmt::format("came-back-{}", number), job.subject.bytes, now, 0));
    if (!first) return {};
    if (opened.data.resent >= notice.resends)
      return store.add_job(new_job("undeliverable", job.subject, now, job.payload));
    TRY_ASSIGN(auto message, store.message(job.subject));
    TRY_ASSIGN(auto open, open_dossier(tools.office.vault, store, message.dossier));
    TRY_ASSIGN(auto data, open.keys.message(message));
    ++data.resent;
    if (message.route != kByMailbox) message.state = "queued";
    open.keys.seal(data, message);
    TRY_DO(store.put_message(message));
    open.profile.history.push_back(
        {now, "zegelpost",
         fmt::format("De mail kwam terug. Zegelpost verstuurt hem opnieuw op {}.", local_time_dutch(again))});
    TRY_DO(save_dossier(store, open, now));
    return add_mail_job(tools.office.vault, store, new_job(mail_job_of(message.route), job.subject, again), data.email);
  }));
  return Next{};
}

}  // namespace zp::gateway
