// templates/letter/pdf_parts.h - private to finish: its four kinds of work.
#ifndef TEMPLATES_LETTER_PDF_PARTS_H_
#define TEMPLATES_LETTER_PDF_PARTS_H_

#include <map>
#include <qpdf/QPDF.hh>

#include "templates/letter/finish.h"

namespace zp::templates {

/// pdf_fonts.cpp: the fonts that are meant, where the drawing has its stand-ins.
void put_in_fonts(QPDF& pdf, const Drawing& drawing, const FaceBook& faces);

/// pdf_structure.cpp: StructTreeRoot, ParentTree, link annotations, and the signature field if there is one
/// (may be null).
void write_structure(QPDF& pdf, const DisplayList& list, QPDFObjectHandle signature_field);

/// pdf_outline.cpp: the headings of a long letter as bookmarks; `elements`: where each stands in the structure tree.
void write_outline(QPDF& pdf, const DisplayList& list, const std::map<const Element*, QPDFObjectHandle>& elements);

/// xmp.cpp: the metadata packet: PDF/A-2a, PDF/UA-1, title, author, dates.
std::string xmp_packet(const DocumentFacts& facts);

inline constexpr const char* kLanguage = "nl-NL";
inline constexpr const char* kProducer = "Zegelpost (libharu 2.3.0, QPDF)";
inline constexpr const char* kCreator = "Zegelpost";

}  // namespace zp::templates

#endif  // TEMPLATES_LETTER_PDF_PARTS_H_
