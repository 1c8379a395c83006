// intake/cell/inspect.h - one document, and what is inside it, to findings.
//
// Threads: one, which uses others for pages. Never throws and never fails: what cannot be read is a finding.
#ifndef INTAKE_CELL_INSPECT_H_
#define INTAKE_CELL_INSPECT_H_

#include <span>

#include "intake/cell/connection.h"
#include "intake/cell/signature_verdict.h"
#include "intake/cell/vision/vision.h"
#include "intake/findings.h"

namespace zp::intake::cell {

/// How signatures are judged: `options` names the anchors and the day.
SignaturePolicy signature_policy(const InspectionRequest& options);

/// Page images go out over `connection` as they are made, if the request wants them; findings are returned.
/// As many pages are looked at side by side as there are `engines`.
Findings inspect(const Request& request, const Connection& connection, std::span<vision::Engines> engines);

}  // namespace zp::intake::cell

#endif  // INTAKE_CELL_INSPECT_H_
