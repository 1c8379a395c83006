// templates/letter/draw.h - replays a display list through libharu.
//
// Threads: free function; each call has its own libharu document.
// Errors: kIo with libharu's number.
#ifndef TEMPLATES_LETTER_DRAW_H_
#define TEMPLATES_LETTER_DRAW_H_

#include <map>
#include <string>
#include <vector>

#include "templates/letter/display_list.h"

namespace zp::templates {

/// A PDF with marked content but without a structure tree, and what finish() must know about its fonts. Codes
/// in the page contents are UTF-16 units.
struct Drawing {
  std::string pdf;
  std::map<std::string, int> face_of_font;  // BaseFont -> the face that it stands for
  std::map<int, FaceSubset> subsets;        // face -> what finish() embeds
};

Result<Drawing> draw(const DisplayList& list, const FaceBook& faces);

}  // namespace zp::templates

#endif  // TEMPLATES_LETTER_DRAW_H_
