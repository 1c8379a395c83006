// templates/letter/letter.h - formal letters: from a Markdown file and data to a tagged PDF.
//
// A letter is templates/letters/NAME.md: YAML front matter (title, subject, fields with types, legal
// ground, remedy, approval, ...) and a CommonMark body with Mustache {{field}} and
// {{#section}}...{{/section}}. docs/letters.md describes the format; the front matter is the data contract
// of each letter.
// Output: PDF/A-2a and PDF/UA-1 (ISO 19005-2, ISO 14289-1), nl-NL, embedded subset fonts. libharu draws,
// QPDF finishes.
// Deterministic: the same data and options give the same bytes (before signing).
// Threads: a LetterPress may be shared by threads after load().
// Errors: kRefused names all missing, wrong and unknown fields at once (names only, never values); kConfig
// a mistake in a letter file.
#ifndef TEMPLATES_LETTER_LETTER_H_
#define TEMPLATES_LETTER_LETTER_H_

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "crypto/base/bytes.h"

namespace zp::templates {

/// Who writes: letterhead, address line, footer; letters print it as {{organisation.name}},
/// {{organisation.telephone}}, ...
struct Organisation {
  std::string name;
  std::string return_address;  // one line, "Postbus 2690, 3500 GR Utrecht"
  std::string footer;
  std::string place;
  std::string telephone;  // "088 789 1000"
  std::string fg_email;   // of the data-protection officer
  std::vector<std::string> contact_lines;
  std::string digital_channel = {};  // "https://...", where an objection may be sent digitally; empty: by post alone
};

/// One value that a letter needs. Data are JSON:
///   text        one line
///   multiline   text
///   date        "YYYY-MM-DD", printed "22 november 2026"
///   time        "YYYY-MM-DDTHH:MM", local
///   number      printed with a decimal comma
///   size        bytes, printed "1,2 MB"
///   url         "https://..."
///   flag        true or false, for {{#sections}}
///   list        array of strings
///   table       array of objects with `columns`
struct LetterField {
  std::string name, type, about;
  bool required = true;              // there and not empty
  std::string unless;                // required only where the field of this name has no value
  std::vector<LetterField> columns;  // of a table
  std::string label;                 // of a column: its heading
};

/// What the day on which a letter leaves does to the terms of the request that it is about.
enum class LetterTerm {
  kNone,        // they run on
  kAnswer,      // it answers the request: they end
  kCompletion,  // it gives a term to complete the request (Awb 4:5); its last day is `complete_before`
  kNotTreated,  // as kAnswer, when the term to complete an application went by unused (Awb 4:5)
  kExtension,   // it tells of a longer term (AVG art. 12 lid 3); its last day is `new_term`
};

/// It decides on the request.
constexpr bool answers(LetterTerm term) noexcept {
  return term == LetterTerm::kAnswer || term == LetterTerm::kNotTreated;
}

/// Where in the handling of a request a letter comes, for menus.
enum class LetterStep { kReceipt, kAsk, kTerm, kDecide, kAfter };

/// What must go with a letter.
enum class Encloses { kNothing, kCopy, kData };

struct LetterInfo {
  std::string name, title, purpose, legal_ground, retention;
  std::vector<std::string> remedy;  // clauses in templates/letters/clauses that close the letter, in this order
  std::string announced_as;         // what kind of message it is, for the notification: no word about a person
  std::string legal_effect;         // what it means for its recipient, in one or two sentences, for the notification
  /// "verzoeker": whoever wrote to us, or speaks for that person. Anybody else ("huisarts", "ontvanger",
  /// "organisatie") has an address of their own, and no access to the requester's mailbox.
  std::string written_to;
  LetterTerm term = LetterTerm::kNone;
  LetterStep step = LetterStep::kAfter;  // follows from the term where there is one
  Encloses encloses = Encloses::kNothing;
  std::vector<std::string> for_kinds;  // kinds of request that it is for (intake/rules/requests); empty: any
  bool offered = true;                 // to staff; false for what only the program starts
  bool needs_approval = true;
  std::vector<LetterField> fields;
};

/// A part of a letter's text, as the file has it. What is fixed says what the law wants said: in the file it stands between
/// the lines {{!vast}} and {{!/vast}}, and so do the remedy clauses, which come last.
struct Passage {
  std::string text;  // CommonMark with {{fields}}
  bool fixed = false;
};

/// One letter in other words: a text for each passage that is not fixed, in their order. Empty: as the file has it.
using Wording = std::vector<std::string>;

struct RenderOptions {
  std::string date;                    // YYYY-MM-DD, printed and in the metadata
  std::string reference;               // fills the field `reference` ("Ons kenmerk") when the data lack it
  bool signature_placeholder = false;  // leaves room for sign_pdf()
  /// YYYY-MM-DDTHH:MM:SSZ, in the metadata and as time of signing; empty: noon UTC of `date`.
  std::string moment;
  /// Prints "[U+1F34E]" for a character that cannot be printed instead of refusing the letter: for the
  /// receipt, which repeats what senders wrote and which no person sees before it goes.
  bool spell_out_unprintable = false;
  Wording wording = {};
  /// The page where anybody can find out whether the letter is genuine ("https://..."), and the code to type there. Both
  /// or none; printed below the closing, and as a QR code with `reference` in it.
  std::string genuine_page = {}, genuine_code = {};
};

class LetterPress {
 public:
  /// Reads fonts, colour profile, hyphenation and every template in `letters_folder`. kConfig names the file
  /// with a mistake.
  static Result<std::unique_ptr<LetterPress>> load(const std::string& letters_folder, Organisation organisation);
  virtual ~LetterPress() = default;
  virtual const std::vector<LetterInfo>& letters() const = 0;
  /// kNotFound an unknown letter.
  virtual Result<std::vector<Passage>> passages(const std::string& name) const = 0;
  /// kRefused, in Dutch and for whoever wrote it: what this wording does that a letter can't, or which field it lost that
  /// the letter must print.
  virtual Result<void> check_wording(const std::string& name, const Wording& wording) const = 0;
  /// kRefused names every missing, wrong or unknown field, and characters that no font can print (U+XXXX);
  /// kNotFound an unknown letter.
  virtual Result<Bytes> render(const std::string& name, const nlohmann::json& data,
                               const RenderOptions& options) const = 0;
};

/// Signs a PDF that was rendered with a placeholder: `sign` gets the SHA-256 over the ByteRange and returns
/// DER CMS (crypto/cms.h SealKey). PAdES B-B (ETSI EN 319 142-1); must be the last step. kMalformed without a
/// placeholder, kTooLarge if the CMS does not fit in it.
Result<Bytes> sign_pdf(Bytes pdf, const std::function<Result<Bytes>(ByteView digest)>& sign);

}  // namespace zp::templates

#endif  // TEMPLATES_LETTER_LETTER_H_
