#include "intake/rules/records.h"

#include <algorithm>
#include <set>

namespace zp::intake {
namespace {

template <typename Rule>
const Rule* find(const std::vector<Rule>& rules, std::string_view name) noexcept {
  const auto found = std::ranges::find(rules, name, &Rule::name);
  return found == rules.end() ? nullptr : &*found;
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

bool met(const Demand& demand, const Records& records) {
  const auto entries = records.find(demand.record);
  if (entries == records.end()) return false;
  int count = 0;
  std::set<std::string> values;
  for (const FieldValues& entry : entries->second) {
    if (!holds(demand.where, entry)) continue;
    ++count;
    if (const auto value = entry.find(demand.different); value != entry.end()) values.insert(value->second);
  }
  return (demand.different.empty() ? count : static_cast<int>(values.size())) >= demand.at_least;
}

std::string stand_of(const RecordBook& book, const Records& records) {
  std::string stand = book.stands.empty() ? std::string() : book.stands.front().first;
  const auto taken = records.find(std::string(kTakenMeasures));
  if (taken == records.end()) return stand;
  for (const FieldValues& entry : taken->second) {
    const auto name = entry.find("maatregel");
    const MeasureRule* const measure = name == entry.end() ? nullptr : book.measure(name->second);
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
    if (demand && !met(*demand, records)) hindrance.lacking.push_back(demand);
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
