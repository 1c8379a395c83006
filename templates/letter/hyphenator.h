// templates/letter/hyphenator.h - where a Dutch word may be divided (libhyphen, patterns of hyphen-nl).
//
// Threads: may be shared after load.
#ifndef TEMPLATES_LETTER_HYPHENATOR_H_
#define TEMPLATES_LETTER_HYPHENATOR_H_

#include <memory>
#include <string_view>
#include <vector>

#include "crypto/base/result.h"

struct _HyphenDict;

namespace zp::templates {

class Hyphenator {
 public:
  static Result<Hyphenator> load();
  Hyphenator(Hyphenator&&) noexcept;
  ~Hyphenator();
  /// Positions p, ascending, where a hyphen may stand before word[p]. Only long words in small letters are
  /// divided: a name or a code stays whole.
  std::vector<std::size_t> points(std::u32string_view word) const;

 private:
  explicit Hyphenator(_HyphenDict* patterns) : patterns_(patterns) {}
  _HyphenDict* patterns_;
};

}  // namespace zp::templates

#endif  // TEMPLATES_LETTER_HYPHENATOR_H_
