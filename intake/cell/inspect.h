// intake/cell/inspect.h - one document, and what is inside it, to findings.
//
// Threads: one. Never throws and never fails: what cannot be read is a finding.
#ifndef INTAKE_CELL_INSPECT_H_
#define INTAKE_CELL_INSPECT_H_

#include "intake/cell/connection.h"
#include "intake/cell/vision/vision.h"
#include "intake/findings.h"

namespace zp::intake::cell {

/// Page images go out over `connection` as they are made, if the request wants them; findings are returned.
Findings inspect(const Request& request, const Connection& connection, vision::Engines& engines);

}  // namespace zp::intake::cell

#endif  // INTAKE_CELL_INSPECT_H_
