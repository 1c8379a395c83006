// templates/letter/letter.h - formal letters: from a Markdown file and data to a tagged PDF.
//
// A letter is templates/letters/NAME.md: YAML front matter (title, fields with types, legal ground, remedy, approval, ...) and a CommonMark
// body with {{field}}, {{#list}}...{{/list}}, {{#if}}-less Mustache conditions. docs/letters.md describes the format.
// Output: PDF/A-2a and PDF/UA-1 (ISO 19005-2, ISO 14289-1), nl-NL, embedded subset fonts. libharu draws, QPDF finishes.
// Deterministic: the same data and date give the same bytes (before signing).
// Threads: a LetterPress may be shared by threads after load(). Errors: missing or wrong fields are named all at once.
#ifndef TEMPLATES_LETTER_LETTER_H_
#define TEMPLATES_LETTER_LETTER_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "crypto/base/bytes.h"

namespace zp::templates {

/// Who writes: letterhead, return address, footer. From the configuration.
struct Organisation {
  std::string name, return_address, footer, place;
  std::vector<std::string> contact_lines;
};

struct LetterInfo {
  std::string name, title, purpose, legal_ground;
  bool needs_approval = true;
  std::vector<std::pair<std::string, std::string>> fields;  // name, type
};

struct RenderOptions {
  std::string date;         // YYYY-MM-DD, printed and in the metadata
  std::string reference;    // "Ons kenmerk"
  bool signature_placeholder = false;  // leaves room for sign_pdf()
};

class LetterPress {
 public:
  /// Reads fonts, colour profile, hyphenation and every template in `letters_folder`.
  static Result<std::unique_ptr<LetterPress>> load(const std::string& letters_folder, Organisation organisation);
  virtual ~LetterPress() = default;
  virtual const std::vector<LetterInfo>& letters() const = 0;
  /// kRefused names every missing or wrong field, and characters that no font can print; kNotFound an unknown letter.
  virtual Result<Bytes> render(const std::string& name, const nlohmann::json& data, const RenderOptions& options) const = 0;
};

/// Signs a PDF that was rendered with a placeholder: `sign` gets the SHA-256 over the ByteRange and returns DER CMS (crypto/cms.h SealKey).
/// PAdES B-B (ETSI EN 319 142-1), must be the last step.
Result<Bytes> sign_pdf(Bytes pdf, const std::function<Result<Bytes>(ByteView digest)>& sign);

}  // namespace zp::templates

#endif  // TEMPLATES_LETTER_LETTER_H_
