// templates/letter/letter_data.h - checks the data of a letter against its fields and spells the values.
#ifndef TEMPLATES_LETTER_LETTER_DATA_H_
#define TEMPLATES_LETTER_LETTER_DATA_H_

#include "templates/letter/letter.h"

namespace zp::templates {

/// Data with every value as the text that is printed (flags stay flags, absent optional fields become "" or
/// []), and any_NAME beside each list and table: whether it has anything in it. kRefused: "missing: a, b;
/// wrong: c (date, YYYY-MM-DD); unknown: d".
Result<nlohmann::json> spelled(const LetterInfo& letter, const nlohmann::json& data);

/// A field that can't be printed as it is.
struct FieldMistake {
  std::string name, column;  // column: only in a row of a table
  std::size_t row = 0;       // of a table, from 1
  std::string wrong;         // what it must be, in English; empty: it is missing
};

/// What spelled() would refuse, field by field, in the order of the letter.
std::vector<FieldMistake> field_mistakes(const LetterInfo& letter, const nlohmann::json& data);

/// What every letter may print beside its own fields: {{date}} (from YYYY-MM-DD) and {{organisation.…}}.
nlohmann::json surroundings(const Organisation& organisation, const std::string& date);

/// Is `type` one that a field (of a letter, or a column of a table) may have?
bool is_field_type(const std::string& type, bool column);

}  // namespace zp::templates

#endif  // TEMPLATES_LETTER_LETTER_DATA_H_
