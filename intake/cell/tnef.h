// intake/cell/tnef.h - what is packed in a winmail.dat (MS-OXTNEF): the files that a mail carries, and its text.
//
// Written here because the libraries for it print what they meet and have a history of reading past the end.
// Threads: free function. Bounded by the input: nothing in the format is compressed but the RTF (rtf.h).
#ifndef INTAKE_CELL_TNEF_H_
#define INTAKE_CELL_TNEF_H_

#include <string>
#include <vector>

#include "crypto/base/bytes.h"

namespace zp::intake::cell {

struct TnefFile {
  std::string name;  // as written, may be empty
  ByteView content;  // of the stream
};

struct Tnef {
  std::string text;  // the body; of HTML or RTF its words
  std::vector<TnefFile> files;
  bool damaged = false;  // cut or inconsistent: what stood before the damage is here
};

bool is_tnef(ByteView bytes) noexcept;

/// The result points into `untrusted_stream`.
Tnef read_tnef(ByteView untrusted_stream);

}  // namespace zp::intake::cell

#endif  // INTAKE_CELL_TNEF_H_
