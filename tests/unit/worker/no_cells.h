// For tests that look into no document.
#ifndef TESTS_UNIT_WORKER_NO_CELLS_H_
#define TESTS_UNIT_WORKER_NO_CELLS_H_

#include "intake/inspector.h"

namespace zp::gateway::test {

/// No cell can be had.
class NoCells final : public intake::Inspector {
 public:
  Result<intake::Inspection> inspect(ByteView, const intake::InspectionRequest&) override {
    return fail(Code::kUnavailable, "inspect");
  }
  Result<intake::ParsedMail> parse_mail(ByteView, const intake::InspectionRequest&) override {
    return fail(Code::kUnavailable, "parse mail");
  }
  Result<intake::ScanBatch> split_scan(ByteView) override { return fail(Code::kUnavailable, "split scan"); }
};

}  // namespace zp::gateway::test

#endif  // TESTS_UNIT_WORKER_NO_CELLS_H_
