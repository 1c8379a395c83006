// gateway/worker/mail_kind.h - what a mail seems to ask for: a guess by words, for a person to see and change.
//
// Only the rights of the AVG are guessed, and only when the text names one of them and no other; everything else is
// "onbekend".
#ifndef GATEWAY_WORKER_MAIL_KIND_H_
#define GATEWAY_WORKER_MAIL_KIND_H_

#include <string>
#include <string_view>

#include "intake/rules/requirements.h"

namespace zp::gateway {

/// The name of a requirement file that is in `rules`, or "onbekend".
std::string guess_kind(const intake::RuleBook& rules, std::string_view text);

}  // namespace zp::gateway

#endif  // GATEWAY_WORKER_MAIL_KIND_H_
