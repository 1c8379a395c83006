// intake/cell/authentication.h - what Authentication-Results fields say (RFC 8601).
//
// Threads: pure functions. Whoever sent the mail may have written the field: only the names of servers that are trusted, of
// which no other mail brings fields along, make it evidence (gateway/worker/sender_evidence.h).
#ifndef INTAKE_CELL_AUTHENTICATION_H_
#define INTAKE_CELL_AUTHENTICATION_H_

#include <string_view>
#include <vector>

#include "intake/inspector.h"

namespace zp::intake::cell {

/// SPF, DKIM, DMARC and ARC of one field, in its order; other methods and what can't be read are left out.
std::vector<AuthenticationResult> read_authentication(std::string_view untrusted_field);

}  // namespace zp::intake::cell

#endif  // INTAKE_CELL_AUTHENTICATION_H_
