// A mail that came in: who wrote it, what it says, what came with it, and the raw message.
#include "gateway/casework/received_mail.h"
#include "gateway/process/process.h"
#include "gateway/staff/sentences.h"
#include "gateway/staff/workbench.h"

namespace zp::gateway {
namespace {

/// "2026-11-22T09:14:00+01" in words; what is no such moment, as it stands.
std::string date_words(const std::string& date) {
  constexpr std::size_t kDay = 10, kMinute = 16;
  const auto day = intake::parse_date(date.substr(0, kDay));
  if (!day || date.size() < kMinute) return date;
  const std::size_t zone = date.find_first_of("+-Z", kMinute);
  const std::string offset = zone == std::string::npos || date[zone] == 'Z' ? "" : date.substr(zone);
  return intake::dutch_date(*day) + ", " + date.substr(kDay + 1, kMinute - kDay - 1) + " (UTC" + offset + ")";
}

}  // namespace

Result<Response> Workbench::mail(Visit& visit) {
  if (visit.actor.purpose.empty()) return choose_purpose(visit);
  TRY_ASSIGN(const Id dossier, visit.id("dossier"));
  TRY_ASSIGN(const Id submission, visit.id("submission"));
  TRY_ASSIGN(const MailView view, casework_.mail(visit.actor, dossier, submission));
  const ReceivedMail& mail = view.mail;
  nlohmann::json parts = nlohmann::json::array();
  for (const MailDocument& part : view.filed.parts)
    parts.push_back({{"document", part.id.hex()},
                     {"name", part.name},
                     {"held", part.may_be_used ? "" : malware_sentence(malware_name(part.malware))}});
  const bool safe = parts_may_be_used(view.filed.parts);
  return show("mail",
              {{"dossier", dossier.hex()},
               {"reference", view.reference},
               {"id", submission.hex()},
               {"is_mail", view.filed.raw.has_value()},
               {"from", mail.from},
               {"to", mail.to},
               {"date", date_words(mail.date)},
               {"received", local_time_dutch(view.filed.delivery.received)},
               {"subject", mail.subject.empty() ? "(geen onderwerp)" : mail.subject},
               {"text", mail.text},
               {"is_cut", mail.is_cut},
               {"is_partial", mail.is_partial},
               {"parts", parts},
               {"sha256", mail.sha256},
               {"may_download", view.may_download && safe},
               {"waits", view.may_download && !safe}},
              visit);
}

Result<Response> Workbench::raw_mail(Visit& visit) {
  TRY_ASSIGN(const Id dossier, visit.id("dossier"));
  TRY_ASSIGN(const Id submission, visit.id("submission"));
  std::string content;
  TRY_DO(casework_.raw_mail(visit.actor, dossier, submission, [&](ByteView chunk) -> Result<void> {
    content.append(as_text(chunk));
    return {};
  }));
  // Never shown inside the browser: what a stranger sent is not ours to render.
  Response response = Response::bytes(std::move(content), "application/octet-stream");
  response.as_download("e-mail-" + submission.hex().substr(0, 8) + ".eml");
  return response;
}

}  // namespace zp::gateway
