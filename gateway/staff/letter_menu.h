// gateway/staff/letter_menu.h - which letters a dossier asks for now, and which rights are still to decide on, for the page.
//
// Threads: free functions.
#ifndef GATEWAY_STAFF_LETTER_MENU_H_
#define GATEWAY_STAFF_LETTER_MENU_H_

#include <nlohmann/json.hpp>

#include "gateway/casework/casework.h"
#include "gateway/http/form.h"

namespace zp::gateway {

/// The letters that may be begun in this dossier, under headings: first those of the step that is due, then the other steps
/// in their order, last what is meant for other requests. [{label, choices: [{name, title}]}]
nlohmann::json letter_menu(const DossierView& view, const Office& office);

/// The rights that the request invokes, with what became of each and the letters about it; `all_rights`: those that a
/// request can invoke.
nlohmann::json rights_json(const DossierView& view, const Office& office);

/// On which of the rights a letter decides; nothing to choose when it is for one of them only.
nlohmann::json decides_json(const DossierView& view, const templates::LetterInfo& info, const LetterData& data,
                            const Office& office);

/// The boxes that were ticked in such a form.
std::vector<std::string> typed_rights(const intake::RuleBook& rules, const Form& form);

}  // namespace zp::gateway

#endif  // GATEWAY_STAFF_LETTER_MENU_H_
