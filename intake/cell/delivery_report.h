// intake/cell/delivery_report.h - what a mail server reports about a mail of ours (RFC 3464).
#ifndef INTAKE_CELL_DELIVERY_REPORT_H_
#define INTAKE_CELL_DELIVERY_REPORT_H_

#include <gmime/gmime.h>

#include <vector>

#include "intake/inspector.h"

namespace zp::intake::cell {

/// One for each recipient that a message/delivery-status names; at most kMaxReports. Only of a mail that is itself a
/// multipart/report: one that somebody forwards is no report to us.
std::vector<DeliveryReport> delivery_reports(GMimeObject* body);

inline constexpr std::size_t kMaxReports = 100;

}  // namespace zp::intake::cell

#endif  // INTAKE_CELL_DELIVERY_REPORT_H_
