// gateway/public/resume_book.h - going on with a draft on another day or device: reference and personal code.
//
//   spool/resume/REFERENCE   a RecipientLock and the draft's secret, sealed under the key that reference and
//   code give (Argon2id)
//
// Wrong codes are counted per reference, whether or not it exists, so an answer never tells which references
// exist. Threads: all members may be called from any thread; at most two Argon2id computations (64 MiB each)
// run at once.
#ifndef GATEWAY_PUBLIC_RESUME_BOOK_H_
#define GATEWAY_PUBLIC_RESUME_BOOK_H_

#include <string>

#include "gateway/public/attempts.h"
#include "gateway/public/code_slot.h"
#include "gateway/public/draft.h"

namespace zp::gateway {

class ResumeBook {
 public:
  /// `attempts` and `slots` are borrowed.
  static Result<ResumeBook> open(std::string folder, const Attempts& attempts, CodeSlots& slots);

  Result<void> add(const std::string& reference, const std::string& code, const DraftSecret& secret) const;
  struct Opened {
    std::optional<DraftSecret> secret;  // none: wrong reference or code
    Attempts::Try attempt;
  };
  /// `reference` canonical (crypto::parse_reference).
  Result<Opened> open_draft(const std::string& reference, const std::string& code, std::int64_t now_ms) const;
  void sweep(std::int64_t seconds) const;

 private:
  ResumeBook(std::string folder, const Attempts& attempts, CodeSlots& slots)
      : folder_(std::move(folder)), attempts_(attempts), slots_(slots) {}
  std::string folder_;
  const Attempts& attempts_;
  CodeSlots& slots_;
};

}  // namespace zp::gateway

#endif  // GATEWAY_PUBLIC_RESUME_BOOK_H_
