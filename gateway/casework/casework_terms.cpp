// What falls due: the calendar, and the warnings that make tasks of it.
#include <fmt/format.h>

#include <algorithm>

#include "gateway/casework/casework.h"
#include "gateway/casework/rights.h"
#include "gateway/casework/terms.h"
#include "gateway/process/log.h"
#include "gateway/process/process.h"

namespace zp::gateway {
namespace {

using enum DossierState;

constexpr std::uint32_t kCalendarRows = 100, kWatchedAtOnce = 500;
constexpr std::string_view kNear = "nadert", kPast = "voorbij";
constexpr std::string_view kCompletion = "aanvulling";

/// What still has an end to wait for; from closing on only retention runs.
DossierFilter with_terms(const std::string& due_before) {
  DossierFilter filter;
  filter.states = {kChecking, kReview, kWaiting, kComplete, kDeciding, kApproval, kAnswered};
  filter.due_before = due_before;
  return filter;
}

/// Without those that only wait until nobody can object any more.
DossierFilter unanswered(const std::string& due_before) {
  DossierFilter filter = with_terms(due_before);
  std::erase(filter.states, kAnswered);
  return filter;
}

std::vector<TermRecord> running_terms(const Profile& profile) {
  std::vector<TermRecord> terms;
  for (const TermRecord& term : profile.terms)
    if (term.running) terms.push_back(term);
  std::ranges::stable_sort(terms, {}, &TermRecord::last_day);
  return terms;
}

/// For others there is nothing to do before the last day: the sender completes, the recipient objects.
bool is_ours(const TermRecord& term) { return term.kind != kCompletion && !is_for_remedy(term); }

struct Today {
  std::string day, warn_until;
};

/// What staff must have been told about a term by now; empty: nothing yet.
std::string_view stage_of(const TermRecord& term, const Today& today) {
  if (!term.running) return {};
  if (term.last_day < today.day) return kPast;
  // The sender is reminded of what is still asked; of the end of a term for objection nobody is.
  return !is_for_remedy(term) && term.last_day <= today.warn_until ? kNear : std::string_view();
}

std::string dutch(const std::string& day) {
  const auto date = intake::parse_date(day);
  return date ? intake::dutch_date(*date) : day;
}

std::string task_text(const Office& office, const Dossier& dossier, const TermRecord& term) {
  if (term.kind == kCompletion && term.told == kNear)
    return fmt::format(
        "De afzender kan aanvullen tot en met {}. Stuur een herinnering: de brief Herinnering aanvulling.",
        dutch(term.last_day));
  if (term.kind == kCompletion)
    return "De termijn om aan te vullen is voorbij. Beslis hoe het verder gaat (Awb artikel 4:5; bij bezwaar 6:6).";
  if (term.kind == kAppeal)
    return "De beroepstermijn is voorbij. Is er geen beroep ingesteld? Dan kan het dossier dicht.";
  if (term.kind == kObjection)
    return "De bezwaartermijn is voorbij. Is er geen bezwaar gekomen? Dan kan het dossier dicht.";
  const std::string label = term_label(office, dossier, term);
  return term.told == kNear
             ? fmt::format("{}: de laatste dag is {}.", label, dutch(term.last_day))
             : fmt::format(
                   "TE LAAT. {}: de laatste dag was {}. Overleg vandaag met uw leidinggevende en bel de verzoeker.",
                   label, dutch(term.last_day));
}

bool must_tell(const TermRecord& term, const Today& today) {
  const std::string_view stage = stage_of(term, today);
  return !stage.empty() && stage != term.told;
}

/// A dossier with something to tell; `overdue` is what goes into the ledger: kinds and last days.
struct Untold {
  Id dossier;
  std::string overdue;
};

std::optional<Untold> untold(const Dossier& dossier, const Profile& profile, const Today& today) {
  Untold found{dossier.id, {}};
  bool any = false;
  for (const TermRecord& term : profile.terms) {
    if (!must_tell(term, today)) continue;
    any = true;
    if (stage_of(term, today) == kPast && is_ours(term))
      found.overdue += (found.overdue.empty() ? "" : " ") + term.kind + "=" + term.last_day;
  }
  return any ? std::optional(std::move(found)) : std::nullopt;
}

/// Pushes a task for each term that staff must hear of now. How many.
Result<std::size_t> tell(const Office& office, OpenDossier& open, const Today& today) {
  std::size_t told = 0;
  bool completion_over = false;
  for (TermRecord& term : open.profile.terms) {
    if (!must_tell(term, today)) continue;
    term.told = stage_of(term, today);
    const std::string text = task_text(office, open.dossier, term);
    open.profile.tasks.push_back(text);
    open.profile.history.push_back({office.now(), "zegelpost", text});
    if (is_for_remedy(term)) term.running = false;  // nobody is late: it is over
    completion_over = completion_over || (term.kind == kCompletion && term.told == kPast);
    ++told;
  }
  if (completion_over) TRY_DO(pass_completion(office, open));
  set_due(open);
  return told;
}

/// One damaged dossier must not silence the others.
void look_for_untold(const Vault& vault, StoreReader& store, const std::vector<Dossier>& dossiers, const Today& today,
                     std::vector<Untold>& into) {
  for (const Dossier& dossier : dossiers) {
    const auto keys = vault.unlock(store, dossier.id);
    const auto profile = keys ? keys->profile(dossier) : Result<Profile>(std::unexpected(keys.error()));
    if (!profile) {
      log_error("terms of a dossier not read", profile.error(), {{"dossier", dossier.id.hex()}});
    } else if (auto found = untold(dossier, *profile, today)) {
      into.push_back(std::move(*found));
    }
  }
}

}  // namespace

Result<DueCounts> Casework::due_counts(const Actor& actor) {
  if (!role_for(actor, Act::kListTerms)) return fail(Code::kDenied, "count terms");
  const TimeMs now = office_.now();
  DueCounts counts;
  TRY_DO(office_.store.read([&](StoreReader& store) -> Result<void> {
    TRY_ASSIGN(counts.overdue, store.count_dossiers(unanswered(local_date(now))));
    TRY_ASSIGN(const auto soon, store.count_dossiers(unanswered(local_date(now + (kWarnDays + 1) * kDay))));
    counts.near = soon - counts.overdue;
    return {};
  }));
  return counts;
}

Result<TermCalendar> Casework::calendar(const Actor& actor, bool mine, std::uint32_t offset) {
  TRY_DO(enter(actor, Act::kListTerms, {{}, {}, fmt::format("from={} count={}", offset, kCalendarRows)}));
  const bool names = role_for(actor, Act::kListDossiers).has_value();
  TermCalendar calendar;
  TRY_ASSIGN(calendar.counts, due_counts(actor));
  DossierFilter filter = with_terms(local_date(office_.now() + kAheadDays * kDay));
  if (mine) filter.owner = actor.user;
  filter.offset = offset;
  filter.limit = kCalendarRows + 1;
  TRY_DO(office_.store.read([&](StoreReader& store) -> Result<void> {
    TRY_ASSIGN(const auto dossiers, store.dossiers(filter));
    for (const Dossier& dossier : dossiers) {
      TRY_ASSIGN(const auto keys, office_.vault.unlock(store, dossier.id));
      TRY_ASSIGN(const auto profile, keys.profile(dossier));
      const intake::RequestRule* const rule = office_.rules.find(dossier.kind);
      CalendarRow row{dossier, rule ? rule->title : "Nog in te delen", {}, {}, running_terms(profile)};
      const Rights rights = rights_of(office_.rules, dossier, profile);
      if (rights.size() > 1) row.kind_title = titles_of(office_.rules, kinds_of(rights));
      if (rights.size() > 1) row.undecided = titles_of(office_.rules, unsettled(rights));
      if (names && !dossier.restricted) row.subject = profile.subject().name;
      if (row.terms.empty()) row.terms.push_back({.kind = {}, .from = {}, .last_day = dossier.due, .steps = {}});
      calendar.rows.push_back(std::move(row));
    }
    return {};
  }));
  calendar.more = calendar.rows.size() > kCalendarRows;
  if (calendar.more) calendar.rows.pop_back();
  return calendar;
}

Result<std::size_t> Casework::watch_terms(const Actor& actor) {
  const TimeMs now = office_.now();
  const Today today{local_date(now), local_date(now + kWarnDays * kDay)};
  DossierFilter filter = with_terms(local_date(now + (kWarnDays + 1) * kDay));
  filter.limit = kWatchedAtOnce;
  std::size_t tasks = 0;
  for (bool more = true; more; filter.offset += kWatchedAtOnce) {
    std::vector<Untold> to_tell;
    TRY_DO(office_.store.read([&](StoreReader& store) -> Result<void> {
      TRY_ASSIGN(const auto dossiers, store.dossiers(filter));
      more = dossiers.size() == kWatchedAtOnce;
      look_for_untold(office_.vault, store, dossiers, today, to_tell);
      return {};
    }));
    for (const auto& [dossier, overdue] : to_tell) {
      if (!overdue.empty()) TRY_DO(look(actor, Act::kWatchTerm, dossier, {}, overdue));
      TRY_DO(office_.store.write([&](StoreWriter& store) -> Result<void> {
        TRY_ASSIGN(auto open, open_dossier(office_.vault, store, dossier));
        TRY_ASSIGN(const std::size_t told, tell(office_, open, today));
        tasks += told;
        return save_dossier(store, open, now);
      }));
    }
  }
  return tasks;
}

}  // namespace zp::gateway
