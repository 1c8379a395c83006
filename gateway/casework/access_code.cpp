#include "gateway/casework/access_code.h"

#include <fmt/format.h>

#include <algorithm>

#include "crypto/recipient_key.h"
#include "gateway/casework/letter_steps.h"
#include "gateway/casework/mobile_number.h"
#include "gateway/casework/ways.h"
#include "gateway/process/process.h"

namespace zp::gateway {
namespace {

constexpr std::string_view kCodeLetter = "toegangscode";
constexpr std::string_view kTellCode = "Vertel de toegangscode aan de telefoon, na de controlevragen.";

bool holds_at(const Profile& profile, TimeMs moment) noexcept {
  return !profile.access_code.empty() && (profile.access_code_until == 0 || moment < profile.access_code_until);
}

}  // namespace

bool is_code_way(std::string_view way) noexcept {
  return way == kCodeByLetter || way == kCodeByTelephone || way == kCodeBySms;
}

TimeMs end_of_code(const LimitsConfig& limits, std::string_view way, TimeMs from) noexcept {
  const std::uint32_t days = way == kOwnCode        ? limits.own_code_days
                             : way == kCodeByLetter ? limits.posted_code_days
                                                    : limits.told_code_days;
  return from + static_cast<TimeMs>(days) * kDay;
}

bool code_holds(const Office& office, const Profile& profile) noexcept { return holds_at(profile, office.now()); }

bool code_serves(const Office& office, const Profile& profile) noexcept {
  return holds_at(profile, office.now() + static_cast<TimeMs>(office.config.notice.remind_days) * kDay);
}

std::string code_words(const Office& office, const Profile& profile) {
  const std::string& way = profile.access_code_way;
  if (profile.access_code.empty() || profile.access_code_until == 0) return way;
  const std::string moment = local_time_dutch(profile.access_code_until);
  return code_holds(office, profile) ? fmt::format("{}, geldig tot {}", way, moment)
                                     : fmt::format("{}, verlopen op {}", way, moment);
}

Result<void> make_code(const Office& office, const Actor& actor, StoreWriter& store, OpenDossier& open,
                       const Delivering& how) {
  Profile& profile = open.profile;
  const std::string mobile = mobile_number(profile.requester.telephone);
  const bool by_sms = how.code_way == kCodeBySms, by_letter = how.code_way == kCodeByLetter;
  if (!is_code_way(how.code_way))
    return fail(Code::kRefused, "make access code",
                "Er is geen toegangscode die nog lang genoeg geldt: kies hoe de ontvanger er een krijgt. Tot dan wacht "
                "de brief.");
  if (by_sms && (mobile.empty() || !office.config.sms.configured()))
    return fail(Code::kRefused, "make access code",
                "De code kan niet per sms: er is geen mobiel nummer, of geen sms-dienst.");
  if (by_letter && how.address.empty())
    return fail(Code::kRefused, "make access code", "De code gaat per brief: vul het adres in.");
  profile.access_code = crypto::random_access_code();
  profile.access_code_way =
      by_sms ? fmt::format("{} naar het nummer dat eindigt op {}", kCodeBySms, last_digits(mobile)) : how.code_way;
  profile.access_code_until = end_of_code(office.config.limits, how.code_way, office.now());
  if (by_letter) profile.requester.address = how.address;
  if (by_letter)
    return post_code(office, actor, store, open, std::string(kCodeLetter),
                     {{"valid_until", local_date(profile.access_code_until)}}, how.address);
  if (!by_sms && std::ranges::find(profile.tasks, kTellCode) == profile.tasks.end())
    profile.tasks.emplace_back(kTellCode);
  return {};
}

bool lies_in_mailbox(const Message& message) noexcept {
  return message.route == kByMailbox && message.state != "recalled" && message.state != "expired";
}

bool opens_with_code(const Message& message) noexcept { return lies_in_mailbox(message) && message.letter != Id{}; }

}  // namespace zp::gateway
