// gateway/public/submitter.h - from a draft to an item in the incoming tray, and what the receipt says.
//
// kOpen -> kSending (frozen, on stable storage) -> item published -> kSent. A crash between two steps is
// mended by doing submit() again: the item folder is moved by one rename, so it is either still with the
// draft or published, never both. Threads: may be shared.
#ifndef GATEWAY_PUBLIC_SUBMITTER_H_
#define GATEWAY_PUBLIC_SUBMITTER_H_

#include <mutex>

#include "gateway/public/draft_store.h"
#include "gateway/store/tray.h"
#include "intake/rules/requirements.h"
#include "intake/rules/terms.h"

namespace zp::gateway {

class Submitter {
 public:
  /// Borrows all.
  Submitter(const DraftStore& drafts, const Tray& tray, const intake::RuleBook& rules, const intake::Calendar& calendar)
      : drafts_(drafts), tray_(tray), rules_(rules), calendar_(calendar) {}

  /// The sent draft; the same again if it was sent before. kRefused while a file is not complete, kNoSpace:
  /// still open.
  Result<Draft> submit(const DraftSecret& secret);
  /// What the rules say of the draft as it is now.
  std::vector<intake::RequirementResult> requirements(const Draft& draft) const;
  /// The documents that this draft is asked for now.
  std::vector<intake::DocumentRule> documents(const Draft& draft) const;

 private:
  Result<void> freeze(Draft& draft) const;
  Result<void> publish(const DraftSecret& secret, const Draft& draft) const;

  const DraftStore& drafts_;
  const Tray& tray_;
  const intake::RuleBook& rules_;
  const intake::Calendar& calendar_;
  std::mutex mutex_;
};

}  // namespace zp::gateway

#endif  // GATEWAY_PUBLIC_SUBMITTER_H_
