// gateway/staff/page_view.h - the pages of a document as data for the page templates: images with boxes in thousandths.
#ifndef GATEWAY_STAFF_PAGE_VIEW_H_
#define GATEWAY_STAFF_PAGE_VIEW_H_

#include <nlohmann/json.hpp>
#include <string>

#include "gateway/casework/casework.h"

namespace zp::gateway {

/// Pages of which there is an image.
nlohmann::json pages_json(const DocumentView& document);
/// Pages that were not looked at and have no image, in words: "pagina 3 en 51 tot en met 200"; empty if there are none.
std::string pages_not_drawn(const DocumentView& document);

}  // namespace zp::gateway

#endif  // GATEWAY_STAFF_PAGE_VIEW_H_
