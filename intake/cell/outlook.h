// intake/cell/outlook.h - a mail that somebody saved from Outlook (MSG, MS-OXMSG): its words and its files.
//
// Threads: free functions. Never fails. Mails inside are taken along, four levels deep.
#ifndef INTAKE_CELL_OUTLOOK_H_
#define INTAKE_CELL_OUTLOOK_H_

#include <string>
#include <vector>

#include "crypto/base/bytes.h"
#include "intake/cell/archive.h"

namespace zp::intake::cell {

struct OutlookMail {
  std::string text;  // sender, subject, body
  std::vector<ArchivedFile> files;
  bool damaged = false;
};

/// By the name of the stream that every such file has.
bool is_outlook(ByteView compound_file);
/// A DOCX, XLSX or PPTX with a password lies in such a box too (MS-OFFCRYPTO).
bool is_locked_office(ByteView compound_file);

OutlookMail read_outlook(ByteView untrusted_file, const ArchiveLimits& limits);

}  // namespace zp::intake::cell

#endif  // INTAKE_CELL_OUTLOOK_H_
