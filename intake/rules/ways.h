// intake/rules/ways.h - the policy by which ways a letter may leave, for each class of letter (intake/rules/verzendwegen.yaml).
//
// Here stands what may be done; what a recipient can receive, and so which way is taken, is gateway/casework/ways.h.
// Threads: const objects may be shared.
#ifndef INTAKE_RULES_WAYS_H_
#define INTAKE_RULES_WAYS_H_

#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/result.h"

namespace zp::intake {

/// One or more ways that a class may take, and why.
struct WayRule {
  std::string name;
  std::vector<std::string> ways;    // of "openpgp", "smime", "tls", "mailbox", "post", the best first
  std::vector<std::string> proofs;  // of "tls" alone: by what the server must prove itself: "nta", "dane", "mta-sts"
  std::string why;                  // Dutch, for staff
  std::string source, source_text;  // the text is empty for a norm that may not be copied
};

struct LetterClass {
  std::string name, title, about;    // title and about: Dutch, for staff
  std::vector<std::string> letters;  // names (templates/letters)
  std::string with_additions;  // the class of such a letter with enclosures or in words of its own; empty: this one
  std::vector<WayRule> rules;  // the best first; the last one is the post

  /// Null: this class does not go that way.
  const WayRule* rule_for(const std::string& way) const noexcept;
};

/// Dutch, of a way or a proof: "versleutelde mail (OpenPGP)", "NTA 7516".
std::string_view route_words(std::string_view name) noexcept;

class WayPolicy {
 public:
  /// kConfig names file and line of the first mistake: unknown ways, a class without post, a letter in two classes.
  static Result<WayPolicy> load(const std::string& path);
  const std::vector<LetterClass>& classes() const noexcept { return classes_; }
  const LetterClass& class_of(const std::string& letter, bool has_additions) const noexcept;

 private:
  const LetterClass* named(const std::string& name) const noexcept;

  std::vector<LetterClass> classes_;
  std::string otherwise_;
};

}  // namespace zp::intake

#endif  // INTAKE_RULES_WAYS_H_
