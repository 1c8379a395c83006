// intake/cell/uuencode.h - files that stand as uuencoded lines in the text of a mail (POSIX uuencode).
//
// Threads: free function.
#ifndef INTAKE_CELL_UUENCODE_H_
#define INTAKE_CELL_UUENCODE_H_

#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/bytes.h"

namespace zp::intake::cell {

struct UuFile {
  std::string name;  // as written
  Bytes content;
};

/// Only what has a "begin" with a mode and a name, at least one right line, and an "end".
std::vector<UuFile> uuencoded_files(std::string_view untrusted_text);

}  // namespace zp::intake::cell

#endif  // INTAKE_CELL_UUENCODE_H_
