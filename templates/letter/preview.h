// templates/letter/preview.h - how the text of a letter reads with its data, for a screen.
//
// Threads: pure function.
#ifndef TEMPLATES_LETTER_PREVIEW_H_
#define TEMPLATES_LETTER_PREVIEW_H_

#include "templates/letter/letter.h"

namespace zp::templates {

/// The passage (CommonMark with {{fields}}) as data for a page: blocks {heading|paragraph|list|table|large: ...}. What is
/// still missing stands in square brackets, by what the field is about. kConfig or kRefused: not the text of a letter.
Result<nlohmann::json> preview(const LetterInfo& letter, const Organisation& organisation, const std::string& date,
                               const std::string& passage, const nlohmann::json& data);

}  // namespace zp::templates

#endif  // TEMPLATES_LETTER_PREVIEW_H_
