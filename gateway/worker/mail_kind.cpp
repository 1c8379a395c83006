#include "gateway/worker/mail_kind.h"

#include <algorithm>
#include <array>

namespace zp::gateway {
namespace {

using Kinds = std::vector<std::string>;

struct Right {
  std::string_view kind;
  std::array<std::string_view, 4> words;  // stems, lower case; empty ones are not used
};

constexpr std::array<Right, 6> kRights = {{
    {"avg-inzage", {"inzage", "inzien", "artikel 15", "kopie van mijn gegevens"}},
    {"avg-rectificatie", {"rectificatie", "rectificeren", "artikel 16", "gegevens verbeteren"}},
    {"avg-wissing", {"wissing", "gegevens wissen", "artikel 17", "gegevens verwijderen"}},
    {"avg-beperking", {"beperking van de verwerking", "verwerking beperken", "artikel 18", ""}},
    {"avg-overdraagbaarheid", {"overdraagbaarheid", "dataportabiliteit", "artikel 20", "gegevens overdragen"}},
    {"avg-bezwaar", {"bezwaar tegen de verwerking", "bezwaar tegen het verwerken", "artikel 21", ""}},
}};
constexpr std::array<std::string_view, 3> kAvgWords = {"avg", "algemene verordening gegevensbescherming",
                                                       "persoonsgegevens"};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == '\n' || c == '\r' || c == '\t') c = ' ';
  }
  return out;
}

}  // namespace

Kinds guess_kinds(const intake::RuleBook& rules, std::string_view text) {
  const std::string words = lower(text);
  const auto names = [&](std::string_view word) { return !word.empty() && words.find(word) != std::string::npos; };
  Kinds said;
  for (const intake::RequestRule& rule : rules.requests())
    if (std::ranges::any_of(rule.phrases, names)) said.push_back(rule.name);
  // What follows a decision names the law of the first request too: its own phrase is the stronger sign.
  if (said.size() == 1) return said;
  Kinds guesses;
  if (std::ranges::any_of(kAvgWords, names))
    for (const Right& right : kRights)
      if (rules.find(right.kind) && std::ranges::any_of(right.words, names)) guesses.emplace_back(right.kind);
  return guesses.empty() ? Kinds{"onbekend"} : guesses;
}

}  // namespace zp::gateway
