// gateway/staff/letter_view.h - a letter as the pages about it show it. Threads: free functions.
#ifndef GATEWAY_STAFF_LETTER_VIEW_H_
#define GATEWAY_STAFF_LETTER_VIEW_H_

#include <nlohmann/json.hpp>

#include "gateway/casework/casework.h"

namespace zp::gateway {

/// The cells of a table field as one row a line, cells between bars: how people read and type it.
std::string table_text(const templates::LetterField& table, const nlohmann::json& rows);
/// A field's value as people read and type it.
std::string field_text(const templates::LetterField& field, const nlohmann::json& value);

/// Every change, the newest first: who, when, and what each field and the text were and became, word by word.
nlohmann::json changes_json(const templates::LetterInfo& info, const std::vector<templates::Passage>& passages,
                            const LetterData& data);
/// The parts of the text: fixed ones as they are, others as the template has them, as this letter has them, and the
/// difference. A part that is as the template has it has no difference.
nlohmann::json passages_json(const std::vector<templates::Passage>& passages, const templates::Wording& wording);

/// {enclosures, has_enclosures, may_be_enclosed}: what goes with it, and documents of the dossier that could.
nlohmann::json enclosures_json(const DossierView& view, const LetterData& data);

}  // namespace zp::gateway

#endif  // GATEWAY_STAFF_LETTER_VIEW_H_
