#include "intake/cell/kind.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace zp::intake::cell {
namespace {

using namespace std::string_view_literals;

enum KindIndex : std::size_t { kCourtOrder, kMandate, kConsent, kForm, kLetter, kDecision, kCount };
constexpr std::array<std::string_view, kCount> kNames = {"court-order", "mandate", "consent", "form", "letter", "decision"};

struct Clue {
  KindIndex kind;
  double weight;
  std::string_view words;
};

// Each counts once, and half as much again near the top of the document, where its title stands.
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
    Clue{kLetter, 2.0, "geachte"sv},
    Clue{kLetter, 1.5, "hoogachtend"sv},
    Clue{kLetter, 1.5, "met vriendelijke groet"sv},
    Clue{kLetter, 1.0, "betreft"sv},
    Clue{kLetter, 1.5, "verzoek"sv},
    Clue{kLetter, 1.0, "hierbij verzoek ik"sv},
    Clue{kDecision, 4.0, "indicatiebesluit"sv},
    Clue{kDecision, 1.5, "besluit"sv},
    Clue{kDecision, 1.5, "bezwaar maken"sv},
    Clue{kDecision, 1.0, "zorgprofiel"sv},
    Clue{kDecision, 1.0, "wet langdurige zorg"sv},
};

/// Lower case, runs of white space as one blank, so that a phrase may cross a line.
std::string normalised(std::string_view text) {
  std::string plain;
  for (const char c : text) {
    const bool space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (space && !plain.empty() && plain.back() != ' ') plain += ' ';
    if (!space) plain += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return plain;
}

}  // namespace

Kind kind_of(std::string_view text) {
  constexpr std::size_t kLook = 16 * 1024;  // what a document is stands on its first pages
  constexpr std::size_t kTop = 500;
  constexpr double kEnough = 6;             // weight of a document that plainly says what it is
  constexpr double kTooLittle = 1.5;
  const std::string plain = normalised(text.substr(0, kLook));
  std::array<double, kCount> weights{};
  for (const Clue& clue : kClues) {
    const std::size_t at = plain.find(clue.words);
    if (at != std::string::npos) weights[clue.kind] += clue.weight * (at < kTop ? 1.5 : 1);
  }
  const auto best = std::ranges::max_element(weights);
  if (*best < kTooLittle) return {};
  double second = 0;
  for (const double& weight : weights) {
    if (&weight != &*best) second = std::max(second, weight);
  }
  const double clear = *best / (*best + second);
  return {std::string(kNames[static_cast<std::size_t>(best - weights.begin())]), clear * std::min(1.0, *best / kEnough)};
}

}  // namespace zp::intake::cell
