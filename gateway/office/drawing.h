// gateway/office/drawing.h - an office document drawn as PDF by LibreOffice, in a room that is made for it and thrown away.
//
// SECURITY: bubblewrap makes the room: a file system of /usr and fonts to read and 256 MB of memory to write, no
// network, no processes but its own, no rights, and none of the system calls that break out of rooms. What a document
// makes LibreOffice do ends there. Nothing is written to a disk.
// Threads: any. Needs Debian's libreoffice-*-nogui and bubblewrap, and user namespaces for ordinary users.
#ifndef GATEWAY_OFFICE_DRAWING_H_
#define GATEWAY_OFFICE_DRAWING_H_

#include "crypto/base/bytes.h"

namespace zp::gateway {

/// Is what it needs installed?
bool can_draw();

/// Takes one to three seconds for a letter, at most 60. kTimeout; kTooLarge over 64 MB; kMalformed if nothing was drawn.
Result<Bytes> draw_as_pdf(ByteView document);

}  // namespace zp::gateway

#endif  // GATEWAY_OFFICE_DRAWING_H_
