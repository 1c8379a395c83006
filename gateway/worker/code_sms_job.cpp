// A fresh access code as a text message: another way than the mail with the link.
#include <fmt/format.h>

#include "gateway/casework/access_code.h"
#include "gateway/casework/mobile_number.h"
#include "gateway/process/process.h"
#include "gateway/worker/jobs.h"
#include "gateway/worker/message_steps.h"

namespace zp::gateway {
namespace {

constexpr const char* kTell = "Vertel de toegangscode aan de telefoon, na de controlevragen.";

}  // namespace

Result<Next> send_code_by_sms(const Tools& tools, const Job& job) {
  TRY_ASSIGN(const auto opened, open_message(tools, job.subject));
  const Profile& profile = opened.open->profile;
  const Id& dossier = opened.message.dossier;
  if (opened.message.state == "recalled" || !profile.access_code_way.starts_with(kCodeBySms)) return Next{};
  if (is_held(tools, opened)) return kWaitForLift;
  const std::string number = mobile_number(profile.requester.telephone);
  if (number.empty() || !tools.send_sms) {
    TRY_DO(note_in_dossier(tools, dossier,
                           "De toegangscode kan niet per sms: er is geen mobiel nummer, of geen sms-dienst.", kTell));
    return Next{};
  }
  const OrganisationConfig& organisation = tools.office.config.organisation;
  TRY_ASSIGN(std::string text, tools.messages.render("sms", {{"organisation", organisation.name},
                                                             {"telephone", organisation.telephone},
                                                             {"code", profile.access_code},
                                                             {"until", local_time_dutch(profile.access_code_until)}}));
  while (text.ends_with('\n')) text.pop_back();
  TRY_DO(tools.office.ledger.record(tools.actor, "worker", act_name(Act::kNotify),
                                    {dossier.hex(), job.subject.hex(), "sms"}));
  const auto sent = tools.send_sms(number, text);
  if (!sent && sent.error().code != Code::kRefused) return std::unexpected(sent.error());
  const std::string to = last_digits(number);
  TRY_DO(sent ? note_in_dossier(
                    tools, dossier,
                    fmt::format("De toegangscode is per sms verstuurd naar het nummer dat eindigt op {}.", to), {})
              : note_in_dossier(
                    tools, dossier,
                    fmt::format("De sms-dienst weigert het nummer dat eindigt op {}. De ontvanger heeft de code niet.",
                                to),
                    kTell));
  return Next{};
}

}  // namespace zp::gateway
