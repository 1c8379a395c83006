#include "intake/cell/kind.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <functional>
#include <span>
#include <vector>

#include "intake/findings.h"

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

// Each counts once, and twice where it begins a line near the top of the document or follows "Betreft:": there a
// document names itself, elsewhere it speaks of others. What follows "mijn" or "van" counts half: it is spoken of.
constexpr std::array kClues = {
    Clue{kCourtOrder, 2.0, "beschikking"sv},
    Clue{kCourtOrder, 2.0, "kantonrechter"sv},
    Clue{kCourtOrder, 1.5, "rechtbank"sv},
    Clue{kCourtOrder, 1.5, "gerechtshof"sv},
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
    Clue{kCourtOrder, 1.0, "in het openbaar uitgesproken"sv},
    Clue{kMandate, 3.0, "machtiging"sv},
    Clue{kMandate, 2.5, "machtigingsformulier"sv},
    Clue{kMandate, 2.0, "machtig"sv},
    Clue{kMandate, 3.0, "hierbij machtig ik"sv},
    Clue{kMandate, 1.5, "ik machtig"sv},
    Clue{kMandate, 2.0, "machtigt"sv},
    Clue{kMandate, 1.0, "machtigen"sv},
    Clue{kMandate, 1.5, "gemachtigde"sv},
    Clue{kMandate, 2.0, "volmacht"sv},
    Clue{kMandate, 1.5, "volmachtgever"sv},
    Clue{kMandate, 1.0, "gevolmachtigde"sv},
    Clue{kMandate, 1.5, "levenstestament"sv},
    Clue{kMandate, 1.0, "namens mij"sv},
    Clue{kMandate, 1.0, "in mijn naam"sv},
    Clue{kConsent, 2.5, "toestemmingsverklaring"sv},
    Clue{kConsent, 2.5, "toestemmingsformulier"sv},
    Clue{kConsent, 2.0, "toestemming"sv},
    Clue{kConsent, 1.5, "geef ik toestemming"sv},
    Clue{kConsent, 1.5, "ik geef toestemming"sv},
    Clue{kConsent, 1.0, "verklaart toestemming"sv},
    Clue{kConsent, 1.0, "toestemming te geven"sv},
    Clue{kConsent, 1.0, "geven toestemming"sv},
    Clue{kConsent, 1.0, "mijn toestemming"sv},
    Clue{kForm, 2.0, "aanvraagformulier"sv},
    Clue{kForm, 2.0, "formulier"sv},
    Clue{kForm, 1.5, "aanvraag"sv},
    Clue{kForm, 1.0, "kruis aan"sv},
    Clue{kForm, 1.0, "invullen"sv},
    Clue{kForm, 1.0, "ondertekening"sv},
    Clue{kForm, 0.5, "geboortedatum"sv},
    Clue{kForm, 0.5, "burgerservicenummer"sv},
    Clue{kForm, 1.0, "straat en huisnummer"sv},
    Clue{kForm, 1.0, "postcode en w"sv},
    Clue{kForm, 1.0, "plaats en datum"sv},
    Clue{kForm, 1.0, "uw handtekening"sv},
    Clue{kLetter, 2.0, "geachte"sv},
    Clue{kLetter, 1.0, "beste"sv},
    Clue{kLetter, 1.0, "lieve"sv},
    Clue{kLetter, 1.5, "hoogachtend"sv},
    Clue{kLetter, 1.5, "hoogachting"sv},
    Clue{kLetter, 0.5, "met vriendelijke groet"sv},
    Clue{kLetter, 1.5, "vriendelijke groeten"sv},
    Clue{kLetter, 1.5, "hartelijke groet"sv},
    Clue{kLetter, 1.5, "hartelijke groeten"sv},
    Clue{kLetter, 1.0, "groeten"sv},
    Clue{kLetter, 1.0, "betreft"sv},
    Clue{kLetter, 1.0, "onderwerp"sv},
    Clue{kLetter, 1.5, "verzoek"sv},
    Clue{kLetter, 1.0, "hierbij verzoek ik"sv},
    Clue{kLetter, 1.0, "hallo"sv},
    Clue{kLetter, 1.0, "vriendelijke groet"sv},
    Clue{kLetter, 2.0, "inzageverzoek"sv},
    Clue{kLetter, 1.5, "recht op inzage"sv},
    Clue{kLetter, 1.5, "recht op vergetelheid"sv},
    Clue{kLetter, 1.5, "algemene verordening gegevensbescherming"sv},
    Clue{kLetter, 1.5, "mijn persoonsgegevens"sv},
    Clue{kLetter, 1.0, "mijn gegevens"sv},
    Clue{kLetter, 1.5, "huisartsenpraktijk"sv},
    Clue{kLetter, 1.0, "reden van aanmelding"sv},
    Clue{kLetter, 0.5, "behandelplan"sv},
    Clue{kLetter, 1.0, "psychiatrisch onderzoek"sv},
    Clue{kLetter, 0.5, "psychiater"sv},
    Clue{kLetter, 0.5, "consult"sv},
    Clue{kLetter, 2.0, "ontslagbrief"sv},
    Clue{kLetter, 2.0, "verwijsbrief"sv},
    Clue{kLetter, 1.0, "geachte collega"sv},
    Clue{kLetter, 1.5, "reden van verwijzing"sv},
    Clue{kLetter, 1.0, "lichamelijk onderzoek"sv},
    Clue{kLetter, 1.0, "voorgeschiedenis"sv},
    Clue{kLetter, 1.0, "anamnese"sv},
    Clue{kLetter, 0.5, "diagnose"sv},
    Clue{kLetter, 0.5, "diagnoses"sv},
    Clue{kLetter, 0.5, "medicatie"sv},
    Clue{kLetter, 0.5, "prognose"sv},
    Clue{kLetter, 1.0, "polikliniek"sv},
    Clue{kDecision, 3.0, "indicatiebesluit"sv},
    Clue{kDecision, 1.5, "besluit"sv},
    Clue{kDecision, 2.0, "besluit op uw aanvraag"sv},
    Clue{kDecision, 2.0, "wij hebben besloten"sv},
    Clue{kDecision, 2.0, "hebben wij besloten"sv},
    Clue{kDecision, 2.0, "hebben we besloten"sv},
    Clue{kDecision, 2.0, "wijzen uw aanvraag af"sv},
    Clue{kDecision, 1.0, "uw aanvraag"sv},
    Clue{kDecision, 0.5, "recht hebt op"sv},
    Clue{kDecision, 1.0, "eens met dit besluit"sv},
    Clue{kDecision, 1.0, "eens bent met"sv},
    Clue{kDecision, 0.5, "permanent toezicht"sv},
    Clue{kDecision, 1.0, "afwijzing"sv},
    Clue{kDecision, 1.0, "toekenning"sv},
    Clue{kDecision, 1.5, "bezwaar maken"sv},
    Clue{kDecision, 1.0, "bezwaarschrift"sv},
    Clue{kDecision, 1.5, "besluitnummer"sv},
    Clue{kDecision, 1.0, "ingangsdatum"sv},
    Clue{kDecision, 1.0, "zorgprofiel"sv},
    Clue{kDecision, 1.0, "wet langdurige zorg"sv},
};

struct SubjectClue {
  KindIndex kind;
  double weight;
  std::string_view subject, words;
};

// Looked at within one kind only.
constexpr std::array kSubjectClues = {
    SubjectClue{kForm, 1, "aanvraag"sv, "aanvraag"sv},
    SubjectClue{kForm, 1, "aanvraag"sv, "wet langdurige zorg"sv},
    SubjectClue{kForm, 1, "aanvraag"sv, "wlz"sv},
    SubjectClue{kForm, 1, "aanvraag"sv, "langdurige zorg"sv},
    SubjectClue{kForm, 1, "aanvraag"sv, "aanvraagformulier"sv},
    SubjectClue{kForm, 1, "aanvraag"sv, "meerzorg"sv},
    SubjectClue{kForm, 1, "aanvraag"sv, "indicatie"sv},
    SubjectClue{kForm, 2, "avg-verzoek"sv, "avg"sv},
    SubjectClue{kForm, 1, "avg-verzoek"sv, "persoonsgegevens"sv},
    SubjectClue{kForm, 1, "avg-verzoek"sv, "mijn persoonsgegevens"sv},
    SubjectClue{kForm, 2, "avg-verzoek"sv, "algemene verordening gegevensbescherming"sv},
    SubjectClue{kForm, 1, "avg-verzoek"sv, "inzage"sv},
    SubjectClue{kForm, 1, "avg-verzoek"sv, "privacywet"sv},
    SubjectClue{kForm, 1, "avg-verzoek"sv, "recht op inzage"sv},
    SubjectClue{kForm, 2, "avg-verzoek"sv, "inzageverzoek"sv},
    SubjectClue{kForm, 2, "avg-verzoek"sv, "recht op vergetelheid"sv},
    SubjectClue{kForm, 2, "avg-verzoek"sv, "rechten van betrokkenen"sv},
    SubjectClue{kForm, 1, "avg-verzoek"sv, "gegevenswissing"sv},
    SubjectClue{kForm, 1, "avg-verzoek"sv, "rectificatie"sv},
    SubjectClue{kForm, 1, "avg-verzoek"sv, "overdraagbaarheid"sv},
    SubjectClue{kLetter, 2, "avg-verzoek"sv, "avg"sv},
    SubjectClue{kLetter, 1, "avg-verzoek"sv, "persoonsgegevens"sv},
    SubjectClue{kLetter, 1, "avg-verzoek"sv, "mijn persoonsgegevens"sv},
    SubjectClue{kLetter, 2, "avg-verzoek"sv, "algemene verordening gegevensbescherming"sv},
    SubjectClue{kLetter, 1, "avg-verzoek"sv, "inzage"sv},
    SubjectClue{kLetter, 1, "avg-verzoek"sv, "functionaris gegevensbescherming"sv},
    SubjectClue{kLetter, 1, "avg-verzoek"sv, "privacywet"sv},
    SubjectClue{kLetter, 1, "avg-verzoek"sv, "recht op inzage"sv},
    SubjectClue{kLetter, 2, "avg-verzoek"sv, "inzageverzoek"sv},
    SubjectClue{kLetter, 2, "avg-verzoek"sv, "recht op vergetelheid"sv},
    SubjectClue{kLetter, 1, "avg-verzoek"sv, "mijn gegevens"sv},
    SubjectClue{kLetter, 1, "avg-verzoek"sv, "mijn dossier"sv},
    SubjectClue{kLetter, 1, "avg-verzoek"sv, "inzien"sv},
    SubjectClue{kLetter, 1, "medisch"sv, "huisarts"sv},
    SubjectClue{kLetter, 1, "medisch"sv, "psychiater"sv},
    SubjectClue{kLetter, 1, "medisch"sv, "neuroloog"sv},
    SubjectClue{kLetter, 1, "medisch"sv, "geriater"sv},
    SubjectClue{kLetter, 1, "medisch"sv, "psychiatrisch onderzoek"sv},
    SubjectClue{kLetter, 1, "medisch"sv, "behandelplan"sv},
    SubjectClue{kLetter, 1, "medisch"sv, "reden van aanmelding"sv},
    SubjectClue{kLetter, 1, "medisch"sv, "huisartsenpraktijk"sv},
    SubjectClue{kLetter, 1, "medisch"sv, "diagnose"sv},
    SubjectClue{kLetter, 1, "medisch"sv, "diagnoses"sv},
    SubjectClue{kLetter, 1, "medisch"sv, "medische informatie"sv},
    SubjectClue{kLetter, 1, "medisch"sv, "prognose"sv},
    SubjectClue{kLetter, 1, "medisch"sv, "voorgeschiedenis"sv},
    SubjectClue{kLetter, 1, "medisch"sv, "medicatie"sv},
    SubjectClue{kLetter, 1, "medisch"sv, "anamnese"sv},
    SubjectClue{kLetter, 1, "medisch"sv, "lichamelijk onderzoek"sv},
    SubjectClue{kLetter, 1, "medisch"sv, "geachte collega"sv},
    SubjectClue{kLetter, 1, "medisch"sv, "collegiale groet"sv},
    SubjectClue{kLetter, 1, "medisch"sv, "collegiale hoogachting"sv},
    SubjectClue{kLetter, 1, "medisch"sv, "ontslagbrief"sv},
    SubjectClue{kLetter, 1, "medisch"sv, "verwijsbrief"sv},
    SubjectClue{kLetter, 1, "medisch"sv, "reden van verwijzing"sv},
    SubjectClue{kLetter, 1, "medisch"sv, "ziekenhuis"sv},
    SubjectClue{kLetter, 1, "medisch"sv, "polikliniek"sv},
    SubjectClue{kLetter, 1, "medisch"sv, "specialist"sv},
    SubjectClue{kLetter, 1, "medisch"sv, "specialist ouderengeneeskunde"sv},
    SubjectClue{kMandate, 1, "volmacht"sv, "volmacht"sv},
    SubjectClue{kMandate, 2, "volmacht"sv, "levenstestament"sv},
    SubjectClue{kMandate, 2, "volmacht"sv, "notaris"sv},
    SubjectClue{kMandate, 1, "volmacht"sv, "volmachtgever"sv},
    SubjectClue{kMandate, 1.5, "machtiging"sv, "machtiging"sv},
    SubjectClue{kMandate, 1, "machtiging"sv, "gemachtigde"sv},
    SubjectClue{kMandate, 1, "machtiging"sv, "machtig"sv},
    SubjectClue{kMandate, 1, "machtiging"sv, "machtigt"sv},
    SubjectClue{kMandate, 1, "machtiging"sv, "machtigen"sv},
    SubjectClue{kConsent, 1, "toestemming"sv, "toestemming"sv},
    SubjectClue{kConsent, 1, "toestemming"sv, "toestemmingsformulier"sv},
    SubjectClue{kConsent, 1, "toestemming"sv, "toestemmingsverklaring"sv},
    SubjectClue{kDecision, 1, "indicatiebesluit"sv, "indicatiebesluit"sv},
    SubjectClue{kDecision, 1, "indicatiebesluit"sv, "zorgprofiel"sv},
    SubjectClue{kDecision, 1, "indicatiebesluit"sv, "wet langdurige zorg"sv},
    SubjectClue{kDecision, 1, "indicatiebesluit"sv, "wlz"sv},
    SubjectClue{kDecision, 1, "indicatiebesluit"sv, "indicatie"sv},
    SubjectClue{kCourtOrder, 1, "mentorschap"sv, "mentorschap"sv},
    SubjectClue{kCourtOrder, 1, "mentorschap"sv, "mentor"sv},
    SubjectClue{kCourtOrder, 2, "mentorschap"sv, "stelt een mentorschap in"sv},
    SubjectClue{kCourtOrder, 2, "curatele"sv, "onder curatele"sv},
    SubjectClue{kCourtOrder, 1, "curatele"sv, "curator"sv},
    SubjectClue{kCourtOrder, 1, "bewind"sv, "onderbewindstelling"sv},
    SubjectClue{kCourtOrder, 1, "bewind"sv, "bewindvoerder"sv},
    SubjectClue{kCourtOrder, 1, "bewind"sv, "onder bewind"sv},
    SubjectClue{kCourtOrder, 1, "bewind"sv, "beschermingsbewind"sv},
    SubjectClue{kCourtOrder, 2, "bewind"sv, "stelt een bewind in"sv},
};

struct Plain {
  std::string text;                // lower case, runs of white space as one blank, so that a phrase may cross a line
  std::vector<std::size_t> lines;  // where in it lines begin, ascending

  bool begins_line(std::size_t at) const { return std::ranges::binary_search(lines, at); }
};

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

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c & '\x80') != 0; }

/// Where `words` stand next, as whole words, since "avg" may be part of a longer one; npos if nowhere.
std::size_t find_words(std::string_view text, std::string_view words, std::size_t from = 0) {
  for (std::size_t at = text.find(words, from); at != std::string_view::npos; at = text.find(words, at + 1)) {
    const std::size_t end = at + words.size();
    if ((at == 0 || !is_letter(text[at - 1])) && (end == text.size() || !is_letter(text[end]))) return at;
  }
  return std::string_view::npos;
}

bool has_words(std::string_view text, std::string_view words) {
  return find_words(text, words) != std::string_view::npos;
}

bool follows(std::string_view text, std::size_t at, std::span<const std::string_view> any_of) {
  return std::ranges::any_of(any_of, [&](std::string_view before) { return text.substr(0, at).ends_with(before); });
}

/// How much words count by where they stand, the best of all places; 0 if nowhere.
double standing(const Plain& plain, std::string_view words) {
  constexpr std::size_t kTop = 500;
  static constexpr std::array kSpokenOf = {"mijn "sv, " uw "sv, " van "sv, " een "sv, " dit "sv};
  static constexpr std::array kTitleAfter = {"betreft: "sv, "onderwerp: "sv};
  double best = 0;
  for (std::size_t at = find_words(plain.text, words); at != std::string_view::npos;
       at = find_words(plain.text, words, at + 1)) {
    const bool is_title = at < kTop && (plain.begins_line(at) || follows(plain.text, at, kTitleAfter));
    const bool spoken_of = !words.starts_with("mijn") && follows(plain.text, at, kSpokenOf);
    best = std::max(best, is_title ? 2 : spoken_of ? 0.5 : 1);
  }
  return best;
}

/// Of the subjects of one kind the heaviest, the first listed where two weigh the same; empty if no word speaks for one.
std::string subject_of(std::size_t kind, const Plain& plain) {
  std::vector<std::pair<std::string_view, double>> weights;
  for (const SubjectClue& clue : kSubjectClues) {
    if (clue.kind != kind) continue;
    const double weight = clue.weight * standing(plain, clue.words);
    if (weight == 0) continue;
    const auto known = std::ranges::find(weights, clue.subject, [](const auto& one) { return one.first; });
    if (known == weights.end())
      weights.emplace_back(clue.subject, weight);
    else
      known->second += weight;
  }
  const auto best = std::ranges::max_element(weights, {}, [](const auto& one) { return one.second; });
  const bool unsure = kind == kLetter && best != weights.end() && best->second < 2;  // many letters name a doctor
  return best == weights.end() || unsure ? std::string() : std::string(best->first);
}

struct Found {
  double weight = 0;
  const Clue* clue = nullptr;
};

/// Only who writes a letter or means to do something writes this; other words may stand in any list or table.
bool says_so(const Clue& clue) {
  constexpr double kPlain = 1.5;
  return (clue.words.contains(' ') && clue.weight >= kPlain) || clue.words == "geachte";
}

double most_certain(const std::vector<Found>& found) {
  constexpr double kOneWord = 0.4, kTwoWords = 0.45;
  static_assert(kTwoWords < kSureKind);
  if (found.size() > 2 || std::ranges::any_of(found, [](const Found& one) { return says_so(*one.clue); })) return 1;
  return found.size() == 2 ? kTwoWords : kOneWord;
}

}  // namespace

Kind kind_of(std::string_view text) {
  constexpr std::size_t kLook = 16 * 1024;  // what a document is stands on its first pages
  constexpr double kEnough = 6;             // weight of a document that plainly says what it is
  constexpr double kTooLittle = 1.5;
  constexpr std::size_t kWordsTold = 5;
  const Plain plain = normalised(text.substr(0, kLook));
  std::array<double, kCount> weights{};
  std::array<std::vector<Found>, kCount> words;
  for (const Clue& clue : kClues) {
    const double stands = standing(plain, clue.words);
    if (stands == 0) continue;
    // A greeting opens a line, but names nothing.
    const double weight = clue.weight * (clue.kind == kLetter ? std::min(stands, 1.0) : stands);
    weights[clue.kind] += weight;
    words[clue.kind].push_back({weight, &clue});
  }
  // A court greets nobody: a letter speaks of an order, or has one behind it.
  if (has_words(plain.text, "geachte") || has_words(plain.text, "beste")) weights[kCourtOrder] /= 3;
  const auto best = std::ranges::max_element(weights);
  if (*best < kTooLittle) return {};
  double second = 0;
  for (const double& weight : weights) {
    if (&weight != &*best) second = std::max(second, weight);
  }
  const double clear = *best / (*best + second);
  const auto index = static_cast<std::size_t>(best - weights.begin());
  const double likely = clear * std::min(1.0, *best / kEnough);
  Kind kind{std::string(kNames[index]), std::min(most_certain(words[index]), likely), subject_of(index, plain), {}};
  std::ranges::stable_sort(words[index], std::greater<>(), &Found::weight);
  for (const Found& one : words[index]) {
    if (kind.words.size() < kWordsTold) kind.words.emplace_back(one.clue->words);
  }
  return kind;
}

Kind kind_beside_identity(const Kind& text, double seen, std::size_t copies, std::size_t other_pages) {
  constexpr double kContradicted = 0.45;
  static_assert(kContradicted < kSureKind);
  if (text.confidence >= kSureKind || other_pages > copies) return text;
  Kind kind{
      "identity-document", seen * static_cast<double>(copies) / static_cast<double>(copies + other_pages), {}, {}};
  // What is printed on such a document, "geboortedatum", are words of a form too.
  if (text.name == "unknown" || text.name == kNames[kForm]) return kind;
  kind.confidence = std::min(kind.confidence, kContradicted);
  kind.words = text.words;
  return kind;
}

}  // namespace zp::intake::cell
