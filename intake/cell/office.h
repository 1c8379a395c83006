// intake/cell/office.h - the words of an office document, and the pictures and files in it.
//
// What such a document looks like depends on the program that shows it, so what is read here serves for sorting; a
// person looks. Pictures in it are documents of their own: people paste scans in a letter. Home of libxml2.
// Sources: ECMA-376 (DOCX, XLSX, PPTX), ODF 1.2 (ODT, ODS).
// Threads: one. Never fails.
#ifndef INTAKE_CELL_OFFICE_H_
#define INTAKE_CELL_OFFICE_H_

#include <string>
#include <string_view>
#include <vector>

#include "intake/cell/archive.h"

namespace zp::intake::cell {

/// Whether `type` (as sniff()) is one of those.
bool is_office(std::string_view type) noexcept;

struct OfficeDocument {
  std::string text;
  std::vector<ArchivedFile> files;  // pictures and embedded documents
  bool has_macros = false;
  Archive archive;  // without its files: whether it was damaged, locked or too large
};

/// Before cells are forked: what libxml2 sets up once.
void prepare_office();

OfficeDocument read_office(ByteView untrusted_document, const ArchiveLimits& limits, std::size_t max_text);

}  // namespace zp::intake::cell

#endif  // INTAKE_CELL_OFFICE_H_
