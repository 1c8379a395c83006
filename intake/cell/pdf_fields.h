// intake/cell/pdf_fields.h - form fields of a PDF, by their full names.
//
// Throws what QPDF throws. Bounded in depth and number.
#ifndef INTAKE_CELL_PDF_FIELDS_H_
#define INTAKE_CELL_PDF_FIELDS_H_

#include <array>
#include <qpdf/QPDF.hh>
#include <string>
#include <vector>

#include "intake/findings.h"

namespace zp::intake::cell {

struct Field {
  std::string name;                       // full, parts joined by '.'
  std::string type;                       // "/Sig", "/Tx", "/Btn", "/Ch", inherited; may be empty
  QPDFObjectHandle object;                // the field, not its parents
  std::vector<QPDFObjectHandle> widgets;  // itself, or its kids without a name
  QPDFObjectHandle value;                 // /V, inherited; null if unset
};

/// What of a page is shown, and how.
struct PageArea {
  std::size_t index;
  std::array<double, 4> box;  // left, bottom, right, top in the page's own units
  int rotate;                 // clockwise quarter turns to show it
};

PageArea page_area(std::size_t index, QPDFObjectHandle page);

/// Left, bottom, right, top of an array of four numbers; false if it is none.
bool rectangle(QPDFObjectHandle array, std::array<double, 4>& into);

/// From the page's own units, origin bottom left, to fractions of the page as it is shown, origin top left.
Box shown_box(const PageArea& area, const std::array<double, 4>& rect);

/// Every field with a type or value of its own, also those in between.
std::vector<Field> form_fields(QPDF& document);

/// Where a signature field without a value is shown, by page. As many entries as pages.
std::vector<std::vector<Box>> empty_signature_fields(QPDF& document);

}  // namespace zp::intake::cell

#endif  // INTAKE_CELL_PDF_FIELDS_H_
