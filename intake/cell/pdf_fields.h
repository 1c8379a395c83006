// intake/cell/pdf_fields.h - form fields of a PDF, by their full names.
//
// Throws what QPDF throws. Bounded in depth and number.
#ifndef INTAKE_CELL_PDF_FIELDS_H_
#define INTAKE_CELL_PDF_FIELDS_H_

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

/// Every field with a type or value of its own, also those in between.
std::vector<Field> form_fields(QPDF& document);

/// Where a signature field without a value is shown, by page. As many entries as pages.
std::vector<std::vector<Box>> empty_signature_fields(QPDF& document);

}  // namespace zp::intake::cell

#endif  // INTAKE_CELL_PDF_FIELDS_H_
