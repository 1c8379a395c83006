// gateway/staff/dossier_view.h - a dossier as data for the page templates. Words for people; nothing is decided here.
#ifndef GATEWAY_STAFF_DOSSIER_VIEW_H_
#define GATEWAY_STAFF_DOSSIER_VIEW_H_

#include <nlohmann/json.hpp>

#include "gateway/casework/casework.h"

namespace zp::gateway {

/// Everything that staff/dossier.html shows.
nlohmann::json dossier_json(const DossierView& view, const Actor& actor, const Office& office);
/// One document: what it is, what was found, page by page with boxes in thousandths for the overlay.
nlohmann::json document_json(const DocumentView& document);
bool may(const DossierView& view, Act act);

}  // namespace zp::gateway

#endif  // GATEWAY_STAFF_DOSSIER_VIEW_H_
