// templates/letter/finish.h - makes libharu's drawing a PDF/A-2a and PDF/UA-1 file (QPDF).
//
// Adds the structure tree, links, language, XMP, output intent, and puts the fonts in the place of their stand-ins:
// widths, names and ToUnicode as libharu writes them do not follow ISO 32000-1.
// Threads: free function.
// Errors: kIo with QPDF's words.
#ifndef TEMPLATES_LETTER_FINISH_H_
#define TEMPLATES_LETTER_FINISH_H_

#include "templates/letter/draw.h"

namespace zp::templates {

struct DocumentFacts {
  std::string title, author, subject;
  std::string moment;  // YYYY-MM-DDTHH:MM:SSZ
  bool signature_placeholder = false;
};

/// An ICC profile as finish() wants it: compressed once, as small as it gets. Sets how QPDF compresses in this process.
std::string prepare_profile(const std::string& icc_profile);

/// `icc_profile`: sRGB, prepared; embedded as output intent.
Result<Bytes> finish(const Drawing& drawing, const DisplayList& list, const FaceBook& faces,
                     const std::string& icc_profile, const DocumentFacts& facts);

}  // namespace zp::templates

#endif  // TEMPLATES_LETTER_FINISH_H_
