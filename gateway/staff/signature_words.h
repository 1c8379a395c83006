// gateway/staff/signature_words.h - the verdict on a digital signature (ETSI EN 319 102-1) in words of the mailroom.
//
// Threads: free functions.
#ifndef GATEWAY_STAFF_SIGNATURE_WORDS_H_
#define GATEWAY_STAFF_SIGNATURE_WORDS_H_

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "intake/findings.h"

namespace zp::gateway {

/// Dutch: what the verdict means, and what to do. Names as in Findings; of others it is said that a specialist should look.
std::string signature_sentence(std::string_view indication, std::string_view sub_indication);

/// The names that the standard gives, small beside the sentence: "INDETERMINATE, TRY_LATER".
std::string signature_term(std::string_view indication, std::string_view sub_indication);

/// Dutch, after "let op: "; `weakness` as in Findings.
std::string weakness_words(const std::string& weakness);

/// Each digital signature for the page of a document.
nlohmann::json digital_json(const intake::Findings& findings);

}  // namespace zp::gateway

#endif  // GATEWAY_STAFF_SIGNATURE_WORDS_H_
