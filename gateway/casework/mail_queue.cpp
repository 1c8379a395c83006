#include "gateway/casework/mail_queue.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "crypto/base/text.h"
#include "crypto/hash.h"

namespace zp::gateway {
namespace {

constexpr TimeMs kMinute = 60'000;
constexpr std::size_t kMaxWhy = 300;

crypto::DataKey names_key(const Vault& vault) { return vault.lasting_key("zegelpost mail lane names"); }

/// "RCPT 450 4.2.2": the words behind the step.
std::string_view word(std::string_view text, int number) {
  for (; number > 0; --number) {
    const std::size_t blank = text.find(' ');
    if (blank == std::string_view::npos) return {};
    text.remove_prefix(blank + 1);
  }
  return text.substr(0, text.find(' '));
}

bool is_class(std::string_view status, std::string_view subject) {
  return status.size() > 2 && status.substr(2).starts_with(subject);
}

}  // namespace

const std::vector<std::string>& mail_jobs() {
  static const std::vector<std::string> kinds = {"receipt-mail", "notify", "remind", "mail", "direct-mail"};
  return kinds;
}

bool is_mail_job(std::string_view kind) noexcept { return std::ranges::find(mail_jobs(), kind) != mail_jobs().end(); }

std::string mail_domain(std::string_view text) {
  std::string domain(trim(text.substr(text.rfind('@') + 1)));
  std::ranges::transform(domain, domain.begin(),
                         [](char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); });
  while (domain.ends_with('.')) domain.pop_back();
  const bool fits = !domain.empty() && domain.size() <= 253 && domain.find('.') != std::string::npos;
  const bool clean = std::ranges::all_of(domain, [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' || static_cast<unsigned char>(c) >= 0x80;
  });
  return fits && clean ? domain : std::string();
}

Id lane_of(const Vault& vault, std::string_view domain) {
  const auto digest = crypto::hmac_sha256(vault.lasting_key("zegelpost mail lanes").bytes(), as_bytes(domain));
  Id id;
  std::copy_n(digest.begin(), id.bytes.size(), id.bytes.begin());
  return id;
}

Result<std::string> domain_of(const Vault& vault, const Lane& lane) {
  TRY_ASSIGN(const auto name, crypto::open_bytes(names_key(vault), {lane.id, lane.id}, lane.domain));
  return std::string(name.text());
}

Result<void> add_mail_job(const Vault& vault, StoreWriter& store, Job job, std::string_view address, bool once) {
  const std::string domain = mail_domain(address);
  // An address that is no good has no lane: its job finds out, and says so.
  if (!domain.empty()) {
    job.lane = lane_of(vault, domain);
    if (!store.lane(job.lane))
      TRY_DO(store.add_lane(
          {.id = job.lane, .domain = crypto::seal_bytes(names_key(vault), {job.lane, job.lane}, as_bytes(domain))}));
  }
  return store.add_job(job, once);
}

MailTrouble trouble_of(const Error& error) {
  if (error.code != Code::kUnavailable) return MailTrouble::kNone;
  const std::string_view operation = error.operation;
  if (operation == "hand over mail") return MailTrouble::kStraight;
  if (operation != "send mail") return MailTrouble::kNone;
  const std::string_view step = word(error.subject, 0), reply = word(error.subject, 1), status = word(error.subject, 2);
  if (step == "DATA" || step == "reply") return MailTrouble::kMailbox;
  if (step != "RCPT") return MailTrouble::kOurServer;
  if (status.empty()) return reply == "421" || reply == "451" ? MailTrouble::kDomain : MailTrouble::kMailbox;
  // RFC 3463: system (3), network and routing (4), policy (7), and no such domain (1.2) are not about one mailbox.
  const bool domain = status.starts_with("4.3.") || status.starts_with("4.4.") || status.starts_with("4.7.");
  return domain || status == "4.1.2" ? MailTrouble::kDomain : MailTrouble::kMailbox;
}

std::string_view reason_of_status(std::string_view status) noexcept {
  if (is_class(status, "1.1") || is_class(status, "1.6")) return "dit e-mailadres bestaat niet (meer)";
  if (is_class(status, "1.")) return "het e-mailadres klopt niet";
  if (is_class(status, "2.1")) return "de mailbox is gesloten";
  if (is_class(status, "2.2")) return "de mailbox is vol";
  if (is_class(status, "2.3") || is_class(status, "3.4")) return "de mail is te groot voor de ontvanger";
  if (is_class(status, "3.") || is_class(status, "4.")) return "de mailserver van de ontvanger was niet bereikbaar";
  if (is_class(status, "7.")) return "de mailserver van de ontvanger wil deze mail niet hebben";
  return {};
}

TimeMs mail_back_off(std::uint32_t failures, bool our_server) noexcept {
  const std::uint32_t index = failures > 0 ? failures - 1 : 0;
  if (our_server) return std::min(TimeMs{5'000} << std::min(index, 10u), 5 * kMinute);
  constexpr std::array<TimeMs, 7> kPauses = {kMinute, 5 * kMinute, 30 * kMinute, 30 * kMinute,
                                             kHour,   2 * kHour,   3 * kHour};
  return kPauses[std::min<std::size_t>(index, kPauses.size() - 1)];
}

Result<TimeMs> note_failure(StoreWriter& store, const Id& id, MailTrouble trouble, const Error& error, TimeMs now) {
  TRY_ASSIGN(Lane lane, store.lane(id));
  if (lane.next > now) return lane.next;
  if (lane.failures++ == 0) lane.failing_since = now;
  lane.next = now + mail_back_off(lane.failures, trouble == MailTrouble::kOurServer);
  lane.last_error = error.message();
  TRY_DO(store.put_lane(lane));
  return lane.next;
}

Result<void> note_success(Store& store, const Id& id) {
  bool failed = false;
  TRY_DO(store.read([&](StoreReader& reader) -> Result<void> {
    const auto lane = reader.lane(id);
    failed = lane && lane->failures > 0;
    return {};
  }));
  if (!failed) return {};
  return store.write([&](StoreWriter& writer) -> Result<void> {
    TRY_ASSIGN(Lane lane, writer.lane(id));
    lane.failures = 0;
    lane.failing_since = lane.next = 0;
    lane.last_error.clear();
    return writer.put_lane(lane);
  });
}

Result<TimeMs> leaves_since(StoreReader& store, const Id& id, TimeMs created) {
  const auto lane = store.lane(id);
  if (!lane && lane.error().code != Code::kNotFound) return std::unexpected(lane.error());
  return lane ? std::max(created, lane->paused_until) : created;
}

SecretBytes return_path_key(const Vault& vault) { return vault.lasting_key("zegelpost return paths").bytes().clone(); }

Result<LanePause> pause_of(const Vault& vault, const Lane& lane) {
  if (lane.pause.empty()) return LanePause{};
  TRY_ASSIGN(const auto sealed, crypto::open_bytes(names_key(vault), {lane.id, lane.id, 1}, lane.pause));
  const auto json = nlohmann::json::parse(sealed.text(), nullptr, false);
  if (!json.is_object()) return fail(Code::kMalformed, "read pause", lane.id.hex());
  return LanePause{json.value("by", ""), json.value("why", "")};
}

Result<void> Casework::pause_mail(const Actor& actor, const std::string& typed, const std::string& why, TimeMs until) {
  const std::string domain = mail_domain(typed);
  if (domain.empty())
    return fail(Code::kRefused, "hold mail back",
                "Dit is geen domein. Vul in wat achter de @ staat, zoals voorbeeld.nl.");
  const std::string reason(trim(why));
  if (reason.empty() || reason.size() > kMaxWhy)
    return fail(Code::kRefused, "hold mail back", "Schrijf in een of twee zinnen waarom de mail moet wachten.");
  if (until <= office_.now()) return fail(Code::kRefused, "hold mail back", "Kies een moment dat nog komt.");
  const Id id = lane_of(office_.vault, domain);
  TRY_DO(enter(actor, Act::kPauseMail, {{}, id.hex(), until == kUntilLifted ? "until lifted" : "with an end"}));
  const crypto::DataKey key = names_key(office_.vault);
  return office_.store.write([&](StoreWriter& store) -> Result<void> {
    const auto known = store.lane(id);
    Lane lane = known ? *known : Lane{.id = id, .domain = crypto::seal_bytes(key, {id, id}, as_bytes(domain))};
    lane.paused_until = until;
    lane.pause =
        crypto::seal_bytes(key, {id, id, 1}, as_bytes(nlohmann::json{{"by", actor.name}, {"why", reason}}.dump()));
    return store.put_lane(lane);
  });
}

Result<void> Casework::resume_mail(const Actor& actor, const Id& lane) {
  TRY_DO(enter(actor, Act::kResumeMail, {{}, lane.hex(), {}}));
  return office_.store.write([&](StoreWriter& store) -> Result<void> {
    TRY_ASSIGN(Lane row, store.lane(lane));
    row.paused_until = std::min(row.paused_until, office_.now());
    row.pause.clear();
    return store.put_lane(row);
  });
}

Result<void> Casework::try_mail_now(const Actor& actor, const Id& lane) {
  TRY_DO(enter(actor, Act::kReviveJob, {{}, lane.hex(), "lane"}));
  const TimeMs now = office_.now();
  return office_.store.write([&](StoreWriter& store) -> Result<void> {
    TRY_ASSIGN(Lane row, store.lane(lane));
    row.next = 0;
    TRY_DO(store.put_lane(row));
    return store.hasten_lane(lane, now);
  });
}

}  // namespace zp::gateway
