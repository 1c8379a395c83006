// gateway/staff/sentences.h - what staff read when something can't be done: what happened, and what to do now (Dutch).
#ifndef GATEWAY_STAFF_SENTENCES_H_
#define GATEWAY_STAFF_SENTENCES_H_

#include <string>

#include "crypto/base/result.h"

namespace zp::gateway {

std::string sentence_for(const Error& error);
std::string sentence_for_status(int status);
/// The Dutch word for a malware verdict, a letter's or a message's state.
std::string malware_sentence(std::string_view verdict);
std::string letter_state(std::string_view state);
std::string message_state(std::string_view state);
/// What an entry of the ledger says was done ("dossier.open"), and how it ended.
std::string action_sentence(std::string_view action);
/// What a job of the worker does, by its kind.
std::string job_sentence(std::string_view kind);
std::string outcome_sentence(std::string_view outcome);

}  // namespace zp::gateway

#endif  // GATEWAY_STAFF_SENTENCES_H_
