// intake/cell/mail_headers.h - who sent a mail, and whether a machine did.
//
// Threads: one. Values are cleaned; they stay a stranger's claims.
#ifndef INTAKE_CELL_MAIL_HEADERS_H_
#define INTAKE_CELL_MAIL_HEADERS_H_

#include <gmime/gmime.h>

#include "intake/inspector.h"

namespace zp::intake::cell {

/// Fills in everything of `mail` but text, parts and hazards of the body.
void read_headers(GMimeMessage* message, ParsedMail& mail);

/// A field that may stand once stands twice: readers differ in which they believe.
bool has_field_twice(GMimeObject* object, const char* name);

}  // namespace zp::intake::cell

#endif  // INTAKE_CELL_MAIL_HEADERS_H_
