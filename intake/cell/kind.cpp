#include "intake/cell/kind.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

namespace zp::intake::cell {
namespace {

using namespace std::string_view_literals;

enum KindIndex : std::size_t { kCourtOrder, kMandate, kConsent, kForm, kLetter, kDecision, kCount };
constexpr std::array<std::string_view, kCount> kNames = {"court-order", "mandate", "consent",
                                                         "form",        "letter",  "decision"};

struct Clue {
  KindIndex kind;
  double weight;
  std::string_view words;
};

// Each counts once, and twice where it begins a line near the top of the document: there a document names itself,
// elsewhere it speaks of others. What follows "mijn" or "van" counts half: it is spoken of.
constexpr std::array kClues = {
    Clue{kCourtOrder, 2.0, "beschikking"sv},
    Clue{kCourtOrder, 2.0, "kantonrechter"sv},
    Clue{kCourtOrder, 1.5, "rechtbank"sv},
    Clue{kCourtOrder, 1.5, "zaaknummer"sv},
    Clue{kCourtOrder, 1.5, "rekestnummer"sv},
    Clue{kCourtOrder, 1.0, "griffier"sv},
    Clue{kCourtOrder, 1.0, "de beslissing"sv},
    Clue{kCourtOrder, 1.5, "stelt een mentorschap in"sv},
    Clue{kCourtOrder, 1.0, "mentorschap"sv},
    Clue{kCourtOrder, 1.0, "onderbewindstelling"sv},
    Clue{kCourtOrder, 1.0, "onder bewind"sv},
    Clue{kCourtOrder, 1.0, "beschermingsbewind"sv},
    Clue{kCourtOrder, 1.0, "curatele"sv},
    Clue{kCourtOrder, 1.5, "benoemt tot"sv},
    Clue{kMandate, 3.0, "machtiging"sv},
    Clue{kMandate, 2.5, "machtigingsformulier"sv},
    Clue{kMandate, 2.0, "machtig"sv},
    Clue{kMandate, 1.5, "gemachtigde"sv},
    Clue{kMandate, 2.0, "volmacht"sv},
    Clue{kMandate, 1.5, "levenstestament"sv},
    Clue{kMandate, 1.0, "namens mij"sv},
    Clue{kConsent, 2.5, "toestemmingsverklaring"sv},
    Clue{kConsent, 2.0, "toestemming"sv},
    Clue{kConsent, 1.5, "geef ik toestemming"sv},
    Clue{kConsent, 1.0, "verklaart toestemming"sv},
    Clue{kForm, 2.0, "aanvraagformulier"sv},
    Clue{kForm, 2.0, "formulier"sv},
    Clue{kForm, 1.5, "aanvraag"sv},
    Clue{kForm, 1.0, "kruis aan"sv},
    Clue{kForm, 1.0, "invullen"sv},
    Clue{kForm, 1.0, "ondertekening"sv},
    Clue{kForm, 0.5, "geboortedatum"sv},
    Clue{kForm, 1.0, "straat en huisnummer"sv},
    Clue{kForm, 1.0, "postcode en w"sv},
    Clue{kForm, 1.0, "plaats en datum"sv},
    Clue{kForm, 1.0, "uw handtekening"sv},
    Clue{kLetter, 2.0, "geachte"sv},
    Clue{kLetter, 1.5, "hoogachtend"sv},
    Clue{kLetter, 1.5, "met vriendelijke groet"sv},
    Clue{kLetter, 1.0, "betreft"sv},
    Clue{kLetter, 1.5, "verzoek"sv},
    Clue{kLetter, 1.0, "hierbij verzoek ik"sv},
    Clue{kDecision, 3.0, "indicatiebesluit"sv},
    Clue{kDecision, 1.5, "besluit"sv},
    Clue{kDecision, 1.5, "bezwaar maken"sv},
    Clue{kDecision, 1.0, "zorgprofiel"sv},
    Clue{kDecision, 1.0, "wet langdurige zorg"sv},
};

struct Plain {
  std::string text;                // lower case, runs of white space as one blank, so that a phrase may cross a line
  std::vector<std::size_t> lines;  // where in it lines begin, ascending

  bool begins_line(std::size_t at) const { return std::ranges::binary_search(lines, at); }
};

bool is_spoken_of(std::string_view text, std::size_t at) {
  constexpr std::array kBefore = {"mijn "sv, " uw "sv, " van "sv, " een "sv, " dit "sv};
  return std::ranges::any_of(kBefore, [&](std::string_view word) { return text.substr(0, at).ends_with(word); });
}

Plain normalised(std::string_view text) {
  Plain plain;
  bool new_line = true;
  for (const char c : text) {
    const bool space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    new_line |= c == '\n';
    if (space && !plain.text.empty() && plain.text.back() != ' ') plain.text += ' ';
    if (space) continue;
    if (new_line) plain.lines.push_back(plain.text.size());
    new_line = false;
    plain.text += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return plain;
}

}  // namespace

Kind kind_of(std::string_view text) {
  constexpr std::size_t kLook = 16 * 1024;  // what a document is stands on its first pages
  constexpr std::size_t kTop = 500;
  constexpr double kEnough = 6;  // weight of a document that plainly says what it is
  constexpr double kTooLittle = 1.5;
  const Plain plain = normalised(text.substr(0, kLook));
  std::array<double, kCount> weights{};
  for (const Clue& clue : kClues) {
    const std::size_t at = plain.text.find(clue.words);
    if (at == std::string::npos) continue;
    const bool names_itself = at < kTop && plain.begins_line(at);
    weights[clue.kind] += clue.weight * (is_spoken_of(plain.text, at) ? 0.5 : names_itself ? 2 : 1);
  }
  const auto best = std::ranges::max_element(weights);
  if (*best < kTooLittle) return {};
  double second = 0;
  for (const double& weight : weights) {
    if (&weight != &*best) second = std::max(second, weight);
  }
  const double clear = *best / (*best + second);
  return {std::string(kNames[static_cast<std::size_t>(best - weights.begin())]),
          clear * std::min(1.0, *best / kEnough)};
}

}  // namespace zp::intake::cell
