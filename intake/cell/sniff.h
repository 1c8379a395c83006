// intake/cell/sniff.h - what a file is by its content, whatever it is called.
//
// Threads: free function. Looks at the first kilobytes only and parses nothing.
#ifndef INTAKE_CELL_SNIFF_H_
#define INTAKE_CELL_SNIFF_H_

#include <string_view>

#include "crypto/base/bytes.h"

namespace zp::intake::cell {

/// A media type: application/pdf (also after up to 1024 bytes of something else), image/jpeg, image/png, image/tiff,
/// image/heic, image/heif, image/avif, image/gif, image/webp, image/bmp, message/rfc822, application/pkcs7-mime,
/// application/pgp-encrypted, application/zip and the office types in it, application/x-ole-storage,
/// application/ms-tnef, application/rtf, text/html, image/svg+xml, text/xml, text/plain, application/x-empty,
/// application/octet-stream.
std::string_view sniff(ByteView untrusted_bytes) noexcept;

/// Whether a file that begins as something else ends as a ZIP: other programs open that one (APPNOTE 4.3.16).
bool carries_zip(ByteView untrusted_bytes) noexcept;

}  // namespace zp::intake::cell

#endif  // INTAKE_CELL_SNIFF_H_
