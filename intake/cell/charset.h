// intake/cell/charset.h - text of strangers as UTF-8, by the character set that it names, or that it must be.
//
// Threads: free functions. Never fail: what can't be read becomes U+FFFD.
#ifndef INTAKE_CELL_CHARSET_H_
#define INTAKE_CELL_CHARSET_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "crypto/base/bytes.h"

namespace zp::intake::cell {

/// Without NUL characters.
std::string from_utf16(ByteView untrusted_bytes);
/// `code_page` as Windows numbers them. 0, or one that is not known: UTF-8 if it looks like that, else Windows-1252.
std::string from_code_page(ByteView untrusted_bytes, std::uint32_t code_page);
/// `untrusted_name` as MIME has it. Without one, one that is not known, ASCII and UTF-8: as code page 0, since programs
/// write those beside anything. Latin-1 is Windows-1252, as it is on the web.
std::string from_charset(ByteView untrusted_bytes, std::string_view untrusted_name);

}  // namespace zp::intake::cell

#endif  // INTAKE_CELL_CHARSET_H_
