// templates/letter/letter_file.h - one letter as written: front matter and text.
#ifndef TEMPLATES_LETTER_LETTER_FILE_H_
#define TEMPLATES_LETTER_LETTER_FILE_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "templates/letter/document.h"
#include "templates/letter/letter.h"
#include "templates/page/mustache.h"

namespace zp::templates {

struct LetterFile {
  LetterInfo info;
  std::string addressee;  // name of a multiline field
  MustacheText subject;
  std::vector<std::pair<std::u32string, MustacheText>> references;  // beside the address, after date and reference
  std::vector<MustacheText> closing;
  std::map<std::string, std::vector<Table::Column>> tables;  // how each table field is set
  struct Part {
    Passage passage;
    MustacheText text;
  };
  std::vector<Part> parts;  // the text, then the remedy clauses
};

/// Reads `folder`/`name`.md and the clause that it names. kConfig says which file, which line or field, and
/// what is wrong: an unknown key, a field that the text uses but nobody declared, a type that does not exist.
Result<LetterFile> read_letter_file(const std::string& folder, const std::string& name);

/// The passages of `file` that are not fixed, in the words of `wording`. kRefused, in Dutch.
Result<std::vector<MustacheText>> read_wording(const LetterFile& file, const Wording& wording);

}  // namespace zp::templates

#endif  // TEMPLATES_LETTER_LETTER_FILE_H_
