// intake/rules/desk.h - the information desk: who calls and what they ask, to what may be told (intake/rules/balie.yaml).
//
// Every caller has an answer to every question: load() refuses a file with a gap.
// Threads: const objects may be shared.
#ifndef INTAKE_RULES_DESK_H_
#define INTAKE_RULES_DESK_H_

#include <string>
#include <utility>
#include <vector>

#include "crypto/base/result.h"

namespace zp::intake {

enum class DeskOutcome { kTell, kRefer, kTellNothing };

struct DeskRule {
  std::string name;
  std::vector<std::string> callers, questions;
  DeskOutcome outcome = DeskOutcome::kTellNothing;
  std::vector<std::string> tell;  // Dutch: what may be told, and nothing else
  bool controls = false;          // after the control questions
  std::string only_if, refer, ground, source, source_text;
};

class Desk {
 public:
  using Labels = std::vector<std::pair<std::string, std::string>>;  // key, label

  /// kConfig names file and line of the first mistake.
  static Result<Desk> load(const std::string& path);
  const Labels& callers() const noexcept { return callers_; }
  const Labels& questions() const noexcept { return questions_; }
  const std::vector<std::string>& controls() const noexcept { return controls_; }
  const std::vector<DeskRule>& rules() const noexcept { return rules_; }
  /// The first rule that fits; null for a caller or question that is not in the file.
  const DeskRule* find(const std::string& caller, const std::string& question) const noexcept;

 private:
  Labels callers_, questions_;
  std::vector<std::string> controls_;
  std::vector<DeskRule> rules_;
};

}  // namespace zp::intake

#endif  // INTAKE_RULES_DESK_H_
