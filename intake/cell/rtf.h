// intake/cell/rtf.h - the words of an RTF, such as Outlook keeps for the body of a mail.
//
// Written here because Debian has no library for it: libpst and ytnef unpack it within the reading of their own formats,
// and none takes HTML out of it.
// Threads: free functions. Never fail: what is damaged ends where the damage is.
#ifndef INTAKE_CELL_RTF_H_
#define INTAKE_CELL_RTF_H_

#include <string>

#include "crypto/base/bytes.h"

namespace zp::intake::cell {

/// MS-OXRTFCP: what is in PidTagRtfCompressed, packed or not; at most `max_bytes`. Empty if it is no such thing.
Bytes unpacked_rtf(ByteView untrusted_packed, std::size_t max_bytes);

/// Its text; of HTML or text that is packed in it (MS-OXRTFEX) the text of that.
std::string text_of_rtf(ByteView untrusted_rtf, std::size_t max_bytes);

}  // namespace zp::intake::cell

#endif  // INTAKE_CELL_RTF_H_
