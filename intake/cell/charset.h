// intake/cell/charset.h - text of Microsoft's formats as UTF-8.
//
// Threads: free functions. Never fail: what can't be read becomes U+FFFD.
#ifndef INTAKE_CELL_CHARSET_H_
#define INTAKE_CELL_CHARSET_H_

#include <cstdint>
#include <string>

#include "crypto/base/bytes.h"

namespace zp::intake::cell {

/// Without NUL characters.
std::string from_utf16(ByteView untrusted_bytes);
/// `code_page` as Windows numbers them. 0, or one that is not known: UTF-8 if it is that, else Windows-1252.
std::string from_code_page(ByteView untrusted_bytes, std::uint32_t code_page);

}  // namespace zp::intake::cell

#endif  // INTAKE_CELL_CHARSET_H_
