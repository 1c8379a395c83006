// templates/letter/markdown.h - CommonMark to the blocks of a letter (cmark).
//
// A letter has paragraphs, headings of level 2 and 3, lists of one level, bold, links (https, mailto, tel)
// and hard line breaks. A fenced block names a field: ```table files, ```text reason, ```large access_code,
// ```qr reference. Everything else is refused, so that a letter never loses a word silently.
#ifndef TEMPLATES_LETTER_MARKDOWN_H_
#define TEMPLATES_LETTER_MARKDOWN_H_

#include <functional>
#include <string>
#include <vector>

#include "crypto/base/result.h"
#include "templates/letter/document.h"

namespace zp::templates {

/// Makes the blocks for a fence: kind "table", field "files".
using FenceMaker = std::function<Result<std::vector<Block>>(const std::string& kind, const std::string& field)>;

/// Of a multiline value: an empty line parts them.
std::vector<Block> paragraphs(const std::string& value);

/// kConfig names the line and what cannot be set.
Result<std::vector<Block>> read_markdown(const std::string& markdown, const FenceMaker& fence);

}  // namespace zp::templates

#endif  // TEMPLATES_LETTER_MARKDOWN_H_
