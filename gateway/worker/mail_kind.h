// gateway/worker/mail_kind.h - what a mail seems to ask for: a guess by words, for a person to see and change.
//
// The rights of the AVG are guessed, each that the text names, and a kind of which the rules name a phrase (RequestRule::phrases) that
// the text has, when it has those of one kind alone; everything else is "onbekend".
#ifndef GATEWAY_WORKER_MAIL_KIND_H_
#define GATEWAY_WORKER_MAIL_KIND_H_

#include <string>
#include <string_view>
#include <vector>

#include "intake/rules/requirements.h"

namespace zp::gateway {

/// Names of requirement files that are in `rules`, or "onbekend" alone; never empty.
std::vector<std::string> guess_kinds(const intake::RuleBook& rules, std::string_view text);

}  // namespace zp::gateway

#endif  // GATEWAY_WORKER_MAIL_KIND_H_
