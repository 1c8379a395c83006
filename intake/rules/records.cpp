#include "intake/rules/records.h"

#include <algorithm>
#include <ranges>
#include <set>

namespace zp::intake {
namespace {

template <typename Rule>
const Rule* find(const std::vector<Rule>& rules, std::string_view name) noexcept {
  const auto found = std::ranges::find(rules, name, &Rule::name);
  return found == rules.end() ? nullptr : &*found;
}

/// YYYY-MM-DD, also of a moment.
std::string day_of(const RecordRule& rule, const Entry& entry) {
  constexpr std::size_t kDayLength = 10;
  return value_of(entry.fields, rule.day).substr(0, kDayLength);
}

/// That was put on record last; of two at once the later in the list.
const Entry* newest(const std::vector<Entry>& entries) {
  const Entry* last = nullptr;
  for (const Entry& entry : entries)
    if (!last || entry.entered >= last->entered) last = &entry;
  return last;
}

/// From which day on entries count; empty: from any.
std::string first_day_of(const RecordBook& book, const Records& records, const After& after) {
  const RecordRule* const rule = book.record(after.record);
  if (!rule) return {};
  std::vector<std::string> days;
  for (const Entry* const entry : that_count(book, records, after.record, after.where, {}))
    days.push_back(day_of(*rule, *entry));
  if (days.empty()) return {};
  return after.newest ? std::ranges::max(days) : std::ranges::min(days);
}

}  // namespace

const RecordRule* RecordBook::record(std::string_view name) const noexcept { return find(records, name); }
const Demand* RecordBook::demand(std::string_view name) const noexcept { return find(demands, name); }
const MeasureRule* RecordBook::measure(std::string_view name) const noexcept { return find(measures, name); }

const MeasureRule* RecordBook::measure_of_letter(std::string_view letter) const noexcept {
  const auto found = std::ranges::find(measures, letter, &MeasureRule::letter);
  return found == measures.end() ? nullptr : &*found;
}

std::string RecordBook::stand_label(std::string_view name) const {
  for (const auto& [key, label] : stands)
    if (key == name) return label;
  return std::string(name);
}

const Entry* settled_by(const RecordBook& book, const Records& records, const RecordRule& rule, const Entry& entry) {
  const auto taken = records.find(std::string(kTakenMeasures));
  if (taken == records.end()) return nullptr;
  for (const Entry& measure : taken->second | std::views::reverse) {
    const MeasureRule* const known = book.measure(value_of(measure.fields, "maatregel"));
    if (!known || std::ranges::find(known->settles, rule.name) == known->settles.end()) continue;
    const bool later = entry.entered > measure.entered && day_of(rule, entry) >= value_of(measure.fields, "dag");
    return later ? nullptr : &measure;
  }
  return nullptr;
}

std::vector<const Entry*> that_count(const RecordBook& book, const Records& records, const std::string& record,
                                     const Condition& where, const After& after) {
  std::vector<const Entry*> counting;
  const RecordRule* const rule = book.record(record);
  const auto entries = records.find(record);
  if (!rule || entries == records.end()) return counting;
  const std::string first_day = first_day_of(book, records, after);
  for (const Entry& entry : entries->second)
    if ((!rule->single || &entry == newest(entries->second)) && holds(where, entry.fields) &&
        day_of(*rule, entry) >= first_day && !settled_by(book, records, *rule, entry))
      counting.push_back(&entry);
  return counting;
}

bool met(const RecordBook& book, const Demand& demand, const Records& records) {
  const auto entries = that_count(book, records, demand.record, demand.where, demand.after);
  if (demand.different.empty()) return static_cast<int>(entries.size()) >= demand.at_least;
  std::set<std::string> values;
  for (const Entry* const entry : entries) values.insert(value_of(entry->fields, demand.different));
  values.erase("");
  return static_cast<int>(values.size()) >= demand.at_least;
}

std::string stand_of(const RecordBook& book, const Records& records) {
  std::string stand = book.stands.empty() ? std::string() : book.stands.front().first;
  const auto taken = records.find(std::string(kTakenMeasures));
  if (taken == records.end()) return stand;
  for (const Entry& entry : taken->second) {
    const MeasureRule* const measure = book.measure(value_of(entry.fields, "maatregel"));
    if (measure && !measure->to.empty()) stand = measure->to;
  }
  return stand;
}

Hindrance hindrance(const RecordBook& book, const MeasureRule& measure, const Records& records) {
  Hindrance hindrance;
  const std::string stand = stand_of(book, records);
  if (!measure.from.empty() && std::ranges::find(measure.from, stand) == measure.from.end()) hindrance.stand = stand;
  for (const std::string& name : measure.demands) {
    const Demand* const demand = book.demand(name);
    if (demand && !met(book, *demand, records)) hindrance.lacking.push_back(demand);
  }
  return hindrance;
}

std::string Hindrance::sentence(const RecordBook& book) const {
  std::string text;
  if (!stand.empty()) text = "De stand is: " + book.stand_label(stand) + ". Daar past deze brief niet bij.";
  for (const Demand* const demand : lacking) text += (text.empty() ? "" : " ") + demand->lacking;
  return text;
}

}  // namespace zp::intake
